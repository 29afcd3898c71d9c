/**
 * @file Embeddings as whitening takes them: finite rows made exactly unit length (float16 leaves them a little off), a sample of them where there are many.
 */
import { UserError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { samplePlaces } from "../../base/sample-rows.ts";

/** Rows that mean and covariance are taken from; beyond it more rows change nothing that can be measured (METHODS 3.4). */
export const sampleLimit = 20_000;

/** A copy whose rows are of unit length. A row that is zero or not finite is a `UserError` that names it. */
export function unitRows({ count, dimensions, values }: VectorTable): VectorTable {
  const unit = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const start = row * dimensions;
    let squares = 0;
    for (let at = start; at < start + dimensions; at++) squares += values[at] * values[at];
    if (!(squares > 0 && squares < Infinity))
      throw new UserError(
        "bad-vector",
        `Row ${row} of ${count} embeddings ${squares === 0 ? "is all zero" : "holds a number that is not finite"}; expected a vector of length 1`,
      );
    const scale = 1 / Math.sqrt(squares);
    for (let at = start; at < start + dimensions; at++) unit[at] = values[at] * scale;
  }
  return { count, dimensions, values: unit };
}

/** All rows, or `limit` of them, in order. */
export function sampleRows(table: VectorTable, seed: number, limit = sampleLimit): VectorTable {
  const { count, dimensions, values } = table;
  if (count <= limit) return table;
  const sampled = new Float32Array(limit * dimensions);
  samplePlaces(count, limit, seed).forEach((row, at) =>
    sampled.set(values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions),
  );
  return { count: limit, dimensions, values: sampled };
}
