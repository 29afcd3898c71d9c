/** @file What the pointer rests on: the point at once, its preview after 60 ms, then the five pictures nearest to it by likeness. */
import type { ImageId } from "#protocol/model.ts";

import { engine } from "../state/engine.svelte.ts";
import { pointed } from "../state/pointed.svelte.ts";

export const previewAfterMs = 60;
const neighbourCount = 5;

export class MapHover {
  /** Position in the columns, -1 for none. */
  point = $state(-1);
  previewed = $state(false);
  /** Neighbours by likeness, nearest first. */
  near = $state.raw<readonly ImageId[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop = new AbortController();

  rest(point: number, id: ImageId | null): void {
    if (point === this.point) return;
    clearTimeout(this.#timer);
    this.#stop.abort();
    this.point = point;
    pointed.id = id;
    this.previewed = false;
    this.near = [];
    if (point < 0 || id === null) return;
    this.#timer = setTimeout(() => {
      this.previewed = true;
      void this.#ask(id);
    }, previewAfterMs);
  }

  leave(): void {
    this.rest(-1, null);
  }

  async #ask(id: ImageId): Promise<void> {
    const stop = new AbortController();
    this.#stop = stop;
    try {
      const { results } = await engine.call("images.similar", { id, count: neighbourCount }, { signal: stop.signal });
      if (!stop.signal.aborted) this.near = results.map((one) => one.id);
    } catch {
      // Not compared yet, or no longer asked for: a preview without rings says enough.
    }
  }
}
