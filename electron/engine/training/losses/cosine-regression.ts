/**
 * @file What a prediction lacks to its target (Grill et al. 2020, BYOL, arXiv 2006.07733): the squared distance of two unit vectors.
 *
 *   L = mean_i (2 - 2 p_i t_i)
 */
import type { Operators } from "../step/operators.ts";

/** @param predictions and @param targets [n, d] unit rows */
export function cosineRegression(operators: Operators, predictions: string, targets: string): string {
  const cosines = operators.sum(operators.multiply(predictions, targets), [1]);
  return operators.shift(operators.scale(operators.average(cosines), -2), 2);
}
