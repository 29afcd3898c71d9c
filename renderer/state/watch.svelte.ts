/**
 * @file The watch of the collection's folders: switched on and off, its trouble told once, and another look whenever the window comes to the front, for what
 * the system did not tell.
 */
import type { IndexReport } from "#protocol/model.ts";

import { counted } from "../widgets/format.ts";
import { engine } from "./engine.svelte.ts";
import { jobs } from "./jobs.svelte.ts";
import { notices } from "./notices.svelte.ts";

/** Looks cost a listing of all folders. */
const shortestPauseMs = 10_000;

class Watch {
  readonly on = $derived(engine.collection?.watch.on ?? false);
  readonly trouble = $derived(engine.collection?.watch.trouble ?? null);
  #told: string | null = null;
  #lookedAt = -Infinity;

  /** Call once, where effects may be made. */
  start(): void {
    $effect(() => {
      if (this.trouble !== null && this.trouble !== this.#told)
        notices.tell(`${this.trouble} Whenever this window comes to the front, the folders are looked at again.`, undefined, "watch");
      this.#told = this.trouble;
    });
    jobs.onFinished(({ kind, state, report }) => {
      const words = kind === "watch" && state === "done" && report !== null && "files" in report ? wordsOf(report.files) : null;
      if (words !== null) notices.tell(words, undefined, "watch");
    });
  }

  lookAgain(): void {
    const now = performance.now();
    if (!this.on || now - this.#lookedAt < shortestPauseMs) return;
    this.#lookedAt = now;
    // What cannot be asked now is asked the next time.
    engine.call("collection.lookAgain", {}).catch(() => undefined);
  }

  async choose(on: boolean): Promise<void> {
    try {
      engine.adopt(await engine.call("collection.watch", { on }));
    } catch (error) {
      notices.fail(on ? "The folders cannot be watched" : "The watch could not be ended", error);
    }
  }
}

/** Null where there is nothing to tell. */
export function wordsOf({ added, missing, moved }: Pick<IndexReport["files"], "added" | "missing" | "moved">): string | null {
  const parts: string[] = [];
  if (added > 0) parts.push(counted(added, "new or changed picture"));
  if (moved > 0) parts.push(`${counted(moved, "picture")} moved`);
  if (missing > 0) parts.push(`${counted(missing, "picture")} gone`);
  return parts.length === 0 ? null : `In the folder: ${parts.join(", ")}.`;
}

export const watch = new Watch();
