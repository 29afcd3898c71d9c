/**
 * @file The neighbour graph by brute force: exact cosine similarities, each pair of rows multiplied once for both, native where the addon runs. Work
 * is cut into calls of about 70 ms, so that a person who cancels or pauses is heard.
 */
import { loadKernels, usualThreads, type Kernels } from "#native/kernels.ts";
import { blockPairs, neighbourBlock } from "#native/twins/mutual-neighbours.ts";

import { systemClock, type Clock } from "../base/clock.ts";
import { BugError, throwIfAborted, UserError } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import type { StageOptions } from "../base/stage.ts";

export interface NeighbourOptions extends StageOptions {
  /** Native threads; the processor's own number where not given. The result does not depend on it. */
  threads?: number | undefined;
  kernels?: Kernels | undefined;
  clock?: Clock | undefined;
}

/** The min(k, count - 1) nearest others of each row. A row that is zero or not finite is a `UserError` that names it. */
export function exactNeighbours(table: VectorTable, k: number, options: NeighbourOptions = {}): NeighbourGraph {
  const { count, dimensions, values } = table;
  if (!Number.isInteger(k) || k < 0) throw new BugError(`k is ${k}; expected an integer of 0 or more`);
  if (values.length !== count * dimensions) throw new BugError(`the table has ${values.length} numbers; expected ${count} x ${dimensions}`);
  throwIfAborted(options.signal);
  const kernels = options.kernels ?? loadKernels();
  if (count > 0) requireDirections(table, kernels);
  const width = Math.max(0, Math.min(k, count - 1));
  const graph = emptyGraph(count, width);
  if (width > 0) search(graph, table, kernels, options);
  options.onProgress?.(count, count);
  return graph;
}

/** A graph of which nothing is known yet: indices -1, similarities -Infinity. */
export function emptyGraph(count: number, k: number): NeighbourGraph {
  return { count, k, indices: new Int32Array(count * k).fill(-1), similarities: new Float32Array(count * k).fill(-Infinity) };
}

const callMs = 70;

/** A pair of blocks costs the same everywhere, so the next call's size follows from the last one's time. */
function search(graph: NeighbourGraph, table: VectorTable, kernels: Kernels, options: NeighbourOptions): void {
  const { count, dimensions, values: vectors } = table;
  const { k, indices, similarities } = graph;
  const { signal, onProgress, clock = systemClock } = options;
  const threads = options.threads ?? usualThreads();
  const operationsPerMs = kernels.kind === "native" ? 10e6 : 0.5e6;
  const block = neighbourBlock(dimensions);
  const total = blockPairs(count, block);
  let pairs = Math.max(1, Math.floor((callMs * operationsPerMs) / (block * block * dimensions)));
  for (let from = 0; from < total;) {
    throwIfAborted(signal);
    const to = Math.min(total, from + pairs);
    const start = clock.monotonic();
    kernels.mutualNeighbours({ vectors, count, dimensions, k, block, from, to, threads, indices, similarities });
    const elapsedMs = clock.monotonic() - start;
    const wanted = ((to - from) * callMs) / Math.max(elapsedMs, 0.1);
    pairs = Math.max(1, Math.floor(Math.min(wanted, pairs * 2)));
    from = to;
    onProgress?.(Math.floor((count * from) / total), count);
  }
}

/** A row that is zero or not finite is a `UserError` that names it. */
export function requireDirections({ count, dimensions, values }: VectorTable, kernels: Kernels): void {
  const row = kernels.findBadRow({ vectors: values, count, dimensions });
  if (row < 0) return;
  const isZero = values.subarray(row * dimensions, (row + 1) * dimensions).every((value) => value === 0);
  throw new UserError(
    "bad-vector",
    `Row ${row} of ${count} embeddings ${isZero ? "is all zero" : "holds a number that is not finite"}; expected a vector of length 1`,
  );
}
