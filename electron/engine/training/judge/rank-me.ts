/**
 * @file RankMe (Garrido et al., 2023, arXiv 2210.02885): how many directions a table of embeddings uses, as exp of the entropy of its singular values. An alarm
 * for collapse and nothing else: whether it should rise or fall depends on the objective (METHODS 8.2). And the spread of single numbers.
 */
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";
import { columnGram, rowGram } from "../linear-algebra/gram.ts";
import { symmetricEigenvalues } from "../linear-algebra/symmetric-eigen.ts";

const smallest = 1e-7;

/** exp(-sum p log p), p = s / sum s + 1e-7, s the singular values of the table as it is, not centred. */
export function rankMe(table: VectorTable, options: StageOptions = {}): number {
  const { count, dimensions } = table;
  const gram = dimensions <= count ? columnGram(table, options) : rowGram(table, options);
  const squares = symmetricEigenvalues(gram, Math.min(count, dimensions), options);
  const singular = squares.map((value) => Math.sqrt(Math.max(0, value)));
  const sum = singular.reduce((one, other) => one + other, 0);
  let entropy = 0;
  for (const value of singular) {
    const share = value / sum + smallest;
    entropy -= share * Math.log(share);
  }
  return Math.exp(entropy);
}

/** Mean over the numbers of a vector of their standard deviation over the table: 1 / sqrt(d) at best for unit vectors, 0 where all are one point. */
export function meanDeviation({ count, dimensions, values }: VectorTable): number {
  let total = 0;
  for (let column = 0; column < dimensions; column++) {
    let sum = 0;
    for (let at = column; at < values.length; at += dimensions) sum += values[at];
    const mean = sum / count;
    let squares = 0;
    for (let at = column; at < values.length; at += dimensions) squares += (values[at] - mean) ** 2;
    total += Math.sqrt(squares / count);
  }
  return total / dimensions;
}
