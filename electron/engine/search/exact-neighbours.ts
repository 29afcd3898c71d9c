/**
 * @file The neighbour graph by brute force: exact cosine similarities, native where the addon runs. Work is cut into calls of about 70 ms, so that
 * a person who cancels or pauses is heard.
 */
import { loadKernels, usualThreads, type Kernels } from "#native/kernels.ts";

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
  const graph: NeighbourGraph = { count, k: width, indices: new Int32Array(count * width), similarities: new Float32Array(count * width) };
  if (width > 0) search(graph, table, kernels, options);
  options.onProgress?.(count, count);
  return graph;
}

const callMs = 70;

/** A row costs the same everywhere, so the next call's size follows from the last one's time. */
function search(graph: NeighbourGraph, table: VectorTable, kernels: Kernels, options: NeighbourOptions): void {
  const { count, dimensions, values: vectors } = table;
  const { k } = graph;
  const { signal, onProgress, clock = systemClock } = options;
  const threads = options.threads ?? usualThreads();
  const operationsPerMs = kernels.kind === "native" ? 10e6 : 0.5e6;
  let rows = Math.max(1, Math.floor((callMs * operationsPerMs) / (count * dimensions)));
  for (let from = 0; from < count;) {
    throwIfAborted(signal);
    const to = Math.min(count, from + rows);
    const start = clock.monotonic();
    kernels.exactNeighbours({
      vectors,
      count,
      dimensions,
      from,
      to,
      k,
      threads,
      indices: graph.indices.subarray(from * k, to * k),
      similarities: graph.similarities.subarray(from * k, to * k),
    });
    const elapsedMs = clock.monotonic() - start;
    const wanted = ((to - from) * callMs) / Math.max(elapsedMs, 0.1);
    rows = Math.max(1, Math.floor(Math.min(wanted, rows * 2)));
    // Whole tiles of rows for each of the threads, where there is room.
    if (rows > 16 * threads) rows -= rows % (4 * threads);
    from = to;
    onProgress?.(from, count);
  }
}

function requireDirections({ count, dimensions, values }: VectorTable, kernels: Kernels): void {
  const row = kernels.findBadRow({ vectors: values, count, dimensions });
  if (row < 0) return;
  const isZero = values.subarray(row * dimensions, (row + 1) * dimensions).every((value) => value === 0);
  throw new UserError(
    "bad-vector",
    `Row ${row} of ${count} embeddings ${isZero ? "is all zero" : "holds a number that is not finite"}; expected a vector of length 1`,
  );
}
