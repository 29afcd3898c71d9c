/**
 * @file One class only: "more of these". There is nothing to tell it from, so images are put in order of likeness, by the way in which left-out clicks come first, and the confidence says which share of
 * the clicks is less like the others than the image is like them.
 */
import { createCentroid } from "./centroid.ts";
import type { FeatureSpace } from "./feature-space.ts";
import { emptyPredictions, type Predictions } from "./predict.ts";
import { createPropagation, type Propagation } from "./propagation.ts";

export interface MoreLikeThese {
  readonly model: "centroid" | "propagation";
  readonly features: string;
  /** Mean share of images that are put before a left-out click; null with one click. */
  readonly meanRank: number | null;
  readonly why: string;
  readonly predictions: Predictions;
}

interface Ordering {
  readonly model: "centroid" | "propagation";
  readonly features: string;
  /** [n] */
  readonly scores: Float32Array;
  /** [m] of each click, left out. */
  readonly leftOut: Float32Array;
  readonly meanRank: number;
}

/** @param rows of the clicks, at least one */
export function moreLikeThese(spaces: readonly FeatureSpace[], rows: Int32Array, threshold: number): MoreLikeThese {
  const orderings = spaces.flatMap((space) => [byCentroid(space, rows), byPropagation(space, rows)]);
  // With one click nothing can be left out, and equals keep their order: the nearest of the first vectors.
  const best = rows.length === 1 ? orderings[0] : orderings.reduce((one, other) => (other.meanRank < one.meanRank ? other : one));
  const predictions = emptyPredictions(best.scores.length, 1);
  const ladder = ladderOf(best);
  best.scores.forEach((score, row) => {
    const confidence = rows.length === 1 ? Math.max(0, score) / 2 : placeOn(ladder, score);
    predictions.confidences[row] = confidence;
    predictions.probabilities[row] = confidence;
    if (confidence >= threshold) predictions.labels[row] = 0;
  });
  for (const row of rows) {
    predictions.labels[row] = 0;
    predictions.confidences[row] = predictions.probabilities[row] = 1;
  }
  return {
    model: best.model,
    features: best.features,
    meanRank: rows.length === 1 ? null : best.meanRank,
    why: whyOf(best, rows.length),
    predictions,
  };
}

function byCentroid(space: FeatureSpace, rows: Int32Array): Ordering {
  const centroid = createCentroid(space.table, { rows, labels: new Int32Array(rows.length), classCount: 1 }, 1);
  const one = new Float64Array(1);
  const scores = Float32Array.from({ length: space.table.count }, (_, row) => {
    centroid.score(row, 1, one);
    return one[0];
  });
  const leftOut = Float32Array.from(rows, (row) => {
    centroid.scoreLeftOut(row, 0, 1, one);
    return one[0];
  });
  return { model: "centroid", features: space.name, scores, leftOut, meanRank: meanRank(scores, leftOut, rows) };
}

function byPropagation(space: FeatureSpace, rows: Int32Array): Ordering {
  const propagation: Propagation = createPropagation({ graph: space.graph, clicks: { rows, labels: new Int32Array(rows.length), classCount: 1 }, classLimit: 1 }); // prettier-ignore
  const scores = Float32Array.from({ length: space.table.count }, (_, row) => propagation.reached(row, 0));
  const leftOut = Float32Array.from(rows, (row) => propagation.reachedLeftOut(row, 0));
  return { model: "propagation", features: space.name, scores, leftOut, meanRank: meanRank(scores, leftOut, rows) };
}

/** Mean share of the unlabelled that score higher than a left-out click; equal ones count half. */
function meanRank(scores: Float32Array, leftOut: Float32Array, rows: Int32Array): number {
  const clicked = new Set(rows);
  const others = scores.filter((_, row) => !clicked.has(row)).sort();
  if (others.length === 0) return 0;
  let sum = 0;
  for (const score of leftOut) {
    const below = countBelow(others, score);
    const upTo = countUpTo(others, score);
    sum += (others.length - upTo + (upTo - below) / 2) / others.length;
  }
  return sum / leftOut.length;
}

function whyOf({ model, features, meanRank: rank }: Ordering, clicks: number): string {
  const way = model === "centroid" ? "likeness to the mean of the clicks" : "what is linked to the clicks by neighbours";
  if (clicks === 1) return `${way} on ${features} vectors: one click cannot be left out`;
  return `${way} on ${features} vectors: a left-out click comes behind ${(100 * rank).toFixed(1)} % of the other images`;
}

/** Left-out clicks by their scores, between the least and the greatest score of all. */
function ladderOf({ scores, leftOut }: Ordering): Float32Array {
  const all = [...scores, ...leftOut];
  const [least, most] = all.reduce(([low, high], score) => [Math.min(low, score), Math.max(high, score)], [Infinity, -Infinity]);
  return Float32Array.from([least, ...leftOut.slice().sort(), most]);
}

/** 0 at the foot, 1 at the top, each rung as far as the next; between two by a straight line, so that no two scores become one. */
function placeOn(ladder: Float32Array, score: number): number {
  const rung = Math.min(ladder.length - 2, Math.max(0, countUpTo(ladder, score) - 1));
  const [low, high] = [ladder[rung], ladder[rung + 1]];
  return (rung + (high > low ? Math.min(1, (score - low) / (high - low)) : 0)) / (ladder.length - 1);
}

/** How many of the sorted are smaller. */
function countBelow(sorted: Float32Array, value: number): number {
  return search(sorted, (each) => each < value);
}

function countUpTo(sorted: Float32Array, value: number): number {
  return search(sorted, (each) => each <= value);
}

function search(sorted: Float32Array, isBefore: (each: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}
