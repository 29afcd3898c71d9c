/**
 * @file Only classes that have clicks are learnt: one that was made but never given would take its share of every answer. They are numbered in the order in which they came, so that a class more does not
 * renumber the others and what was learnt stays.
 */
import type { Clicks } from "./clicks.ts";
import type { Predictions } from "./predict.ts";
import { noClass } from "./predict.ts";

export interface UsedClasses {
  /** Of used classes only. */
  readonly clicks: Clicks;
  /** [used] position of each among all classes. */
  readonly places: Int32Array;
}

/** @param known names of the classes that were used before, in their order; changed to what is used now */
export function onlyUsed(clicks: Clicks, names: readonly string[], known: string[]): UsedClasses {
  const used = new Set(Array.from(clicks.labels, (label) => names[label]));
  if (known.some((name) => !used.has(name))) known.length = 0;
  for (const name of used) if (!known.includes(name)) known.push(name);
  const numbers = new Map(known.map((name, number) => [name, number]));
  return {
    clicks: {
      rows: clicks.rows,
      labels: clicks.labels.map((label) => numbers.get(names[label]) as number),
      classCount: known.length,
    },
    places: Int32Array.from(known, (name) => names.indexOf(name)),
  };
}

/** The same predictions with a column for every class. */
export function amongAll({ labels, confidences, probabilities }: Predictions, places: Int32Array, classCount: number): Predictions {
  const count = labels.length;
  const spread = new Float32Array(count * classCount);
  for (let row = 0; row < count; row++)
    for (let used = 0; used < places.length; used++) spread[row * classCount + places[used]] = probabilities[row * places.length + used];
  return { labels: labels.map((label) => (label === noClass ? noClass : places[label])), confidences, probabilities: spread };
}
