/**
 * @file joinNeighbours in TypeScript: within groups of rows that are likely neighbours, every pair is multiplied and offered to both lists (the local join
 * of Dong, Moses and Li, 2011, https://doi.org/10.1145/1963405.1963487). Pairs of which neither row is new to the group are left out: they have met.
 */
import { ArgumentCheck, kernelError, maxCount, maxDimensions } from "../kernel-error.ts";
import { maxThreads } from "./exact-neighbours.ts";
import { dotOfRows, offerNeighbour } from "./neighbour-lists.ts";

export interface JoinNeighboursArguments {
  /** [count, dimensions] row-major. *Caller's contract*: each row has length 1 (`findBadRow`); NaN is noticed. */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimensions: number;
  /** 1 <= k < count. */
  readonly k: number;
  /** [groups + 1]: group g holds members[starts[g]] .. members[starts[g + 1] - 1]. */
  readonly starts: Int32Array;
  /** Rows of the table; those that are new to a group come first in it. */
  readonly members: Int32Array;
  /** [groups]: how many of a group's members are new. */
  readonly news: Int32Array;
  /** Groups [from, to). */
  readonly from: number;
  readonly to: number;
  /** Native threads; the twin uses one. */
  readonly threads: number;
  /** [count, k] row-major: -1 where a list is not full. */
  readonly indices: Int32Array;
  /** [count, k] row-major: -Infinity where a list is not full. */
  readonly similarities: Float32Array;
  /** [count, k]: set to 1 where a neighbour came in; moves with it. */
  readonly fresh: Uint8Array;
}

export function joinNeighbours(given: JoinNeighboursArguments): void {
  const check = new ArgumentCheck("joinNeighbours", given);
  const count = check.integer("count", 2, maxCount);
  const dimensions = check.integer("dimensions", 1, maxDimensions);
  const k = check.integer("k", 1, count - 1);
  check.integer("threads", 1, maxThreads);
  const vectors = check.array("vectors", "Float32Array", count * dimensions);
  const news = check.array("news", "Int32Array");
  const from = check.integer("from", 0, news.length);
  const to = check.integer("to", from, news.length);
  const starts = check.array("starts", "Int32Array", news.length + 1);
  const members = check.array("members", "Int32Array");
  const indices = check.array("indices", "Int32Array", count * k);
  const similarities = check.array("similarities", "Float32Array", count * k);
  const fresh = check.array("fresh", "Uint8Array", count * k);
  requireGroups({ ...given, from, to, starts, members, news, count });
  const lists = { k, indices, similarities };
  const offer = (row: number, index: number, score: number): void => {
    const place = offerNeighbour(lists, row, { index, score });
    if (place < 0) return;
    fresh.copyWithin(place + 1, place, row * k + k - 1);
    fresh[place] = 1;
  };
  for (let group = from; group < to; group++) {
    const start = starts[group] as number;
    const end = starts[group + 1] as number;
    for (let row = start; row < start + (news[group] as number); row++) {
      for (let column = row + 1; column < end; column++) {
        const [one, other] = [members[row] as number, members[column] as number];
        if (one === other) continue;
        const score = dotOfRows(vectors, dimensions, one, other);
        if (Number.isNaN(score))
          throw kernelError("bad-row", "joinNeighbours: a row of vectors is not finite; expected every row of length 1");
        offer(one, other, score);
        offer(other, one, score);
      }
    }
  }
}

function requireGroups({ starts, members, news, from, to, count }: JoinNeighboursArguments): void {
  for (let group = from; group < to; group++) {
    const [start, end, fresh] = [starts[group] as number, starts[group + 1] as number, news[group] as number];
    if (start < 0 || end < start || end > members.length) throw kernelError("out-of-range", "joinNeighbours: starts leads outside members");
    if (fresh < 0 || fresh > end - start) throw kernelError("out-of-range", "joinNeighbours: news counts more members than a group has");
    if (members.subarray(start, end).some((member) => member < 0 || member >= count))
      throw kernelError("out-of-range", "joinNeighbours: members names a row outside the table");
  }
}
