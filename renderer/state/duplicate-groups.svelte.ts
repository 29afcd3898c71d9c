/**
 * @file The groups of duplicates at the strictness that was chosen, most to gain first, read in pages as they are looked at and read again when they change.
 */
import { plainStrictness, type Strictness } from "#protocol/duplicates-contract.ts";
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";
import type { ImageId, Relation } from "#protocol/model.ts";

import { engine } from "./engine.svelte.ts";
import { images } from "./images.svelte.ts";
import { notices, reason } from "./notices.svelte.ts";
import { selection } from "./selection.svelte.ts";
import { Turns } from "./turns.ts";

const pageSize = 200;

class DuplicateGroups {
  relation = $state<Relation | null>(null);
  strictness = $state.raw<Strictness>(plainStrictness);
  total = $state(0);
  gainBytes = $state(0);
  counts = $state.raw<Readonly<Record<Relation, number>> | null>(null);
  loaded = $state(false);
  failed = $state<string | null>(null);
  #groups = $state.raw<readonly DuplicateGroup[]>([]);
  #reading = false;
  #run = 0;
  readonly #turns = new Turns();

  /** Those with a picture that passes the filter. */
  readonly shown = $derived.by(() => {
    if (!images.filtered) return this.#groups;
    const passing = new Set<number>();
    for (const index of images.passing) passing.add(images.columns.ids[index]);
    return this.#groups.filter((group) => group.members.some((member) => passing.has(member.id)));
  });

  choose(relation: Relation | null): void {
    this.relation = relation;
    this.#groups = [];
    this.loaded = false;
    void this.read();
  }

  /** While a slider moves, one question is under way and the newest place is asked next. */
  setStrictness(strictness: Strictness): void {
    this.strictness = strictness;
    if (this.relation !== null && this.counts?.[this.relation] === 0) this.relation = null;
    void this.read(pageSize);
  }

  /** Reads what was read before again, at least the first page; what is shown stays until the answer is there. */
  read(limit = Math.max(pageSize, this.#groups.length)): Promise<void> {
    this.#run++;
    return this.#turns.take(
      async () => {
        const answer = await engine.call("duplicates.groups", { offset: 0, limit, ...this.#asked() });
        if (this.#turns.again) return;
        this.#groups = answer.groups;
        this.total = answer.total;
        this.gainBytes = answer.gainBytes;
        this.counts = answer.counts;
        this.failed = null;
        this.loaded = true;
      },
      { failed: (error) => (this.failed = reason(error)) },
    );
  }

  /** Makes the copies the selection of the whole app: those that pass the filter, at this strictness. */
  async selectCopies(): Promise<void> {
    try {
      const { ids } = await engine.call("duplicates.copies", { ...this.strictness });
      const passing = images.filtered ? new Set(Array.from(images.passing, (index) => images.columns.ids[index])) : null;
      selection.set(Array.from(ids as Iterable<ImageId>).filter((id) => passing === null || passing.has(id)));
    } catch (error) {
      notices.fail("The copies could not be selected", error);
    }
  }

  /** Called with the last index in sight. With a filter, a page may hold nothing to show: go on until something is. */
  reach(index: number): void {
    if (index + pageSize / 2 >= this.shown.length && this.#groups.length < this.total && !this.#reading) void this.#readNext();
  }

  /** The group of this id, read on until it is found; null when there is none (any more). */
  async find(id: string): Promise<DuplicateGroup | null> {
    for (;;) {
      const found = this.#groups.find((group) => group.id === id);
      if (found !== undefined) return found;
      if (this.#groups.length >= this.total || !(await this.#readNext())) return null;
    }
  }

  async #readNext(): Promise<boolean> {
    this.#reading = true;
    const run = this.#run;
    try {
      const { groups } = await engine.call("duplicates.groups", { offset: this.#groups.length, limit: pageSize, ...this.#asked() });
      if (run !== this.#run || groups.length === 0) return false;
      this.#groups = [...this.#groups, ...groups];
      return true;
    } catch (error) {
      this.failed = reason(error);
      return false;
    } finally {
      this.#reading = false;
    }
  }

  #asked(): Strictness & { relation?: Relation } {
    return { ...this.strictness, ...(this.relation && { relation: this.relation }) };
  }
}

export const duplicateGroups = new DuplicateGroups();
