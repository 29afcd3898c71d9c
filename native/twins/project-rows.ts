/**
 * @file projectRows in TypeScript: the inner products of every row of a table with some directions. Sums are float64 in order (the native kernel's are float32 in vector lanes), so products agree to about
 * 1e-6 of the lengths.
 */
import { ArgumentCheck, maxCount, maxDimensions } from "../kernel-error.ts";
import { maxThreads } from "./exact-neighbours.ts";

export interface ProjectRowsArguments {
  /** [count, dimensions] row-major. */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimensions: number;
  /** [width, dimensions] row-major. */
  readonly directions: Float32Array;
  readonly width: number;
  /** [count, width] row-major; filled. */
  readonly products: Float32Array;
  /** At most so many, native only. */
  readonly threads: number;
}

export function projectRows(given: ProjectRowsArguments): void {
  const check = new ArgumentCheck("projectRows", given);
  const count = check.integer("count", 0, maxCount);
  const dimensions = check.integer("dimensions", 1, maxDimensions);
  const width = check.integer("width", 1, maxDimensions);
  const vectors = check.array("vectors", "Float32Array", count * dimensions);
  const directions = check.array("directions", "Float32Array", width * dimensions);
  const products = check.array("products", "Float32Array", count * width);
  check.integer("threads", 1, maxThreads);
  for (let row = 0, start = 0; row < count; row++, start += dimensions)
    for (let column = 0, other = 0; column < width; column++, other += dimensions) {
      // Four sums, so that one addition need not wait for the one before.
      let [a, b, c, d] = [0, 0, 0, 0];
      let index = 0;
      for (; index + 3 < dimensions; index += 4) {
        a += vectors[start + index] * directions[other + index];
        b += vectors[start + index + 1] * directions[other + index + 1];
        c += vectors[start + index + 2] * directions[other + index + 2];
        d += vectors[start + index + 3] * directions[other + index + 3];
      }
      for (; index < dimensions; index++) a += vectors[start + index] * directions[other + index];
      products[row * width + column] = a + b + (c + d);
    }
}
