/**
 * @file Scores from a neighbour graph alone: how far the neighbours are, and how much thinner it is here than where the neighbours are. Distance is
 * 1 - cosine similarity.
 */
import type { NeighbourGraph } from "../base/neighbour-graph.ts";

/** Densities are not told apart below this mean distance: float32 similarities of equal pictures differ by that much. */
const least = 1e-6;

/** [count] mean distance to the neighbours ranked `first` to `last` (from 1); where a graph has fewer, to the last ones it has. */
export function meanDistance(graph: NeighbourGraph, first: number, last: number): Float64Array {
  const { count, k, similarities } = graph;
  const to = Math.min(last, k);
  const from = Math.min(first, to);
  const scores = new Float64Array(count);
  if (to === 0) return scores;
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let rank = from; rank <= to; rank++) sum += 1 - similarities[row * k + rank - 1];
    scores[row] = sum / (to - from + 1);
  }
  return scores;
}

/** [count] local outlier factor (Breunig et al. 2000) over the `neighbours` nearest: 1 = as dense as where the neighbours are, above = thinner. */
export function localOutlierFactor(graph: NeighbourGraph, neighbours: number): Float64Array {
  const { count, k, indices, similarities } = graph;
  const width = Math.min(neighbours, k);
  const scores = new Float64Array(count).fill(1);
  if (width === 0) return scores;
  const distance = (row: number, rank: number): number => Math.max(0, 1 - similarities[row * k + rank]);
  const density = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    let reach = 0;
    for (let rank = 0; rank < width; rank++) reach += Math.max(distance(indices[row * k + rank], width - 1), distance(row, rank));
    density[row] = 1 / Math.max(least, reach / width);
  }
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let rank = 0; rank < width; rank++) sum += density[indices[row * k + rank]];
    scores[row] = sum / width / density[row];
  }
  return scores;
}

/** [count] mean over the `neighbours` nearest of the distance to each, in units of how far that one's own last neighbour is: 1 = at home there, above = not. */
export function distanceRatio(graph: NeighbourGraph, neighbours: number): Float64Array {
  const { count, k, indices, similarities } = graph;
  const width = Math.min(neighbours, k);
  const scores = new Float64Array(count).fill(1);
  if (width === 0) return scores;
  const distance = (row: number, rank: number): number => Math.max(0, 1 - similarities[row * k + rank]);
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let rank = 0; rank < width; rank++) sum += distance(row, rank) / Math.max(least, distance(indices[row * k + rank], width - 1));
    scores[row] = sum / width;
  }
  return scores;
}
