/**
 * @file The two inner loops of learning from one more click: a pass over all vectors, and a change of rank one.
 */
import { loadKernels, usualThreads } from "#native/kernels.ts";

import type { VectorTable } from "../base/neighbour-graph.ts";

/** [n] inner product of each row with a direction. */
export function project(table: VectorTable, direction: ArrayLike<number>): Float32Array {
  return projectAll(table, Float32Array.from(direction));
}

/** [n, width] inner products of each row with each of some directions, [width, d]. */
export function projectAll({ count, dimensions, values: vectors }: VectorTable, directions: Float32Array): Float32Array {
  const width = directions.length / dimensions;
  const products = new Float32Array(count * width);
  loadKernels().projectRows({ vectors, count, dimensions, directions, width, products, threads: usualThreads() });
  return products;
}

/** matrix += weight * vector vector' */
export function addOuter(matrix: Float64Array, vector: Float64Array, weight: number): void {
  const size = vector.length;
  for (let row = 0; row < size; row++) {
    const value = weight * vector[row];
    const line = row * size;
    for (let column = 0; column < size; column++) matrix[line + column] += value * vector[column];
  }
}
