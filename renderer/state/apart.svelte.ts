/** @file What a person said is no duplicate: said, taken back, undone and redone, each with a sentence that offers the way back. */
import type { ApartPair, ApartSteps } from "#protocol/duplicates-contract.ts";
import type { ImageId } from "#protocol/model.ts";

import { count } from "../widgets/format.ts";
import { duplicateGroups } from "./duplicate-groups.svelte.ts";
import { engine } from "./engine.svelte.ts";
import { notices, reason } from "./notices.svelte.ts";

const pageSize = 200;

class Apart {
  pairs = $state.raw<readonly ApartPair[]>([]);
  total = $state(0);
  steps = $state.raw<ApartSteps>({ undo: null, redo: null });
  loaded = $state(false);
  failed = $state<string | null>(null);

  async read(limit = Math.max(pageSize, this.pairs.length)): Promise<void> {
    try {
      const { pairs, total, undo, redo } = await engine.call("duplicates.apart", { offset: 0, limit });
      this.pairs = pairs;
      this.total = total;
      this.steps = { undo, redo };
      this.failed = null;
      this.loaded = true;
    } catch (error) {
      this.failed = reason(error);
    }
  }

  /** Called with the last index in sight. */
  reach(index: number): void {
    if (index + 1 >= this.pairs.length && this.pairs.length < this.total) void this.read(this.pairs.length + pageSize);
  }

  /** @param pairs [a, b] of images. @returns whether it was done */
  async set(pairs: readonly (readonly [ImageId, ImageId])[], apart: boolean): Promise<boolean> {
    return this.#change(async () => {
      const { changed } = await engine.call("duplicates.setApart", { pairs: Int32Array.from(pairs.flat()), apart });
      notices.tell(
        changed === 1
          ? `These two are ${apart ? "no duplicates from now on" : "duplicates again, where the pixels say so"}.`
          : `${count(changed)} pairs are ${apart ? "no duplicates from now on" : "duplicates again, where the pixels say so"}.`,
        { label: "Undo", run: () => void this.undo() },
        "apart",
      );
    });
  }

  undo(): Promise<boolean> {
    return this.#step("duplicates.undoApart", "Undone", "There is no step to undo here.", { label: "Redo", run: () => void this.redo() });
  }

  redo(): Promise<boolean> {
    return this.#step("duplicates.redoApart", "Done again", "There is no step to do again here.", {
      label: "Undo",
      run: () => void this.undo(),
    });
  }

  #step(
    method: "duplicates.undoApart" | "duplicates.redoApart",
    done: string,
    none: string,
    action: { label: string; run(): void },
  ): Promise<boolean> {
    return this.#change(async () => {
      const { what } = await engine.call(method, {});
      if (what === null) notices.tell(none);
      else notices.tell(`${done}: ${what}.`, action, "apart");
    });
  }

  /** What is shown follows at once; the rest of the app hears of it from the engine. */
  async #change(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      await Promise.all([this.read(), duplicateGroups.read()]);
      return true;
    } catch (error) {
      notices.fail("It could not be noted", error);
      return false;
    }
  }
}

export const apart = new Apart();
