/**
 * @file The stored graph in the form the algorithms take.
 */
import type { NeighbourGraph } from "../base/neighbour-graph.ts";
import type { StoredGraph } from "../store/queries/graphs.ts";

export function asGraph(stored: StoredGraph): NeighbourGraph {
  return { count: stored.contentIds.length, k: stored.k, indices: stored.indices, similarities: stored.similarities };
}
