/**
 * @file The neighbour graph of a table of which most rows are known from an earlier graph. Rows that are new, and rows that lost a neighbour, are multiplied
 * with all rows; the rest keep their lists, into which those come that are nearer than what they hold. So an exact graph stays exact, at the price of the
 * rows that changed.
 */
import { loadKernels, usualThreads } from "#native/kernels.ts";

import { BugError, throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { emptyGraph, requireDirections, type NeighbourOptions } from "./exact-neighbours.ts";
import type { JoinGroups } from "./join-groups.ts";

export interface EarlierGraph {
  readonly graph: NeighbourGraph;
  /** [count]: the row of the earlier graph that each row of the table was, -1: new. Ascending where it is not -1. */
  readonly rows: Int32Array;
}

export interface UpdatedNeighbours {
  readonly graph: NeighbourGraph;
  /** How many rows were searched for anew; the others kept what they knew. */
  readonly searched: number;
}

/** Above this share a search from the start costs about the same, and finds what an approximate graph had missed. */
export const largestShare = 0.1;
/** Rows of one group: those that ask, and those they are multiplied with. The rows of a group are packed together once. */
const askingPerGroup = 256;
const othersPerGroup = 2048;
/** Some ten milliseconds on each thread. */
const groupsPerCall = 32;

/** Null where too much changed, or where the lists would get another length. */
export function updateNeighbours(
  table: VectorTable,
  k: number,
  before: EarlierGraph,
  options: NeighbourOptions = {},
): UpdatedNeighbours | null {
  const { count } = table;
  const { signal, onProgress } = options;
  if (before.rows.length !== count) throw new BugError(`${before.rows.length} earlier rows are given for a table of ${count}`);
  throwIfAborted(signal);
  if (before.graph.k !== Math.min(k, count - 1) || before.graph.k < 1) return null;
  const rowOf = new Int32Array(before.graph.count).fill(-1);
  before.rows.forEach((earlier, row) => {
    if (earlier >= 0) rowOf[earlier] = row;
  });
  const asks = rowsThatAsk(before, rowOf);
  const asking = Int32Array.from(asks.keys()).filter((row) => asks[row] === 1);
  if (asking.length > largestShare * count) return null;
  const kernels = options.kernels ?? loadKernels();
  const threads = options.threads ?? usualThreads();
  requireDirections(table, kernels);
  const graph = keptLists(before, rowOf, asks);
  const fresh = new Uint8Array(graph.indices.length);
  const groups = groupsOf(asks, asking);
  for (let from = 0; from < groups.news.length; from += groupsPerCall) {
    throwIfAborted(signal);
    const to = Math.min(groups.news.length, from + groupsPerCall);
    kernels.joinNeighbours({ vectors: table.values, ...table, ...graph, ...groups, fresh, from, to, threads });
    onProgress?.(Math.floor((count * to) / groups.news.length), count);
  }
  onProgress?.(count, count);
  return { graph, searched: asking.length };
}

/** [count]: 1 for rows that are new or have lost a neighbour. */
function rowsThatAsk({ graph, rows }: EarlierGraph, rowOf: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (earlier) => {
    if (earlier < 0) return 1;
    for (let at = earlier * graph.k; at < (earlier + 1) * graph.k; at++) if (rowOf[graph.indices[at]] < 0) return 1;
    return 0;
  });
}

/**
 * What the others know of each other. Those that ask are left out of every list, also where they were known: they are offered to all again, and a similarity
 * that another kernel had rounded otherwise would let one stand twice.
 */
function keptLists({ graph, rows }: EarlierGraph, rowOf: Int32Array, asks: Uint8Array): NeighbourGraph {
  const { k } = graph;
  const kept = emptyGraph(rows.length, k);
  rows.forEach((earlier, row) => {
    if (asks[row] === 1) return;
    let place = row * k;
    for (let at = earlier * k; at < (earlier + 1) * k; at++) {
      const neighbour = rowOf[graph.indices[at]];
      if (asks[neighbour] === 1) continue;
      kept.indices[place] = neighbour;
      kept.similarities[place++] = graph.similarities[at];
    }
  });
  return kept;
}

/** Every pair of which one asks is in a group in which that one counts as new. */
function groupsOf(asks: Uint8Array, asking: Int32Array): JoinGroups {
  const silent = Int32Array.from(asks.keys()).filter((row) => asks[row] === 0);
  const starts = [0];
  const news: number[] = [];
  const members: Int32Array[] = [];
  for (let from = 0; from < asking.length; from += askingPerGroup) {
    const own = asking.subarray(from, from + askingPerGroup);
    const later = asking.subarray(from + askingPerGroup);
    const others = new Int32Array(later.length + silent.length);
    others.set(later);
    others.set(silent, later.length);
    for (let at = 0; at === 0 || at < others.length; at += othersPerGroup) {
      const part = others.subarray(at, at + othersPerGroup);
      members.push(own, part);
      starts.push((starts.at(-1) as number) + own.length + part.length);
      news.push(own.length);
    }
  }
  const all = new Int32Array(starts.at(-1) as number);
  let place = 0;
  for (const part of members) {
    all.set(part, place);
    place += part.length;
  }
  return { starts: Int32Array.from(starts), members: all, news: Int32Array.from(news) };
}
