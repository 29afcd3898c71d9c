/**
 * @file What an adapter makes of embeddings that are known: one product of matrices instead of the whole network again.
 */
import { BugError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { adapterBias, adapterWeights } from "../network/adapter.ts";
import type { Seen } from "../result/candidates.ts";

/** @param table unit vectors of the frozen encoder  @returns unit vectors, as the network with the adapter behind it gives them */
export function adapt(table: VectorTable, weights: ReadonlyMap<string, Float32Array>): VectorTable {
  const [matrix, bias] = [weights.get(adapterWeights), weights.get(adapterBias)];
  const { count, dimensions } = table;
  if (matrix === undefined || bias === undefined || matrix.length !== dimensions * bias.length)
    throw new BugError(`no adapter for vectors of ${dimensions} numbers among ${[...weights.keys()].join(", ")}`);
  const outputs = bias.length;
  const values = new Float32Array(count * outputs);
  const sums = new Float64Array(outputs);
  for (let row = 0; row < count; row++) {
    sums.set(bias);
    for (let index = 0; index < dimensions; index++) {
      const value = table.values[row * dimensions + index];
      for (let output = 0; output < outputs; output++) sums[output] += value * matrix[index * outputs + output];
    }
    let squares = 0;
    for (const sum of sums) squares += sum * sum;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let output = 0; output < outputs; output++) values[row * outputs + output] = sums[output] * scale;
  }
  return { count, dimensions: outputs, values };
}

export function adaptSeen({ all, plain, viewA, viewB }: Seen, weights: ReadonlyMap<string, Float32Array>): Seen {
  return { all: adapt(all, weights), plain: adapt(plain, weights), viewA: adapt(viewA, weights), viewB: adapt(viewB, weights) };
}
