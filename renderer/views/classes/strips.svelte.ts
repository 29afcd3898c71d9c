/**
 * @file For each class the five unlabelled pictures that are most surely of it, to be confirmed at once. They stay where they are until they
 * are labelled or refused, whatever is learnt meanwhile; a refused one is not shown for that class again.
 */
import type { LabelClass } from "#protocol/label-model.ts";
import type { ImageId } from "#protocol/model.ts";

import { images } from "../../state/images.svelte.ts";
import { refill, surestPerClass } from "../../state/label-facts.ts";
import { labels } from "../../state/labels.svelte.ts";

export interface Strip {
  readonly of: LabelClass;
  readonly ids: readonly ImageId[];
}

const most = 5;

class Strips {
  list = $state.raw<readonly Strip[]>([]);
  #refused = $state.raw<ReadonlyMap<number, ReadonlySet<number>>>(new Map());

  /** Fills gaps from the newest predictions. */
  tend(): void {
    const { facts, project } = labels;
    if (facts === null || project === null) {
      this.list = [];
      return;
    }
    const used = project.classes.map((each, place) => ({ each, place })).filter(({ each }) => each.count > 0);
    const only = used.length === 1 ? used[0].place : null;
    const { classes } = project;
    const best = surestPerClass(facts, {
      classCount: classes.length,
      most: 2 * most,
      only,
      passes: (place, index) => !(this.#refused.get(classes[place].id)?.has(images.columns.ids[index]) ?? false),
    });
    this.list = used.flatMap(({ each, place }): Strip[] => {
      const shown = this.list.find(({ of }) => of.id === each.id)?.ids ?? [];
      const ids = refill(shown, best[place].map((index) => images.idAt(index)), {
        most,
        stays: (id) => {
          const index = images.indexOf(id as ImageId);
          return index >= 0 && !labels.isLabelled(id as ImageId) && !this.isRefused(each, id) && (only !== null || facts.told[index] === place);
        },
      }) as ImageId[]; // prettier-ignore
      return ids.length === 0 || each.kind !== "normal" ? [] : [{ of: each, ids }];
    });
  }

  refuse(of: LabelClass, id: ImageId): void {
    const next = new Map(this.#refused);
    next.set(of.id, new Set([...(next.get(of.id) ?? []), id]));
    this.#refused = next;
    this.tend();
  }

  isRefused(of: LabelClass, id: number): boolean {
    return this.#refused.get(of.id)?.has(id) ?? false;
  }
}

export const strips = new Strips();

/** All that a class's strip shows are of it. */
export function confirmStrip(of: LabelClass | null): void {
  const strip = strips.list.find((each) => each.of.id === of?.id);
  if (strip !== undefined) labels.label(strip.ids, strip.of);
}
