/**
 * @file The connection to the engine and what it says about itself: the open collection, recent ones, and a revision for each kind of
 * stored rows, so that a view reads again when (and only when) what it shows has changed. Revisions are throttled: the app is used
 * while indexing.
 */
import type { Events, Method, Params, Result } from "#protocol/contract.ts";
import type { OpenCollection, RecentCollection } from "#protocol/model.ts";
import type { Client } from "#protocol/client.ts";
import type { ConnectionState } from "#protocol/transports/transport.ts";

import { notices } from "./notices.svelte.ts";

type Changed = Events["changed"]["what"][number];
const shortestPauseMs = 1200;

class Engine {
  connection = $state<ConnectionState>("connecting");
  /** False until the first answer about the app's state. */
  known = $state(false);
  collection = $state.raw<OpenCollection | null>(null);
  recent = $state.raw<readonly RecentCollection[]>([]);
  appVersion = $state("");
  revisions = $state<Record<Changed, number>>({
    images: 0,
    map: 0,
    duplicates: 0,
    outliers: 0,
    issues: 0,
    collection: 0,
    labels: 0,
    views: 0,
  });
  #client: Client | null = null;
  #waiting = new Set<Changed>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  start(client: Client): void {
    this.#client = client;
    client.on("changed", ({ what }) => this.#note(what));
    client.onConnection((state) => {
      this.connection = state;
      if (state === "open") void this.refresh();
    });
  }

  call<M extends Method>(method: M, params: Params<M>, options?: { signal?: AbortSignal }): Promise<Result<M>> {
    if (this.#client === null) return Promise.reject(new Error("The engine is not connected yet."));
    return this.#client.call(method, params, options);
  }

  on<E extends keyof Events>(event: E, handler: (value: Events[E]) => void): () => void {
    return this.#client?.on(event, handler) ?? ((): void => undefined);
  }

  /** Reads the app's state and tells every view to read again (after a connection was lost, anything may have changed). */
  async refresh(): Promise<void> {
    try {
      const state = await this.call("app.state", {});
      this.recent = state.recent;
      this.appVersion = state.version;
      this.adopt(state.collection);
      this.known = true;
      this.#bump(["images", "map", "duplicates", "outliers", "issues"]);
    } catch (error) {
      if (this.connection === "open") notices.fail("The engine did not answer", error);
    }
  }

  adopt(collection: OpenCollection | null): void {
    this.collection = collection;
  }

  #note(what: readonly Changed[]): void {
    for (const one of what) this.#waiting.add(one);
    if (this.#timer !== null) return;
    this.#flush();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#waiting.size > 0) this.#note([]);
    }, shortestPauseMs);
  }

  #flush(): void {
    const what = [...this.#waiting];
    this.#waiting.clear();
    if (what.length === 0) return;
    this.#bump(what);
    if (this.collection === null) void this.refresh();
    else
      void this.call("collection.summary", {}).then(
        (collection) => this.adopt(collection),
        () => undefined,
      );
  }

  #bump(what: readonly Changed[]): void {
    for (const one of what) this.revisions[one]++;
  }
}

export const engine = new Engine();
