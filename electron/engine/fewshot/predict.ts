/**
 * @file What every image is told to be, how surely, and where nothing is said.
 */
import { largestOf } from "./leave-out.ts";
import type { Learned } from "./learner.ts";

/** Stands for "no class" where classes are numbers of 16 bits. */
export const noClass = 0xffff;
/** An image that is told less surely is not told. */
export const defaultThreshold = 0.5;

export interface Predictions {
  /** [n] class, or `noClass` where the confidence is below the threshold. */
  readonly labels: Uint16Array;
  /** [n] probability of the likeliest class; 1 for what was clicked. */
  readonly confidences: Float32Array;
  /** [n, classCount] */
  readonly probabilities: Float32Array;
}

/** Clicks keep the class that they were given. */
export function predictAll({ clicks, models, answer }: Learned, threshold = defaultThreshold): Predictions {
  const { classCount } = clicks;
  const { count } = models.space.table;
  const predictions = emptyPredictions(count, classCount);
  const { labels, confidences, probabilities } = predictions;
  const one = new Float64Array(classCount);
  for (let row = 0; row < count; row++) {
    answer(row, one);
    for (let label = 0, at = row * classCount; label < classCount; label++) probabilities[at + label] = one[label];
    const best = largestOf(one, classCount);
    confidences[row] = one[best];
    if (one[best] >= threshold) labels[row] = best;
  }
  clicks.rows.forEach((row, at) => {
    labels[row] = clicks.labels[at];
    confidences[row] = 1;
    probabilities.fill(0, row * classCount, (row + 1) * classCount);
    probabilities[row * classCount + clicks.labels[at]] = 1;
  });
  return predictions;
}

export function emptyPredictions(count: number, classCount: number): Predictions {
  return {
    labels: new Uint16Array(count).fill(noClass),
    confidences: new Float32Array(count),
    probabilities: new Float32Array(count * classCount),
  };
}

/** Rows that would get a class if all told with at least this confidence did, the most doubtful first. */
export function acceptable({ labels, confidences }: Predictions, least: number, without: ReadonlySet<number>): Int32Array {
  const rows = [...labels.keys()].filter((row) => labels[row] !== noClass && confidences[row] >= least && !without.has(row));
  return Int32Array.from(rows.sort((one, other) => confidences[one] - confidences[other] || one - other));
}
