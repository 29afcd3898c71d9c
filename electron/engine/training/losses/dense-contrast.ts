/**
 * @file DenseCL's loss (Wang et al. 2021, arXiv 2011.09157): each place of a view against its match in the other view, among means over the places of other
 * pictures (from a queue or from the batch).
 *
 *   L = mean_i mean_x [ log(exp(q_ix k_ix / t) + sum_j exp(q_ix n_j / t)) - q_ix k_ix / t ]
 */
import type { Operators } from "../step/operators.ts";

export interface DenseContrastOptions {
  /** [n, places, d] unit rows. */
  readonly queries: string;
  /** [n, places, d] unit rows: the match of each place. */
  readonly keys: string;
  /** [m, d] unit rows. */
  readonly negatives: string;
  /** [n, 1, m] to be added to logits: `excluded` for a picture's own; null where there are none. */
  readonly mask: string | null;
  readonly temperature: number;
}

export function denseContrast(operators: Operators, { queries, keys, negatives, mask, temperature }: DenseContrastOptions): string {
  const own = operators.scale(operators.sum(operators.multiply(queries, keys), [2]), 1 / temperature);
  const others = operators.scale(operators.products(queries, negatives), 1 / temperature);
  const logits = operators.beside([operators.column(own), mask === null ? others : operators.add(others, mask)]);
  return operators.average(operators.subtract(operators.logSumExp(logits), own));
}
