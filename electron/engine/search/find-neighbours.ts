/**
 * @file The neighbour graph of a collection of any size: exact up to a number of rows, nearly exact above it, with the share of true neighbours that it holds,
 * measured on a sample of rows whose exact neighbours are worked out.
 */
import { loadKernels, usualThreads } from "#native/kernels.ts";

import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { createRandom } from "../base/random.ts";
import { approximateNeighbours } from "./approximate-neighbours.ts";
import { exactNeighbours, type NeighbourOptions } from "./exact-neighbours.ts";

export interface FoundNeighbours {
  readonly graph: NeighbourGraph;
  /** Share of the true neighbours that are in the graph; 1 where it is exact. */
  readonly recall: number;
}

export interface FindOptions extends NeighbourOptions {
  readonly exactUpTo?: number;
  readonly seed?: number;
}

/**
 * An exact search takes n^2 steps: half a minute for 100,000 rows on two cores, three quarters of an hour for a million. Up to here it takes less than
 * ten seconds, and the other way would save little.
 */
export const exactUpTo = 50_000;

export function findNeighbours(table: VectorTable, k: number, options: FindOptions = {}): FoundNeighbours {
  const { seed = 1 } = options;
  if (table.count <= (options.exactUpTo ?? exactUpTo)) return { graph: exactNeighbours(table, k, options), recall: 1 };
  const graph = approximateNeighbours(table, k, options);
  return { graph, recall: measureRecall(table, graph, { ...options, seed }) };
}

/** Rows of the sample come in runs, since a search reads the whole table however few rows ask. */
const runLength = 16;
const runs = 32;

/** The share of true neighbours that the graph holds, over at most 512 rows. Of equally similar ones any will do. */
export function measureRecall(table: VectorTable, graph: NeighbourGraph, options: NeighbourOptions & { readonly seed: number }): number {
  const { count, dimensions, values: vectors } = table;
  const { k } = graph;
  if (k === 0) return 1;
  const kernels = options.kernels ?? loadKernels();
  const threads = options.threads ?? usualThreads();
  const random = createRandom(options.seed);
  const wholeRuns = Math.min(runs, Math.ceil(count / runLength));
  const indices = new Int32Array(runLength * k);
  const similarities = new Float32Array(runLength * k);
  let found = 0;
  let asked = 0;
  for (let run = 0; run < wholeRuns; run++) {
    throwIfAborted(options.signal);
    // One run in each stretch of the table, so that no row is asked twice.
    const stretch = [Math.floor((run * count) / wholeRuns), Math.floor(((run + 1) * count) / wholeRuns)] as const;
    const rows = Math.min(runLength, stretch[1] - stretch[0]);
    const from = stretch[0] + random.below(stretch[1] - stretch[0] - rows + 1);
    const own = { indices: indices.subarray(0, rows * k), similarities: similarities.subarray(0, rows * k) };
    kernels.exactNeighbours({ vectors, count, dimensions, from, to: from + rows, k, threads, ...own });
    for (let row = 0; row < rows; row++) {
      const least = own.similarities[row * k + k - 1];
      for (let at = (from + row) * k; at < (from + row + 1) * k; at++) if (graph.similarities[at] >= least) found++;
    }
    asked += rows * k;
  }
  return found / asked;
}
