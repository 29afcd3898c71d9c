/**
 * @file X'X and XX' of a table of rows, in float64: what covariance, singular values and ridge regression begin with.
 */
import { throwIfAborted } from "../../base/errors.ts";
import type { StageOptions } from "../../base/stage.ts";

export interface Rows {
  readonly count: number;
  readonly dimensions: number;
  /** [count, dimensions] row-major. */
  readonly values: Float32Array | Float64Array;
}

/** Rows between two looks at the signal. */
const stride = 64;

/** X'X, [dimensions, dimensions] in full. */
export function columnGram({ count, dimensions, values }: Rows, { signal, onProgress }: StageOptions = {}): Float64Array {
  const gram = new Float64Array(dimensions * dimensions);
  // Four rows share each visit to the sums. Rows past the end are rows of zeros.
  const four = new Float64Array(4 * dimensions);
  for (let start = 0; start < count; start += 4) {
    if (start % stride === 0) {
      throwIfAborted(signal);
      onProgress?.(start, count);
    }
    four.fill(0);
    four.set(values.subarray(start * dimensions, Math.min(count, start + 4) * dimensions));
    addProducts(gram, four, dimensions);
  }
  mirror(gram, dimensions);
  onProgress?.(count, count);
  return gram;
}

/** XX', [count, count] in full. */
export function rowGram({ count, dimensions, values }: Rows, { signal, onProgress }: StageOptions = {}): Float64Array {
  const gram = new Float64Array(count * count);
  for (let row = 0; row < count; row++) {
    if (row % stride === 0) {
      throwIfAborted(signal);
      onProgress?.(row, count);
    }
    const start = row * dimensions;
    for (let other = 0; other <= row; other++) {
      const begin = other * dimensions;
      let even = 0;
      let odd = 0;
      let at = 0;
      for (; at + 1 < dimensions; at += 2) {
        even += values[start + at] * values[begin + at];
        odd += values[start + at + 1] * values[begin + at + 1];
      }
      if (at < dimensions) even += values[start + at] * values[begin + at];
      gram[row * count + other] = even + odd;
    }
  }
  mirror(gram, count);
  onProgress?.(count, count);
  return gram;
}

/** Adds the outer products of four rows to the lower triangle. */
function addProducts(gram: Float64Array, four: Float64Array, dimensions: number): void {
  const [second, third, fourth] = [dimensions, 2 * dimensions, 3 * dimensions];
  for (let row = 0; row < dimensions; row++) {
    const a = four[row];
    const b = four[second + row];
    const c = four[third + row];
    const d = four[fourth + row];
    const line = row * dimensions;
    for (let column = 0; column <= row; column++)
      gram[line + column] += a * four[column] + b * four[second + column] + c * four[third + column] + d * four[fourth + column];
  }
}

function mirror(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++)
    for (let column = 0; column < row; column++) matrix[column * size + row] = matrix[row * size + column];
}
