/**
 * @file exactNeighbours in TypeScript: for rows [from, to) of a table of unit vectors the k most similar other rows, by brute force.
 * Sums are float64 (the native kernel's are float32 in vector lanes), so similarities agree to about 1e-6 and near-ties may change places;
 * equal similarities are in order of their index in both.
 */
import { ArgumentCheck, kernelError, maxCount, maxDimensions } from "../kernel-error.ts";

export interface ExactNeighboursArguments {
  /**
   * [count, dimensions] row-major. *Caller's contract*: each row has length 1. Rows [from, to) are checked to be finite and not zero; of the rest
   * NaN is noticed, the others are the caller's to check (`findBadRow`), so that a table cut into many calls is not read through in each.
   */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimensions: number;
  readonly from: number;
  readonly to: number;
  /** 1 <= k < count. */
  readonly k: number;
  /** Native threads; the twin uses one. */
  readonly threads: number;
  /** [to - from, k] row-major; filled: nearest first, equal ones by index, the row itself left out. */
  readonly indices: Int32Array;
  /** [to - from, k] row-major; filled. */
  readonly similarities: Float32Array;
}

export const maxThreads = 256;

export function exactNeighbours(given: ExactNeighboursArguments): void {
  const check = new ArgumentCheck("exactNeighbours", given);
  const count = check.integer("count", 2, maxCount);
  const dimensions = check.integer("dimensions", 1, maxDimensions);
  const from = check.integer("from", 0, count);
  const to = check.integer("to", from, count);
  const k = check.integer("k", 1, count - 1);
  check.integer("threads", 1, maxThreads);
  const vectors = check.array("vectors", "Float32Array", count * dimensions);
  const indices = check.array("indices", "Int32Array", (to - from) * k);
  const similarities = check.array("similarities", "Float32Array", (to - from) * k);
  requireRows(vectors, dimensions, from, to);
  const scores = new Float32Array(count);
  for (let row = from; row < to; row++) {
    scoreAll(vectors, dimensions, row, scores);
    keepBest(scores, row, k, indices, similarities, (row - from) * k);
  }
}

function requireRows(vectors: Float32Array, dimensions: number, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    let size = 0;
    for (let at = row * dimensions, end = at + dimensions; at < end; at++) size += Math.abs(vectors[at] as number);
    if (!(size > 0 && size < Infinity))
      throw kernelError("bad-row", `exactNeighbours: row ${row} of vectors is zero or not finite; expected length 1`);
  }
}

/** Four columns at a time, each row's element read once for all four. */
function scoreAll(vectors: Float32Array, dimensions: number, row: number, scores: Float32Array): void {
  const count = scores.length;
  const start = row * dimensions;
  let column = 0;
  for (; column + 4 <= count; column += 4) {
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let at = 0, b0 = column * dimensions, b1 = b0 + dimensions, b2 = b1 + dimensions, b3 = b2 + dimensions; at < dimensions; at++) {
      const value = vectors[start + at] as number;
      sum0 += value * (vectors[b0 + at] as number);
      sum1 += value * (vectors[b1 + at] as number);
      sum2 += value * (vectors[b2 + at] as number);
      sum3 += value * (vectors[b3 + at] as number);
    }
    scores[column] = sum0;
    scores[column + 1] = sum1;
    scores[column + 2] = sum2;
    scores[column + 3] = sum3;
  }
  for (; column < count; column++) {
    let sum = 0;
    for (let at = 0, b = column * dimensions; at < dimensions; at++) sum += (vectors[start + at] as number) * (vectors[b + at] as number);
    scores[column] = sum;
  }
}

function keepBest(scores: Float32Array, row: number, k: number, indices: Int32Array, similarities: Float32Array, offset: number): void {
  const last = offset + k - 1;
  similarities.fill(-Infinity, offset, last + 1);
  indices.fill(-1, offset, last + 1);
  let worst = -Infinity;
  for (let column = 0; column < scores.length; column++) {
    const score = scores[column] as number;
    if (score <= worst || column === row) continue;
    if (Number.isNaN(score))
      throw kernelError("bad-row", "exactNeighbours: a row of vectors is not finite; expected every row of length 1");
    let place = last;
    for (; place > offset && (similarities[place - 1] as number) < score; place--) {
      similarities[place] = similarities[place - 1] as number;
      indices[place] = indices[place - 1] as number;
    }
    similarities[place] = score;
    indices[place] = column;
    worst = similarities[last] as number;
  }
}
