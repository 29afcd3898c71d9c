/**
 * @file Debiased contrastive loss (Chuang et al. 2020, arXiv 2007.00224) and hard negatives on top of it (Robinson et al. 2021, arXiv 2010.04592).
 *
 *   n_ij = exp(s_ij / t), p_i = exp(s_ip / t), M = 2n - 2 negatives
 *   g_i = sum_j n_ij^beta n_ij / mean_j n_ij^beta          (beta 0: plain sum)
 *   N_i = max((g_i - tau M p_i) / (1 - tau), M e^(-1/t))    (tau: how likely a negative is of the same class)
 *   L = mean_i -log(p_i / (p_i + N_i))
 *
 * All exponentials are kept relative to exp(1 / t), the largest there is.
 */
import type { Operators } from "../step/operators.ts";
import { negativePairs, onlyNegatives, partnerCosines } from "./pairs.ts";

export interface HardNegativeOptions {
  readonly temperature: number;
  /** tau+ of the papers: 0 takes every negative for one. */
  readonly classPrior: number;
  /** beta: how much hard negatives count; 0 is the debiased loss. */
  readonly hardness: number;
}

/** @param z [2n, d] unit rows, first views then second ones */
export function hardNegatives(operators: Operators, z: string, { temperature, classPrior, hardness }: HardNegativeOptions): string {
  const [rows = 0] = operators.shape(z);
  const count = rows - 2;
  const isNegative = negativePairs(operators, rows);
  const relative = (cosines: string): string => operators.scale(operators.shift(cosines, -1), 1 / temperature);
  const logits = operators.add(relative(operators.products(z, z)), onlyNegatives(operators, rows));
  const negatives = operators.unary("Exp", logits);
  const partner = relative(partnerCosines(operators, z));
  const positives = operators.unary("Exp", partner);
  const sum = hardness === 0 ? operators.sum(negatives, [1]) : reweighted();
  const debiased = operators.scale(operators.add(sum, operators.scale(positives, -classPrior * count)), 1 / (1 - classPrior));
  const total = operators.atLeast(debiased, count * Math.exp(-2 / temperature));
  return operators.average(operators.subtract(operators.unary("Log", operators.add(positives, total)), partner));

  // Any factor common to a row's weights cancels: the largest is 1.
  function reweighted(): string {
    const shifted = operators.scale(operators.subtract(logits, operators.largest(logits)), hardness);
    const weights = operators.multiply(operators.unary("Exp", shifted), isNegative);
    const weighted = operators.sum(operators.multiply(weights, negatives), [1]);
    return operators.divide(operators.scale(weighted, count), operators.sum(weights, [1]));
  }
}
