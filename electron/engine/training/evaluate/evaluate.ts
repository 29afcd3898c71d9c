/**
 * @file What labels say about an encoder: leave-one-out accuracy of 5 and 20 nearest neighbours, and five-fold accuracy of a linear classifier (ridge regression).
 */
import { throwIfAborted, UserError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { nearestOthers, type NearestOptions } from "../judge/nearest.ts";
import { accuracy, vote } from "../judge/vote.ts";
import { unitRows } from "../whiten/checked-rows.ts";
import { macroF1 } from "./macro-f1.ts";
import { ridgeAccuracy } from "./ridge.ts";

export interface Score {
  readonly accuracy: number;
  readonly macroF1: number;
}

export interface Evaluation {
  /** By number of neighbours. */
  readonly knn: { readonly 5: Score; readonly 20: Score };
  readonly ridge: { readonly accuracy: number };
}

export interface EvaluateInput {
  /** [n, d] */
  readonly vectors: VectorTable;
  /** [n] class of each row, 0 or more. */
  readonly labels: Int32Array;
  /** Deals the rows to the folds. */
  readonly seed: number;
}

const neighbourCounts = [5, 20] as const;
/** Fewer cannot be dealt to five folds. */
const leastRows = 5;

/** Few rows have fewer than 5 or 20 others: then all of them vote. */
export function evaluate({ vectors, labels, seed }: EvaluateInput, options: NearestOptions = {}): Evaluation {
  if (labels.length !== vectors.count)
    throw new UserError("bad-labels", `There are ${labels.length} labels for ${vectors.count} images; expected one each`);
  const classCount = new Set(labels).size;
  if (vectors.count < leastRows || classCount < 2)
    throw new UserError(
      "bad-labels",
      `The labels name ${vectors.count} images of ${classCount} classes; expected ${leastRows} images of 2 classes or more`,
    );
  const unit = unitRows(vectors);
  const { onProgress, ...inner } = options;
  const steps = 6;
  const graph = nearestOthers(unit, Math.max(...neighbourCounts), inner);
  onProgress?.(1, steps);
  const score = (k: number): Score => {
    const predicted = vote(graph, labels, k);
    return { accuracy: accuracy(predicted, labels), macroF1: macroF1(predicted, labels) };
  };
  throwIfAborted(options.signal);
  const knn = { 5: score(5), 20: score(20) };
  const ridge = ridgeAccuracy(
    { vectors: unit, labels, seed },
    { signal: options.signal, onProgress: (done) => onProgress?.(1 + done, steps) },
  );
  return { knn, ridge: { accuracy: ridge } };
}
