/**
 * @file Told from its class by cosines: a classifier whose classes are directions (Chen et al. 2019, arXiv 1904.04232), with label smoothing.
 *
 *   L = mean_i -[ (1 - e) log softmax(g z_i w)_{label i} + e mean_c log softmax(g z_i w)_c ],   w: unit rows, g: sharpness, e: smoothing
 */
import type { Operators } from "../step/operators.ts";
import { instanceClassification } from "./instance-classification.ts";

export interface CosineOptions {
  /** [n] int64 */
  readonly labels: string;
  readonly sharpness: number;
  readonly smoothing: number;
}

/**
 * @param z [n, d] unit rows
 * @param classes [classes, d]; their lengths do not matter
 */
export function cosineClassification(operators: Operators, z: string, classes: string, options: CosineOptions): string {
  const { labels, sharpness, smoothing } = options;
  const logits = operators.scale(operators.products(z, operators.normalise(classes)), sharpness);
  return instanceClassification(operators, logits, labels, smoothing);
}
