/**
 * @file The picture that stands for a cluster: the one whose embedding lies nearest to the mean direction of the cluster's embeddings.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";

const rowsPerCheck = 4096;

/** [clusters]: a row per cluster. `labels` is [n], -1 for none; every cluster has a member. Of equals the first row wins. */
export function representativesOf(table: VectorTable, labels: Int32Array, clusters: number, signal?: AbortSignal): Int32Array {
  const { count, dimensions, values } = table;
  // The mean's length does not matter: sums do.
  const sums = new Float64Array(clusters * dimensions);
  for (let row = 0; row < count; row++) {
    if (row % rowsPerCheck === 0) throwIfAborted(signal);
    if (labels[row] < 0) continue;
    const sum = labels[row] * dimensions;
    for (let at = 0; at < dimensions; at++) sums[sum + at] += values[row * dimensions + at];
  }
  const best = new Float64Array(clusters).fill(-Infinity);
  const representatives = new Int32Array(clusters).fill(-1);
  for (let row = 0; row < count; row++) {
    if (row % rowsPerCheck === 0) throwIfAborted(signal);
    const label = labels[row];
    if (label < 0) continue;
    let dot = 0;
    for (let at = 0; at < dimensions; at++) dot += sums[label * dimensions + at] * values[row * dimensions + at];
    if (dot <= best[label]) continue;
    best[label] = dot;
    representatives[label] = row;
  }
  return representatives;
}
