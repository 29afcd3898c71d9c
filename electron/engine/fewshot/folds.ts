/**
 * @file Clicks in folds, for what must be learnt anew to be judged: each class is dealt over the folds, so that what asks of one fold was taught every class by the others.
 */
import { createRandom, shuffle } from "../base/random.ts";
import { clicksPerClass, type Clicks } from "./clicks.ts";

/** Of a click that is the only one of its class: it teaches in every fold and is asked in none. */
export const neverAsked = -1;

/** [clicks] fold of each: 0 to count - 1, or `neverAsked`. */
export function foldsOf(clicks: Clicks, count: number, seed: number): Int32Array {
  const folds = new Int32Array(clicks.rows.length).fill(neverAsked);
  const random = createRandom(seed);
  const sizes = clicksPerClass(clicks);
  let next = 0;
  for (let label = 0; label < clicks.classCount; label++) {
    if (sizes[label] < 2) continue;
    // Dealing goes on where the class before ended: folds are of one size.
    const its = [...clicks.rows.keys()].filter((at) => clicks.labels[at] === label);
    for (const at of shuffle(its, random)) folds[at] = next++ % count;
  }
  return folds;
}

/** The clicks that a fold leaves to learn from, and those it asks: places among all clicks. */
export function partsOf(folds: Int32Array, fold: number): { readonly taught: number[]; readonly asked: number[] } {
  const places = [...folds.keys()];
  return { taught: places.filter((at) => folds[at] !== fold), asked: places.filter((at) => folds[at] === fold) };
}

export function chosenClicks({ rows, labels, classCount }: Clicks, places: readonly number[]): Clicks {
  return { rows: Int32Array.from(places, (at) => rows[at]), labels: Int32Array.from(places, (at) => labels[at]), classCount };
}
