/**
 * @file The neighbour graph as a symmetric matrix of similarities, made even: S = D^-1/2 W D^-1/2 with W = max(cosine, 0)^3 (METHODS 6.1). Two pictures are joined where either
 * is among the nearest of the other.
 */
import type { NeighbourGraph } from "../base/neighbour-graph.ts";

/** Rows of non-zero weights, one behind the other. */
export interface SimilarityGraph {
  readonly count: number;
  /** [count + 1] where each row begins. */
  readonly starts: Int32Array;
  /** [edges] */
  readonly columns: Int32Array;
  /** [edges] */
  readonly weights: Float32Array;
}

/** Neighbours of each picture that are used; more make classes run into one another. */
export const usedNeighbours = 10;

export function similarityGraph(graph: NeighbourGraph, used = usedNeighbours): SimilarityGraph {
  const { count, k, indices, similarities } = graph;
  const width = Math.min(used, k);
  const isMutual = (row: number, other: number): boolean => {
    for (let place = 0; place < width; place++) if (indices[other * k + place] === row) return true;
    return false;
  };
  // Each edge from both its ends; one that both ends have is written from either end once.
  const sizes = new Int32Array(count + 1);
  const edges = (use: (row: number, other: number, weight: number) => void): void => {
    for (let row = 0; row < count; row++)
      for (let place = 0; place < width; place++) {
        const other = indices[row * k + place];
        const weight = Math.max(0, similarities[row * k + place]) ** 3;
        if (weight === 0) continue;
        use(row, other, weight);
        if (!isMutual(row, other)) use(other, row, weight);
      }
  };
  const degrees = new Float64Array(count);
  edges((row, _, weight) => {
    sizes[row + 1]++;
    degrees[row] += weight;
  });
  for (let row = 0; row < count; row++) sizes[row + 1] += sizes[row];
  const starts = sizes.slice();
  const columns = new Int32Array(starts[count]);
  const weights = new Float32Array(starts[count]);
  const next = starts.slice();
  edges((row, other, weight) => {
    const at = next[row]++;
    columns[at] = other;
    weights[at] = weight / Math.sqrt(degrees[row] * degrees[other]);
  });
  return { count, starts, columns, weights };
}
