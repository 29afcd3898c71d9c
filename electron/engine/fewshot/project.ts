/**
 * @file The two inner loops of learning from one more click: a pass over all vectors, and a change of rank one.
 */
import type { VectorTable } from "../base/neighbour-graph.ts";

/** [n] inner product of each row with a direction. */
export function project({ count, dimensions, values }: VectorTable, direction: Float64Array): Float32Array {
  const products = new Float32Array(count);
  for (let row = 0, start = 0; row < count; row++, start += dimensions) {
    // Four sums, so that one addition need not wait for the one before.
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let index = 0;
    for (; index + 3 < dimensions; index += 4) {
      a += values[start + index] * direction[index];
      b += values[start + index + 1] * direction[index + 1];
      c += values[start + index + 2] * direction[index + 2];
      d += values[start + index + 3] * direction[index + 3];
    }
    for (; index < dimensions; index++) a += values[start + index] * direction[index];
    products[row] = a + b + (c + d);
  }
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
