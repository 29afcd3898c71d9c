/**
 * @file mutualNeighbours in TypeScript: the exact neighbours of all rows of a table among each other, each pair multiplied once and offered to both.
 * Sums are float64 (the native kernel's are float32 in vector lanes), so similarities agree to about 1e-6 and near-ties may change places.
 */
import { ArgumentCheck, kernelError, maxCount, maxDimensions } from "../kernel-error.ts";
import { maxThreads } from "./exact-neighbours.ts";
import { dotOfRows, offerNeighbour } from "./neighbour-lists.ts";

export interface MutualNeighboursArguments {
  /** [count, dimensions] row-major. *Caller's contract*: each row has length 1 (`findBadRow`); NaN is noticed. */
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimensions: number;
  /** 1 <= k < count. */
  readonly k: number;
  /** Rows of a block, 1 to 4096: two of them should fit a second-level cache (`neighbourBlock`). */
  readonly block: number;
  /** Pairs of blocks (`blockPairs` in all), numbered (0, 0) (0, 1) ... (0, n - 1) (1, 1) ... Each must be asked for once. */
  readonly from: number;
  readonly to: number;
  /** Native threads; the twin uses one. */
  readonly threads: number;
  /** [count, k] row-major. *Caller's contract*: -1 before the first call. Nearest first, equal ones by index, the row itself left out. */
  readonly indices: Int32Array;
  /** [count, k] row-major. *Caller's contract*: -Infinity before the first call. */
  readonly similarities: Float32Array;
}

const maxBlock = 4096;
const blockBytes = 128 * 1024;

/** Rows of a block that leave room for another in a second-level cache: whole tiles of every kind of instructions. */
export function neighbourBlock(dimensions: number): number {
  return Math.min(252, Math.max(12, Math.floor(blockBytes / (4 * dimensions) / 12) * 12));
}

export function blockPairs(count: number, block: number): number {
  const blocks = Math.ceil(count / block);
  return (blocks * (blocks + 1)) / 2;
}

export function mutualNeighbours(given: MutualNeighboursArguments): void {
  const check = new ArgumentCheck("mutualNeighbours", given);
  const count = check.integer("count", 2, maxCount);
  const dimensions = check.integer("dimensions", 1, maxDimensions);
  const block = check.integer("block", 1, maxBlock);
  const pairs = blockPairs(count, block);
  const from = check.integer("from", 0, pairs);
  const to = check.integer("to", from, pairs);
  const k = check.integer("k", 1, count - 1);
  check.integer("threads", 1, maxThreads);
  const vectors = check.array("vectors", "Float32Array", count * dimensions);
  const indices = check.array("indices", "Int32Array", count * k);
  const similarities = check.array("similarities", "Float32Array", count * k);
  const lists = { k, indices, similarities };
  const blocks = Math.ceil(count / block);
  let rowBlock = 0;
  let columnBlock = from;
  for (; columnBlock >= blocks - rowBlock && rowBlock < blocks; rowBlock++) columnBlock -= blocks - rowBlock;
  columnBlock += rowBlock;
  for (let pair = from; pair < to; pair++) {
    const lastRow = Math.min(count, (rowBlock + 1) * block);
    const lastColumn = Math.min(count, (columnBlock + 1) * block);
    for (let row = rowBlock * block; row < lastRow; row++) {
      for (let column = Math.max(row + 1, columnBlock * block); column < lastColumn; column++) {
        const score = dotOfRows(vectors, dimensions, row, column);
        if (Number.isNaN(score))
          throw kernelError("bad-row", "mutualNeighbours: a row of vectors is not finite; expected every row of length 1");
        if (score >= (similarities[row * k + k - 1] as number)) offerNeighbour(lists, row, { index: column, score });
        if (score >= (similarities[column * k + k - 1] as number)) offerNeighbour(lists, column, { index: row, score });
      }
    }
    if (++columnBlock === blocks) columnBlock = ++rowBlock;
  }
}
