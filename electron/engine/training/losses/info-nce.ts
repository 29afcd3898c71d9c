/**
 * @file InfoNCE against a queue (He et al. 2019, MoCo, arXiv 1911.05722; van den Oord et al. 2018): cross entropy of a query's own key among that key and
 * the keys of earlier batches.
 *
 *   L = mean_i [ log(exp(q_i k_i / t) + sum_j exp(q_i n_j / t)) - q_i k_i / t ]
 */
import type { Operators } from "../step/operators.ts";

export interface InfoNceOptions {
  /** [n, d] unit rows. */
  readonly queries: string;
  /** [n, d] unit rows: the key of each query. */
  readonly keys: string;
  /** [m, d] unit rows, the same for all queries. */
  readonly negatives: string;
  readonly temperature: number;
}

export function infoNce(operators: Operators, { queries, keys, negatives, temperature }: InfoNceOptions): string {
  const own = operators.column(operators.sum(operators.multiply(queries, keys), [1]));
  const logits = operators.scale(operators.beside([own, operators.products(queries, negatives)]), 1 / temperature);
  const [rows = 0] = operators.shape(own);
  const positives = operators.builder.reshape(operators.scale(own, 1 / temperature), [rows]);
  return operators.average(operators.subtract(operators.logSumExp(logits), positives));
}
