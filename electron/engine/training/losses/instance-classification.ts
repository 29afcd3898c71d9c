/**
 * @file DIET (Ibrahim et al. 2024, arXiv 2302.10260; for pretrained nets arXiv 2509.06990): every picture of the collection is a class of its own.
 *
 *   L = mean_i -[ (1 - e) log softmax(logits_i)_{place i} + e mean_c log softmax(logits_i)_c ],   e: label smoothing
 */
import type { Operators } from "../step/operators.ts";

/**
 * @param logits [n, classes]
 * @param places [n] int64
 */
export function instanceClassification(operators: Operators, logits: string, places: string, smoothing: number): string {
  const [rows = 0, classes = 0] = operators.shape(logits);
  const target = operators.shift(operators.scale(operators.oneHot(places, classes), 1 - smoothing), smoothing / classes);
  return operators.scale(operators.total(operators.multiply(operators.logSoftmax(logits), target)), -1 / rows);
}
