/**
 * @file The pictures that are worth looking at next, asked for a few at a time and walked through by keys: the first that nobody has answered
 * is the current one, so that undoing a label leads back to its picture.
 */
import type { ImageId, ProjectId } from "#protocol/model.ts";

import { engine } from "../../state/engine.svelte.ts";
import { images } from "../../state/images.svelte.ts";
import { labels } from "../../state/labels.svelte.ts";
import { reason } from "../../state/notices.svelte.ts";

export interface Suggested {
  readonly id: ImageId;
  readonly why: string;
}

/** One picture for each of the largest clusters, to begin with. */
const firstCount = 10;
/** Later fewer at a time: what is asked next depends on what was answered. */
const nextCount = 5;
const askAgainAt = 2;
/** Answered ones that are kept in sight. */
const keptBehind = 12;

class NextQueue {
  list = $state.raw<readonly Suggested[]>([]);
  outlook = $state("");
  flattened = $state(false);
  asking = $state(false);
  failed = $state<string | null>(null);
  /** Nothing is left to suggest. */
  exhausted = $state(false);
  #skipped = $state.raw<ReadonlySet<ImageId>>(new Set());
  #chosen = $state<ImageId | null>(null);
  #key = "";
  readonly open = $derived(this.list.filter(({ id }) => images.indexOf(id) >= 0 && !labels.isLabelled(id) && !this.#skipped.has(id)));
  readonly current = $derived(this.list.find(({ id }) => id === this.#chosen) ?? this.open[0] ?? null);

  /** Another project begins anew; else asks for more where few are left. */
  tend(project: ProjectId | null): void {
    if (project === null) return;
    const key = `${engine.collection?.workspace ?? ""} ${project}`;
    if (key !== this.#key) this.#begin();
    this.#key = key;
    if (!this.asking && !this.exhausted && this.failed === null && this.open.length <= askAgainAt) void this.#ask(project);
  }

  again(project: ProjectId | null): void {
    this.failed = null;
    this.exhausted = false;
    this.tend(project);
  }

  choose(id: ImageId): void {
    this.#chosen = id;
  }

  /** Called when the current picture was answered: on to the first open one. */
  goOn(): void {
    this.#chosen = null;
  }

  skip(): void {
    const id = this.current?.id;
    if (id === undefined) return;
    this.#skipped = new Set([...this.#skipped, id]);
    this.#chosen = null;
  }

  step(offset: number): void {
    const at = this.list.findIndex(({ id }) => id === this.current?.id);
    const next = this.list[at + offset];
    if (next !== undefined) this.#chosen = next.id;
  }

  isSkipped(id: ImageId): boolean {
    return this.#skipped.has(id);
  }

  #begin(): void {
    this.list = [];
    this.outlook = "";
    this.flattened = false;
    this.failed = null;
    this.exhausted = false;
    this.#skipped = new Set();
    this.#chosen = null;
  }

  async #ask(project: ProjectId): Promise<void> {
    this.asking = true;
    const key = this.#key;
    const first = this.list.length === 0;
    try {
      const shown = Int32Array.from([...this.#skipped, ...this.list.map(({ id }) => id)]);
      const { images, outlook, flattened } = await engine.call("fewshot.next", { project, count: first ? firstCount : nextCount, shown });
      if (key !== this.#key) return;
      const open = new Set(this.open.map(({ id }) => id));
      const behind = this.list.filter(({ id }) => !open.has(id)).slice(-keptBehind);
      const ahead = this.list.filter(({ id }) => open.has(id));
      this.list = [...behind, ...ahead, ...images];
      this.outlook = outlook;
      this.flattened = flattened;
      this.exhausted = images.length === 0;
    } catch (error) {
      if (key === this.#key) this.failed = reason(error);
    } finally {
      this.asking = false;
    }
  }
}

export const nextQueue = new NextQueue();
