/**
 * @file findBadRow in TypeScript: the first row of a table that is no direction, because it holds NaN or an infinity or is all zero.
 */
import { ArgumentCheck, maxCount, maxDimensions } from "../kernel-error.ts";

export interface FindBadRowArguments {
  /** [count, dimensions] row-major. */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

/** @returns the row, or -1 */
export function findBadRow(given: FindBadRowArguments): number {
  const check = new ArgumentCheck("findBadRow", given);
  const count = check.integer("count", 0, maxCount);
  const dimensions = check.integer("dimensions", 1, maxDimensions);
  const vectors = check.array("vectors", "Float32Array", count * dimensions);
  for (let row = 0; row < count; row++) {
    let spoilt = 0;
    let size = 0;
    for (let at = row * dimensions, end = at + dimensions; at < end; at++) {
      const value = vectors[at] as number;
      spoilt += value * 0;
      size += Math.abs(value);
    }
    if (spoilt !== 0 || !(size > 0)) return row;
  }
  return -1;
}
