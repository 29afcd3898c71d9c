/**
 * @file Decoupled contrastive learning (Yeh et al. 2022, arXiv 2110.06848): NT-Xent whose sum leaves the positive out, so that a small batch loses
 * less; DCLW gives pairs that are far apart more weight.
 *
 *   L = mean_i [ log sum_{j not in {i, p}} v_ij exp(s_ij / t) - w_i s_ip / t ]
 *   DCLW: w_i = 2 - n softmax_i(s_ip / sigma) over the n pairs, without gradient
 *
 * Weights v_ij of single negatives are for methods that know some of them to be no negatives.
 */
import type { Operators } from "../step/operators.ts";
import { onlyNegatives, partnerCosines } from "./pairs.ts";

export interface DecoupledOptions {
  readonly temperature: number;
  /** Of DCLW; null: all pairs weigh the same. */
  readonly sigma?: number | null;
  /** [2n, 2n]: ln v_ij, without gradient; null: all 0. */
  readonly logWeights?: string | null;
}

/** @param z [2n, d] unit rows, first views then second ones */
export function decoupled(operators: Operators, z: string, { temperature, sigma = null, logWeights = null }: DecoupledOptions): string {
  const [rows = 0] = operators.shape(z);
  const logits = operators.add(operators.scale(operators.products(z, z), 1 / temperature), onlyNegatives(operators, rows));
  const spread = operators.logSumExp(logWeights === null ? logits : operators.add(logits, logWeights));
  const cosines = partnerCosines(operators, z);
  const pull = sigma === null ? cosines : operators.multiply(cosines, pairWeights(operators, operators.rows(cosines, 0, rows / 2), sigma));
  return operators.average(operators.subtract(spread, operators.scale(pull, 1 / temperature)));
}

/** [n] cosines -> [2n] weights of both directions, mean 1. */
function pairWeights(operators: Operators, cosines: string, sigma: number): string {
  const [pairs = 0] = operators.shape(cosines);
  const shares = operators.softmax(operators.scale(operators.detach(cosines), 1 / sigma));
  const weights = operators.detach(operators.shift(operators.scale(shares, -pairs), 2));
  return operators.stack([weights, weights]);
}
