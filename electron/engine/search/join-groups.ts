/**
 * @file Which rows meet next: around each row its neighbours so far and the rows whose neighbour it is, since a neighbour's neighbour is likely a neighbour
 * (Dong, Moses and Li, 2011). A few of them each time, drawn by a number that follows from the pair alone, so that no order of work counts.
 */
import { throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph } from "../base/neighbour-graph.ts";
import { mixBits } from "../base/random.ts";

export interface JoinGroups {
  /** [count + 1]: the group around the n-th row in order is members[starts[n]] .. */
  readonly starts: Int32Array;
  readonly members: Int32Array;
  /** [count]: the first so many of a group came in since they last met. */
  readonly news: Int32Array;
}

export interface GroupOptions {
  /** [count]: groups come in this order of rows, so that those which share members come together. */
  readonly order: Int32Array;
  /** At most so many new and so many old members. */
  readonly width: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

const rowsPerCheck = 4096;

/** Takes away the mark `fresh` of every neighbour that is to meet its row's other neighbours. */
export function joinGroups(graph: NeighbourGraph, fresh: Uint8Array, { order, width, seed, signal }: GroupOptions): JoinGroups {
  const { count, k, indices } = graph;
  const reverse = reverseEdges(graph, fresh, signal);
  const starts = new Int32Array(count + 1);
  const news = new Int32Array(count);
  const members = new Int32Array(count * 2 * width);
  const drawnNew = new Draw(width);
  const drawnOld = new Draw(width);
  let end = 0;
  for (let place = 0; place < count; place++) {
    if (place % rowsPerCheck === 0) throwIfAborted(signal);
    const row = order[place];
    drawnNew.clear();
    drawnOld.clear();
    const offer = (other: number, isFresh: boolean): void => (isFresh ? drawnNew : drawnOld).offer(other, pairKey(seed, row, other));
    for (let at = row * k; at < (row + 1) * k; at++) if (indices[at] >= 0) offer(indices[at], fresh[at] === 1);
    for (let at = reverse.starts[row]; at < reverse.starts[row + 1]; at++) {
      const source = reverse.sources[at];
      offer(source >= 0 ? source : ~source, source < 0);
    }
    news[place] = drawnNew.size;
    for (let at = 0; at < drawnNew.size; at++) members[end++] = drawnNew.items[at];
    for (let at = 0; at < drawnOld.size; at++) members[end++] = drawnOld.items[at];
    starts[place + 1] = end;
  }
  for (let place = 0; place < count; place++)
    meet(graph, fresh, order[place], members.subarray(starts[place], starts[place] + news[place]));
  return { starts, news, members: members.slice(0, end) };
}

function meet({ k, indices }: NeighbourGraph, fresh: Uint8Array, row: number, drawn: Int32Array): void {
  for (let at = row * k; at < (row + 1) * k; at++) if (fresh[at] === 1 && drawn.includes(indices[at])) fresh[at] = 0;
}

/** The rows that have each row as a neighbour; those where it is fresh as ~row. */
function reverseEdges(
  { count, k, indices }: NeighbourGraph,
  fresh: Uint8Array,
  signal: AbortSignal | undefined,
): { starts: Int32Array; sources: Int32Array } {
  const starts = new Int32Array(count + 1);
  for (const index of indices) if (index >= 0) starts[index + 1]++;
  for (let row = 0; row < count; row++) starts[row + 1] += starts[row];
  throwIfAborted(signal);
  const next = starts.slice(0, count);
  const sources = new Int32Array(starts[count]);
  for (let row = 0; row < count; row++)
    for (let at = row * k; at < (row + 1) * k; at++) if (indices[at] >= 0) sources[next[indices[at]]++] = fresh[at] === 1 ? ~row : row;
  return { starts, sources };
}

/** The same for both ends of an edge. */
function pairKey(seed: number, one: number, other: number): number {
  const low = Math.min(one, other);
  return mixBits(mixBits(seed ^ Math.imul(low, 0x9e3779b1)) ^ (one ^ other ^ low)) >>> 0;
}

/** The items of the `width` lowest keys among those offered; an item counts once. */
class Draw {
  readonly items: Int32Array;
  readonly #keys: Uint32Array;
  readonly #width: number;
  size = 0;

  constructor(width: number) {
    this.#width = width;
    this.items = new Int32Array(width);
    this.#keys = new Uint32Array(width);
  }

  clear(): void {
    this.size = 0;
  }

  offer(item: number, key: number): void {
    const keys = this.#keys;
    if (this.size === this.#width && key >= keys[this.size - 1]) return;
    let place = this.size;
    while (place > 0 && keys[place - 1] > key) place--;
    // One and the same pair has one and the same key.
    for (let at = place - 1; at >= 0 && keys[at] === key; at--) if (this.items[at] === item) return;
    if (this.size < this.#width) this.size++;
    this.items.copyWithin(place + 1, place, this.size - 1);
    keys.copyWithin(place + 1, place, this.size - 1);
    this.items[place] = item;
    keys[place] = key;
  }
}
