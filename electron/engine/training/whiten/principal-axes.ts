/**
 * @file The principal axes of a table and the spread along each, from the smaller of its two Gram matrices: dimensions x dimensions, or count x count where
 * there are fewer pictures than dimensions.
 */
import { UserError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";
import { columnGram, rowGram, type Rows } from "../linear-algebra/gram.ts";
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts";

export interface PrincipalAxes {
  /** [dimensions] */
  readonly mean: Float64Array;
  /** [rank, dimensions] row-major, unit length, widest first. */
  readonly axes: Float64Array;
  /** [rank] standard deviation along each axis, widest first. */
  readonly spread: Float64Array;
}

/** Of the widest axis: what is narrower is rounding, not pictures. Variances, so a millionth of the spread. */
const leastVariance = 1e-12;

/** @returns at most `maximumAxes` of the axes along which the rows differ at all. Where none do, a `UserError`. */
export function principalAxes(table: VectorTable, maximumAxes: number, options: StageOptions = {}): PrincipalAxes {
  const mean = meanRow(table);
  const centred = centre(table, mean);
  const { values, vectors, size } = decompose(centred, options);
  const least = Math.max(values[0] ?? 0, 0) * leastVariance;
  const rank = Math.min(maximumAxes, values.filter((value) => value > least).length);
  if (rank === 0) throw new UserError("no-spread", `All ${table.count} embeddings are equal; whitening needs pictures that differ`);
  const spread = Float64Array.from(values.subarray(0, rank), (value) => Math.sqrt(value / table.count));
  const axes = table.dimensions === size ? vectors.slice(0, rank * size) : axesFromRows(centred, vectors, rank);
  return { mean, axes, spread };
}

export function meanRow({ count, dimensions, values }: VectorTable): Float64Array {
  const mean = new Float64Array(dimensions);
  for (let row = 0, at = 0; row < count; row++) for (let column = 0; column < dimensions; column++, at++) mean[column] += values[at];
  for (let column = 0; column < dimensions; column++) mean[column] /= Math.max(1, count);
  return mean;
}

function centre({ count, dimensions, values }: VectorTable, mean: Float64Array): Rows {
  const centred = new Float64Array(count * dimensions);
  for (let row = 0, at = 0; row < count; row++)
    for (let column = 0; column < dimensions; column++, at++) centred[at] = values[at] - mean[column];
  return { count, dimensions, values: centred };
}

function decompose(rows: Rows, options: StageOptions): { values: Float64Array; vectors: Float64Array; size: number } {
  const size = Math.min(rows.count, rows.dimensions);
  const gram = rows.dimensions === size ? columnGram(rows, options) : rowGram(rows, options);
  return { ...symmetricEigen(gram, size, options), size };
}

/** Axis = X' u / |X' u|, u an eigenvector of X X'. */
function axesFromRows({ count, dimensions, values }: Rows, vectors: Float64Array, rank: number): Float64Array {
  const axes = new Float64Array(rank * dimensions);
  for (let index = 0; index < rank; index++) {
    const axis = axes.subarray(index * dimensions, (index + 1) * dimensions);
    for (let row = 0; row < count; row++) {
      const weight = vectors[index * count + row];
      for (let column = 0; column < dimensions; column++) axis[column] += weight * values[row * dimensions + column];
    }
    const length = Math.hypot(...axis);
    for (let column = 0; column < dimensions; column++) axis[column] /= length;
  }
  return axes;
}
