/**
 * @file Nearest vectors by cosine for the metrics, from the kernel: among the table itself, and of one view of each picture among the other views.
 */
import { loadKernels, usualThreads, type Kernels } from "#native/kernels.ts";

import { BugError, throwIfAborted } from "../../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";

export interface NearestOptions extends StageOptions {
  /** Native threads; the processor's own number where not given. The result does not depend on it. */
  readonly threads?: number | undefined;
  readonly kernels?: Kernels | undefined;
}

/** Multiplications in one call of the kernel: some 50 ms, so that a signal is heard. */
const operationsPerCall = { native: 5e8, typescript: 2.5e7 };

/** The min(k, count - 1) nearest others of each row. Rows are unit length. */
export function nearestOthers(table: VectorTable, k: number, options: NearestOptions = {}): NeighbourGraph {
  const { count, dimensions, values } = table;
  const width = Math.max(0, Math.min(k, count - 1));
  const indices = new Int32Array(count * width);
  const similarities = new Float32Array(count * width);
  const { kernels, threads } = resolve(options);
  const rows = Math.max(4, Math.floor(operationsPerCall[kernels.kind] / Math.max(1, count * dimensions)));
  for (let from = 0; width > 0 && from < count; from += rows) {
    throwIfAborted(options.signal);
    options.onProgress?.(from, count);
    const to = Math.min(count, from + rows);
    const [begin, end] = [from * width, to * width];
    kernels.exactNeighbours({
      vectors: values,
      count,
      dimensions,
      from,
      to,
      k: width,
      threads,
      indices: indices.subarray(begin, end),
      similarities: similarities.subarray(begin, end),
    });
  }
  options.onProgress?.(count, count);
  return { count, k: width, indices, similarities };
}

/** Queries laid over the pool at once. With as many neighbours asked for as there are queries, the best of the pool is among them. */
const queriesPerCall = 32;

/** [queries] the row of `pool` that is most similar to each query; of equal ones the first. Rows are unit length. */
export function nearestInPool(queries: VectorTable, pool: VectorTable, options: NearestOptions = {}): Int32Array {
  const { dimensions } = pool;
  if (queries.dimensions !== dimensions) throw new BugError(`queries of ${queries.dimensions} numbers meet a pool of ${dimensions}`);
  if (pool.count === 0) throw new BugError("the pool is empty");
  const { kernels, threads } = resolve(options);
  const best = new Int32Array(queries.count);
  // The pool behind room for some queries: the kernel compares rows of one table.
  const vectors = new Float32Array((queriesPerCall + pool.count) * dimensions);
  vectors.set(pool.values, queriesPerCall * dimensions);
  for (let from = 0; from < queries.count; from += queriesPerCall) {
    throwIfAborted(options.signal);
    options.onProgress?.(from, queries.count);
    const size = Math.min(queriesPerCall, queries.count - from);
    const start = (queriesPerCall - size) * dimensions;
    vectors.set(queries.values.subarray(from * dimensions, (from + size) * dimensions), start);
    const indices = new Int32Array(size * size);
    const similarities = new Float32Array(size * size);
    const table = { vectors: vectors.subarray(start), count: size + pool.count, dimensions };
    kernels.exactNeighbours({ ...table, from: 0, to: size, k: size, threads, indices, similarities });
    for (let query = 0; query < size; query++) {
      const found = indices.subarray(query * size, (query + 1) * size).find((index) => index >= size);
      if (found === undefined) throw new BugError(`no row of the pool among the ${size} nearest of ${size} queries`);
      best[from + query] = found - size;
    }
  }
  options.onProgress?.(queries.count, queries.count);
  return best;
}

function resolve(options: NearestOptions): { kernels: Kernels; threads: number } {
  return { kernels: options.kernels ?? loadKernels(), threads: options.threads ?? usualThreads() };
}
