/**
 * @file NT-Xent (Chen et al. 2020, "A Simple Framework for Contrastive Learning", arXiv 2002.05709): for each view, cross entropy of its other view
 * among all other views of the batch.
 *
 *   L = mean_i [ log sum_{k != i} exp(s_ik / t) - s_ip / t ]
 */
import type { Operators } from "../step/operators.ts";
import { partnerCosines, withoutSelf } from "./pairs.ts";

/**
 * @param z [2n, d] unit rows: all pictures as the first view sees them, then as the second
 * @returns the mean over all 2n views
 */
export function ntXent(operators: Operators, z: string, temperature: number): string {
  const [rows = 0] = operators.shape(z);
  const logits = operators.add(operators.scale(operators.products(z, z), 1 / temperature), withoutSelf(operators, rows));
  const partners = operators.scale(partnerCosines(operators, z), 1 / temperature);
  return operators.average(operators.subtract(operators.logSumExp(logits), partners));
}
