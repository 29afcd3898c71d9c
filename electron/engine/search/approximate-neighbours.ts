/**
 * @file The neighbour graph of a large collection, nearly exact in a fraction of the time: leaves of random-projection trees make a first graph, and joins of
 * neighbours' neighbours mend it (Dong, Moses and Li, 2011; the combination as in pynndescent). All products are exact, so what is in a list is
 * told truly; what may be missing is measured (`measureRecall`). The same seed gives the same graph, whatever the number of threads.
 */
import { loadKernels, usualThreads } from "#native/kernels.ts";

import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { createRandom } from "../base/random.ts";
import { emptyGraph, requireDirections, type NeighbourOptions } from "./exact-neighbours.ts";
import { joinGroups, type JoinGroups } from "./join-groups.ts";
import { projectionTree } from "./projection-forest.ts";

export interface ApproximateOptions extends NeighbourOptions {
  readonly seed?: number;
  readonly trees?: number;
  readonly leafSize?: number;
  readonly width?: number;
  readonly rounds?: number;
}

/** Rounds end when fewer than this share of all neighbours came in. */
const enoughNew = 0.002;
/** Groups in one call of the kernel: some ten milliseconds. */
const groupsPerCall = 2048;
const membersPerCall = 80_000;

/** The min(k, count - 1) nearest others of each row that were found. */
export function approximateNeighbours(table: VectorTable, k: number, options: ApproximateOptions = {}): NeighbourGraph {
  const { count } = table;
  const { seed = 1, trees = 6, leafSize = 256, width = 24, rounds = 8, signal, onProgress } = options;
  const kernels = options.kernels ?? loadKernels();
  const threads = options.threads ?? usualThreads();
  throwIfAborted(signal);
  if (count > 0) requireDirections(table, kernels);
  const graph = emptyGraph(count, Math.max(0, Math.min(k, count - 1)));
  if (graph.k === 0) return graph;
  const fresh = new Uint8Array(graph.indices.length);
  const random = createRandom(seed);
  const steps = trees + rounds;
  const join = (groups: JoinGroups): void => {
    for (let from = 0; from < groups.news.length;) {
      throwIfAborted(signal);
      const to = endOfCall(groups, from);
      kernels.joinNeighbours({ vectors: table.values, ...table, ...graph, ...groups, fresh, from, to, threads });
      from = to;
    }
  };
  let order: Int32Array = new Int32Array(0);
  for (let tree = 0; tree < trees; tree++) {
    const { rows, starts } = projectionTree(table, { kernels, threads, leafSize, random, signal });
    join({ starts, members: rows, news: starts.subarray(1).map((end, leaf) => end - starts[leaf]) });
    order = rows;
    onProgress?.(Math.floor((count * (tree + 1)) / steps), count);
  }
  for (let round = 0; round < rounds; round++) {
    let came = 0;
    for (const mark of fresh) came += mark;
    if (came < enoughNew * fresh.length) break;
    join(joinGroups(graph, fresh, { order, width, seed: random.uint32(), signal }));
    onProgress?.(Math.floor((count * (trees + round + 1)) / steps), count);
  }
  onProgress?.(count, count);
  return graph;
}

/** A group's work grows with the square of its size. */
function endOfCall({ starts, news }: JoinGroups, from: number): number {
  let to = from + 1;
  while (to < news.length && to - from < groupsPerCall && starts[to + 1] - starts[from] < membersPerCall) to++;
  return to;
}
