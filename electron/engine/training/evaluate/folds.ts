/**
 * @file Rows dealt to folds by seed, class by class, so that every fold has its share of every class.
 */
import { createRandom, shuffle } from "../../base/random.ts";

/** @returns [n] the fold of each row, 0 <= fold < foldCount */
export function dealFolds(labels: Int32Array, foldCount: number, seed: number): Int32Array {
  const order = shuffle([...labels.keys()], createRandom(seed));
  const folds = new Int32Array(labels.length);
  // Shuffled within a class, dealt in turn from one class to the next: sizes of folds differ by one at most.
  order.sort((one, other) => labels[one] - labels[other]).forEach((row, place) => (folds[row] = place % foldCount));
  return folds;
}
