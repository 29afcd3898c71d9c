/** @file A new engine gets back what the last one had open, unless that is what kills it. */
import { describe, expect, it } from "vitest";

import { type Client, createClient } from "#protocol/client.ts";
import type { OpenCollection } from "#protocol/model.ts";
import { RpcError } from "#protocol/rpc-messages.ts";
import { serve } from "#protocol/server.ts";
import { memoryPair } from "#protocol/transports/memory.ts";

import { createCollectionMemory } from "../../../electron/main/collection-memory.ts";
import { type EventSource, eventSource, someHandlers, until } from "../protocol/some-handlers.ts";

interface Engine {
  readonly client: Client;
  readonly events: EventSource;
  readonly opened: string[];
  set(workspace: string | null): void;
}

function engine(): Engine {
  const pair = memoryPair();
  const events = eventSource();
  const opened: string[] = [];
  let workspace: string | null = null;
  const collection = (): OpenCollection | null => (workspace === null ? null : ({ workspace } as OpenCollection));
  serve(
    pair.server,
    someHandlers({
      "app.state": () => ({ collection: collection(), recent: [], version: "1" }),
      "collection.open": ({ workspace: asked }) => {
        opened.push(asked);
        if (asked === "/broken") throw new RpcError({ kind: "user", code: "broken", message: "it is broken" });
        workspace = asked;
        return { collection: collection()! };
      },
      "collection.openFolder": ({ path }) => {
        opened.push(path);
        workspace = `/workspace-of${path}`;
        return { collection: collection()!, job: 1 as never };
      },
    }),
    events.subscribe,
  );
  return { client: createClient(pair.client), events, opened, set: (next) => (workspace = next) };
}

describe("the memory of what is open", () => {
  it("opens the folder of the command line, and afterwards what the person had open", async () => {
    const memory = createCollectionMemory(() => undefined);
    const first = engine();
    await memory.follow(first.client, 0, "/photos");
    expect(first.opened).toEqual(["/photos"]);
    const second = engine();
    await memory.follow(second.client, 1, null);
    expect(second.opened).toEqual(["/workspace-of/photos"]);
    second.set("/other");
    let asked = false;
    second.client.on("changed", () => (asked = true));
    second.events.emit("changed", { version: 1, what: ["collection"] });
    await until(() => asked);
    await second.client.call("app.state", {});
    const third = engine();
    await memory.follow(third.client, 1, null);
    expect(third.opened).toEqual(["/other"]);
  });

  it("opens nothing where nothing was open, nor after it was closed", async () => {
    const memory = createCollectionMemory(() => undefined);
    const first = engine();
    await memory.follow(first.client, 0, null);
    expect(first.opened).toEqual([]);
    await memory.follow(engine().client, 1, "/photos");
    const third = engine();
    await memory.follow(third.client, 1, null);
    third.set(null);
    third.events.emit("changed", { version: 1, what: ["images", "collection"] });
    await third.client.call("app.state", {});
    await third.client.call("app.state", {});
    const fourth = engine();
    await memory.follow(fourth.client, 1, null);
    expect(fourth.opened).toEqual([]);
  });

  it("does not open it a fourth time when each time the engine died", async () => {
    const memory = createCollectionMemory(() => undefined);
    await memory.follow(engine().client, 0, "/photos");
    const opened: number[] = [];
    for (let restarts = 1; restarts <= 5; restarts += 1) {
      const next = engine();
      // It died before it could say what it has open.
      next.client.on("changed", () => undefined);
      await memory.follow(next.client, restarts, null);
      opened.push(next.opened.length);
    }
    expect(opened).toEqual([1, 1, 1, 0, 0]);
  });

  it("tells what cannot be opened", async () => {
    const problems: string[] = [];
    const memory = createCollectionMemory((message) => problems.push(message));
    const first = engine();
    first.set("/broken");
    await memory.follow(first.client, 0, null);
    await memory.follow(engine().client, 1, null);
    expect(problems).toEqual(["it is broken"]);
  });

  it("is not confused by an engine that dies while it looks", async () => {
    const memory = createCollectionMemory(() => undefined);
    const first = engine();
    first.client.close();
    await memory.follow(first.client, 0, null);
  });
});
