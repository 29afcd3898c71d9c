/**
 * @file The neighbour graph: for each item its k nearest others by cosine similarity of embeddings. Computed once per encoder;
 * map, duplicates, outliers, search and classes read from it.
 */

export interface NeighbourGraph {
  /** Number of items. */
  readonly count: number;
  /** Neighbours per item: min(asked, count - 1). */
  readonly k: number;
  /** [count, k] row-major: positions of the neighbours, nearest first, the item itself never among them. */
  readonly indices: Int32Array;
  /** [count, k] row-major: cosine similarities in [-1, 1], descending within a row. */
  readonly similarities: Float32Array;
}

/** Row-major unit-length vectors. */
export interface VectorTable {
  readonly count: number;
  readonly dimensions: number;
  /** [count, dimensions] row-major, each row of length 1. */
  readonly values: Float32Array;
}
