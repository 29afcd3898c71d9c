/** @file The rule by which one of a group is kept, as a draft that is tried before it is used. Only marks follow from it. */
import { keepCriteria, plainKeepRule, type KeepCriterion, type KeepPreview, type KeepRule } from "#protocol/duplicates-contract.ts";

import { engine } from "./engine.svelte.ts";
import { notices, reason } from "./notices.svelte.ts";
import { Turns } from "./turns.ts";

class KeepRuleDraft {
  used = $state.raw<KeepRule | null>(null);
  draft = $state.raw<KeepRule>(plainKeepRule);
  preview = $state.raw<KeepPreview | null>(null);
  failed = $state<string | null>(null);
  readonly #turns = new Turns();

  readonly changed = $derived(this.used !== null && JSON.stringify(this.used) !== JSON.stringify(this.draft));
  readonly usual = $derived(JSON.stringify(this.draft) === JSON.stringify(plainKeepRule));
  /** All criteria: those that count in their order, then those that do not. */
  readonly criteria = $derived([...this.draft.order, ...keepCriteria.filter((criterion) => !this.draft.order.includes(criterion))]);

  /** Reads the rule in use; a draft that was begun stays. */
  async read(): Promise<void> {
    try {
      const begun = this.changed;
      const { rule } = await engine.call("duplicates.rule", {});
      this.used = rule;
      if (!begun) this.draft = rule;
      this.#try();
    } catch (error) {
      this.failed = reason(error);
    }
  }

  change(to: Partial<KeepRule>): void {
    this.draft = { ...this.draft, ...to };
    this.#try();
  }

  toggle(criterion: KeepCriterion): void {
    const { order } = this.draft;
    this.change({ order: order.includes(criterion) ? order.filter((each) => each !== criterion) : [...order, criterion] });
  }

  move(criterion: KeepCriterion, step: -1 | 1): void {
    const order = [...this.draft.order];
    const at = order.indexOf(criterion);
    const other = order[at + step];
    if (at < 0 || other === undefined) return;
    order[at] = other;
    order[at + step] = criterion;
    this.change({ order });
  }

  back(): void {
    this.change(plainKeepRule);
  }

  async use(): Promise<void> {
    const before = this.used;
    try {
      this.used = (await engine.call("duplicates.setRule", { rule: this.draft })).rule;
      this.#try();
      notices.tell("The marks follow the new rule. No file was touched.", {
        label: "Undo",
        run: () => {
          if (before !== null) this.change(before);
          void this.use();
        },
      });
    } catch (error) {
      notices.fail("The rule could not be used", error);
    }
  }

  #try(): void {
    void this.#turns.take(
      async () => {
        this.preview = await engine.call("duplicates.previewRule", { rule: this.draft });
        this.failed = null;
      },
      { failed: (error) => (this.failed = reason(error)) },
    );
  }
}

export const keepRule = new KeepRuleDraft();
