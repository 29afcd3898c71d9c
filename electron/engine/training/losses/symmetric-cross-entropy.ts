/**
 * @file CLIP's loss (Radford et al. 2021, arXiv 2103.00020): each picture finds its text among the batch's, and each text its picture.
 *
 *   L = 1/2 mean_i [ -log softmax_j(scale u_i v_j)_i ] + 1/2 mean_j [ -log softmax_i(scale u_i v_j)_j ]
 */
import type { Operators } from "../step/operators.ts";

/** @param logits [n, n] pictures in rows, texts in columns */
export function symmetricCrossEntropy(operators: Operators, logits: string): string {
  const [count = 0] = operators.shape(logits);
  const own = operators.matrix(count, count, (row, column) => (row === column ? -0.5 / count : 0));
  const logShares = operators.add(operators.logSoftmax(logits), operators.transpose(operators.logSoftmax(operators.transpose(logits))));
  return operators.total(operators.multiply(logShares, own));
}
