/**
 * @file A learnt answer to "do these two show the same?", and negatives weighted by it (own design, after the calibrated negatives of Rao et al. 2025,
 * "MINER"; see also Robinson et al. 2021). S_ij is how likely pictures i and j are the same; each negative counts 1 - S_ij, the mean weight of a row being 1.
 *
 *   BCE = 1/2 mean_i bce(S_ii, 1 - e/2) + 1/2 mean_{i != j} bce(S_ij, e/2),   e: label smoothing
 *   v_ij = (1 - S_ij) / mean_j (1 - S_ij)
 */
import type { Operators } from "../step/operators.ts";

/** Least 1 - S that is believed, so that no negative is ignored for good. */
export const leastWeight = 1e-4;

/** @param logits [n, n]: first views against second ones @returns the mean over pairs of one picture and of two, half each */
export function alignmentEntropy(operators: Operators, logits: string, smoothing: number): string {
  const [count = 0] = operators.shape(logits);
  // bce(sigmoid(x), y) = softplus(x) - x y.
  const target = operators.matrix(count, count, (row, column) => (row === column ? 1 - smoothing / 2 : smoothing / 2));
  const entropy = operators.subtract(operators.unary("Softplus", logits), operators.multiply(logits, target));
  const weights = operators.matrix(count, count, (row, column) => 0.5 / (row === column ? count : count * (count - 1)));
  return operators.total(operators.multiply(entropy, weights));
}

/** [n, n] logits -> [2n, 2n] logarithms of the negatives' weights, without gradient; what it says of a row and its own views does not count. */
export function negativeWeights(operators: Operators, logits: string): string {
  const [count = 0] = operators.shape(logits);
  const fixed = operators.detach(logits);
  const both = operators.scale(
    operators.add(operators.unary("Sigmoid", fixed), operators.unary("Sigmoid", operators.transpose(fixed))),
    -0.5,
  );
  const others = operators.matrix(count, count, (row, column) => (row === column ? 0 : 1));
  const weights = operators.atLeast(operators.shift(both, 1), leastWeight);
  const mean = operators.scale(operators.sum(operators.multiply(weights, others), [1]), 1 / (count - 1));
  const logs = operators.unary("Log", operators.divide(weights, operators.column(mean)));
  const wide = operators.beside([logs, logs]);
  return operators.detach(operators.stack([wide, wide]));
}
