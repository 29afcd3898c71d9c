/**
 * @file Nearest neighbours that vote: what class a picture would get from its k nearest others, itself left out. The class with most votes wins; of classes with
 * equally many, the one that has the nearest voter.
 */
import { BugError } from "../../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import { nearestOthers, type NearestOptions } from "./nearest.ts";

/** @param labels [count], 0 or more  @returns [count] the class voted for */
export function vote(graph: NeighbourGraph, labels: Int32Array, k: number): Int32Array {
  const { count, indices } = graph;
  const width = Math.min(k, graph.k);
  if (width === 0) throw new BugError(`no neighbours to vote: ${count} rows with ${graph.k} neighbours, k = ${k}`);
  const votes = new Int32Array(labels.reduce((one, other) => Math.max(one, other), 0) + 1);
  return Int32Array.from({ length: count }, (_, row) => {
    const voters = indices.subarray(row * graph.k, row * graph.k + width);
    for (const voter of voters) votes[labels[voter]]++;
    // From the nearest on: a later class wins only with more votes.
    let winner = labels[voters[0]];
    for (const voter of voters) if (votes[labels[voter]] > votes[winner]) winner = labels[voter];
    for (const voter of voters) votes[labels[voter]] = 0;
    return winner;
  });
}

/** Share of equal elements. */
export function accuracy(predicted: Int32Array, labels: Int32Array): number {
  return predicted.reduce((right, label, row) => right + (label === labels[row] ? 1 : 0), 0) / labels.length;
}

/**
 * Leave-one-out accuracy of `k` nearest neighbours on weak labels (folders, tags, groups of duplicates); -1 is "none", and such rows neither ask nor answer.
 * Classes of one picture cannot be found and are left out. Null where fewer than 2 classes or 10 pictures remain (METHODS 8.3).
 */
export function weakLabelKnn(table: VectorTable, labels: Int32Array, options: NearestOptions & { readonly k: number }): number | null {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const rows = [...labels.keys()].filter((row) => labels[row] >= 0 && (sizes.get(labels[row]) as number) > 1);
  const kept = Int32Array.from(rows, (row) => labels[row]);
  if (rows.length < 10 || new Set(kept).size < 2) return null;
  const { dimensions, values } = table;
  const chosen = new Float32Array(rows.length * dimensions);
  rows.forEach((row, at) => chosen.set(values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
  const graph = nearestOthers({ count: rows.length, dimensions, values: chosen }, options.k, options);
  return accuracy(vote(graph, kept, options.k), kept);
}
