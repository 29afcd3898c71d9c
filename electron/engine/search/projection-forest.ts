/**
 * @file Random-projection trees: the table cut in halves again and again, each time across the line between two of its rows (Dasgupta and Freund, 2008,
 * Random projection trees and low dimensional manifolds). Rows of one leaf are likely neighbours; several trees cut in different places.
 */
import type { Kernels } from "#native/kernels.ts";
import { throwIfAborted } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import type { Random } from "../base/random.ts";

export interface Leaves {
  /** [count]: every row once, those of a leaf beside each other. */
  readonly rows: Int32Array;
  /** [leaves + 1]: leaf l holds rows[starts[l]] .. rows[starts[l + 1] - 1]. */
  readonly starts: Int32Array;
}

export interface TreeOptions {
  readonly kernels: Kernels;
  readonly threads: number;
  readonly leafSize: number;
  readonly random: Random;
  readonly signal?: AbortSignal | undefined;
}

/** One tree: leaves of more than leafSize / 2 and at most leafSize rows. The same numbers give the same leaves, whatever the number of threads. */
export function projectionTree({ count, dimensions, values }: VectorTable, options: TreeOptions): Leaves {
  const { kernels, threads, leafSize, random, signal } = options;
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  const starts: number[] = [];
  const open: [from: number, to: number][] = [[0, count]];
  for (let next = open.pop(); next; next = open.pop()) {
    const [from, to] = next;
    if (to - from <= leafSize) {
      starts.push(from);
      continue;
    }
    throwIfAborted(signal);
    const one = rows[from + random.below(to - from)];
    const other = rows[from + random.below(to - from)];
    kernels.splitRows({ vectors: values, count, dimensions, one, other, rows, from, to, threads });
    const middle = from + ((to - from) >> 1);
    // The lower half is cut first, so that leaves come out in order.
    open.push([middle, to], [from, middle]);
  }
  return { rows, starts: Int32Array.from([...starts, count]) };
}
