/** @file Duplicates between two chosen folders: which of one lie in the other too. */
import type { SharedOfFolder } from "#protocol/duplicates-contract.ts";
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";

import { lastPart } from "../widgets/format.ts";
import { engine } from "./engine.svelte.ts";
import { images } from "./images.svelte.ts";
import { areApart, folderChoices, likelyPair } from "./folder-choices.ts";
import { folderTree } from "./folder-tree.ts";
import { notices, reason } from "./notices.svelte.ts";
import { picker } from "./picker.svelte.ts";
import { Turns } from "./turns.ts";

const pageSize = 200;

class BetweenFolders {
  /** Chosen by a person, of the collection that is open. */
  #chosen = $state.raw<{ workspace: string; a: string; b: string } | null>(null);
  groups = $state.raw<readonly DuplicateGroup[]>([]);
  total = $state(0);
  shared = $state.raw<{ a: SharedOfFolder; b: SharedOfFolder } | null>(null);
  failed = $state<string | null>(null);
  busy = $state(false);
  readonly #turns = new Turns();

  readonly choices = $derived.by(() => {
    const { folders, folderIndexes } = images.columns;
    const counts = new Int32Array(folders.length);
    for (const folder of folderIndexes) counts[folder]++;
    return folderChoices(folderTree(folders, counts));
  });

  /** Null: the collection has no two folders. */
  readonly pair = $derived.by(() => {
    const chosen = this.#chosen;
    const has = (path: string): boolean => this.choices.some((choice) => choice.path === path);
    if (chosen !== null && chosen.workspace === engine.collection?.workspace && has(chosen.a) && has(chosen.b)) return chosen;
    return likelyPair(this.choices);
  });

  /** Why these two cannot be compared; null: they can. */
  readonly problem = $derived.by(() => {
    if (this.pair === null) return null;
    const { a, b } = this.pair;
    if (a === b) return "Both are the same folder. Choose another one.";
    return areApart(a, b) ? null : "One of the folders lies in the other. Choose two that are apart.";
  });

  choose(a: string, b: string): void {
    this.#chosen = { workspace: engine.collection?.workspace ?? "", a, b };
  }

  /** @param limit groups to read; more are read as they are looked at */
  read(limit = Math.max(pageSize, this.groups.length)): void {
    const { pair } = this;
    if (pair === null || this.problem !== null) {
      this.groups = [];
      this.shared = null;
      return;
    }
    this.busy = true;
    void this.#turns.take(
      async () => {
        const asked = this.pair;
        if (asked === null) return;
        const { groups, total, a, b } = await engine.call("duplicates.between", { a: asked.a, b: asked.b, offset: 0, limit });
        if (this.#turns.again) return;
        this.groups = groups;
        this.total = total;
        this.shared = { a, b };
        this.failed = null;
      },
      {
        failed: (error) => {
          this.groups = [];
          this.shared = null;
          this.failed = reason(error);
        },
        ended: () => (this.busy = false),
      },
    );
  }

  /** Called with the last index in sight. */
  reach(index: number): void {
    if (index + 1 >= this.groups.length && this.groups.length < this.total && !this.busy) this.read(this.groups.length + pageSize);
  }

  async writeTable(): Promise<void> {
    const { pair } = this;
    if (pair === null) return;
    const name = `${lastPart(pair.a)} in ${lastPart(pair.b)}.csv`;
    const out = await picker.ask({ kind: "new-file", title: "Write the pairs as a table", action: "Write", endings: ["csv"], name });
    if (out === null) return;
    try {
      const { file, pairs } = await engine.call("duplicates.exportBetween", { a: pair.a, b: pair.b, out });
      notices.tell(`${pairs} pairs were written to ${file}.`);
    } catch (error) {
      notices.fail("The table could not be written", error);
    }
  }
}

export const betweenFolders = new BetweenFolders();
