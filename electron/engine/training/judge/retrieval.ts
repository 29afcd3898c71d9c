/**
 * @file Two questions to neighbours that need no labels: is a picture's other view its nearest, and are its neighbours still those it had in the frozen encoder?
 */
import { BugError } from "../../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import { nearestInPool, type NearestOptions } from "./nearest.ts";

/** View-retrieval@1: share of rows of `a` whose nearest of all rows of `b` is the other view of the same picture. */
export function viewRetrieval(a: VectorTable, b: VectorTable, options: NearestOptions = {}): number {
  if (a.count !== b.count) throw new BugError(`${a.count} views and ${b.count} views do not pair up`);
  const best = nearestInPool(a, b, options);
  return best.reduce((right, found, row) => right + (found === row ? 1 : 0), 0) / a.count;
}

/** Share of each picture's `k` nearest in `before` that are among its `k` nearest in `after`. Both graphs have at least min(k, count - 1) neighbours. */
export function neighboursKept(before: NeighbourGraph, after: NeighbourGraph, k = 10): number {
  const width = Math.min(k, before.count - 1);
  if (before.count !== after.count || before.k < width || after.k < width)
    throw new BugError(`graphs of ${before.count} x ${before.k} and ${after.count} x ${after.k} cannot be compared at ${width} neighbours`);
  if (width <= 0) return 1;
  let kept = 0;
  for (let row = 0; row < before.count; row++) {
    const old = new Set(before.indices.subarray(row * before.k, row * before.k + width));
    for (const found of after.indices.subarray(row * after.k, row * after.k + width)) if (old.has(found)) kept++;
  }
  return kept / (before.count * width);
}
