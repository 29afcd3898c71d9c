/**
 * @file The reason shown beside an outlier: the nearest normal pictures, "this is odd, its next of kin look like that". Normal = not among the oddest
 * tenth; a clump of odd pictures would otherwise explain itself by itself.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { StageOptions } from "../base/stage.ts";

/** How many are named. */
export const reasonCount = 3;
/** A picture is normal up to this share of the ranks. */
const normalShare = 0.9;
/** Pairs that may be compared for pictures whose neighbours are all odd; a few seconds at most. Beyond it odd neighbours are shown. */
const comparisonLimit = 1e7;

export interface NearestInput {
  readonly table: VectorTable;
  readonly graph: NeighbourGraph;
  /** [count] 0 (most ordinary) .. 1 (oddest). */
  readonly ranks: Float64Array;
}

/** [count, 3] nearest first, -1 where there are not that many other pictures. */
export function nearestNormal({ table, graph, ranks }: NearestInput, options: StageOptions = {}): Int32Array {
  const { count, k, indices } = graph;
  const nearest = new Int32Array(count * reasonCount).fill(-1);
  const wanting: number[] = [];
  for (let row = 0; row < count; row++) {
    let found = 0;
    for (let from = row * k; from < (row + 1) * k && found < reasonCount; from++) {
      if (ranks[indices[from]] <= normalShare) nearest[row * reasonCount + found++] = indices[from];
    }
    if (found < reasonCount) wanting.push(row);
  }
  // The oddest first: they are the ones people look at.
  wanting.sort((a, b) => ranks[b] - ranks[a] || a - b);
  const affordable = Math.floor(comparisonLimit / Math.max(1, count));
  wanting.forEach((row, position) => {
    throwIfAborted(options.signal);
    const reasons = nearest.subarray(row * reasonCount, (row + 1) * reasonCount);
    if (position < affordable) searchNormal(table, ranks, row, reasons);
    fillUp(reasons, indices.subarray(row * k, (row + 1) * k));
  });
  return nearest;
}

/** Compares `row` with every normal picture. */
function searchNormal(table: VectorTable, ranks: Float64Array, row: number, reasons: Int32Array): void {
  const { count, dimensions, values } = table;
  const best = new Float64Array(reasonCount).fill(-Infinity);
  reasons.fill(-1);
  for (let other = 0; other < count; other++) {
    if (other === row || ranks[other] > normalShare) continue;
    let similarity = 0;
    for (let index = 0; index < dimensions; index++) similarity += values[row * dimensions + index] * values[other * dimensions + index];
    let place = reasonCount;
    while (place > 0 && similarity > best[place - 1]) place--;
    if (place === reasonCount) continue;
    best.copyWithin(place + 1, place, reasonCount - 1);
    reasons.copyWithin(place + 1, place, reasonCount - 1);
    best[place] = similarity;
    reasons[place] = other;
  }
}

/** Where there are too few normal pictures, the nearest of the others. */
function fillUp(reasons: Int32Array, neighbours: Int32Array): void {
  let free = reasons.indexOf(-1);
  for (const other of neighbours) {
    if (free < 0 || free >= reasonCount) return;
    if (!reasons.includes(other)) reasons[free++] = other;
  }
}
