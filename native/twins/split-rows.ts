/**
 * @file splitRows in TypeScript: one cut of a random-projection tree (Dasgupta and Freund, 2008). Rows are ordered by how much nearer they lie to one of two
 * given rows than to the other; the lower half goes to the front, and within each half the rows keep their order. Sums are float64 (the native
 * kernel's are float32), so rows within rounding of the cut may fall on its other side.
 */
import { ArgumentCheck, kernelError, maxCount, maxDimensions } from "../kernel-error.ts";
import { maxThreads } from "./exact-neighbours.ts";

export interface SplitRowsArguments {
  /** [count, dimensions] row-major; a product that is not a number counts as 0. */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimensions: number;
  /** Two rows: their difference is the direction. */
  readonly one: number;
  readonly other: number;
  /** Rows of the table; [from, to) are put in order: floor((to - from) / 2) of them in front. */
  readonly rows: Int32Array;
  readonly from: number;
  readonly to: number;
  /** Native threads; the twin uses one. */
  readonly threads: number;
}

export function splitRows(given: SplitRowsArguments): void {
  const check = new ArgumentCheck("splitRows", given);
  const count = check.integer("count", 1, maxCount);
  const dimensions = check.integer("dimensions", 1, maxDimensions);
  const one = check.integer("one", 0, count - 1);
  const other = check.integer("other", 0, count - 1);
  check.integer("threads", 1, maxThreads);
  const vectors = check.array("vectors", "Float32Array", count * dimensions);
  const all = check.array("rows", "Int32Array");
  const from = check.integer("from", 0, all.length);
  const to = check.integer("to", from, all.length);
  const rows = all.subarray(from, to);
  if (rows.some((row) => row < 0 || row >= count)) throw kernelError("out-of-range", "splitRows: rows names a row outside the table");
  const margins = new Float32Array(rows.length);
  for (let at = 0; at < rows.length; at++) {
    const start = (rows[at] as number) * dimensions;
    let margin = 0;
    for (let place = 0; place < dimensions; place++)
      margin +=
        ((vectors[one * dimensions + place] as number) - (vectors[other * dimensions + place] as number)) *
        (vectors[start + place] as number);
    margins[at] = Number.isNaN(margin) ? 0 : margin;
  }
  const order = Array.from(rows.keys()).sort(
    (a, b) => (margins[a] as number) - (margins[b] as number) || (rows[a] as number) - (rows[b] as number),
  );
  const half = rows.length >> 1;
  const isLower = new Uint8Array(rows.length);
  for (const at of order.slice(0, half)) isLower[at] = 1;
  const kept = rows.slice();
  let lower = 0;
  let upper = half;
  kept.forEach((row, at) => (rows[isLower[at] === 1 ? lower++ : upper++] = row));
}
