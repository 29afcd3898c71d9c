/**
 * @file Everything that groups are made from, in columns and in the order that grouping wants, prepared once: groups at another strictness then need no more than
 * a walk over the pairs. Contents by id, the files of each with the best to keep first, pairs by their two contents.
 */
import { BugError } from "../base/errors.ts";
import type { KeepOrder, KeepCandidate } from "./keep.ts";
import { relationStrength } from "./types.ts";
import type { ContentFacts, FileFacts, VerifiedPair } from "./types.ts";

export interface GroupInput {
  readonly contents: readonly ContentFacts[];
  /** Several may share a content. */
  readonly files: readonly FileFacts[];
  readonly pairs: readonly VerifiedPair[];
}

export interface GroupSource {
  readonly order: KeepOrder;
  /** Those that a file holds, by id. */
  readonly contents: readonly ContentFacts[];
  /** By content; of one content the best to keep first. */
  readonly files: readonly FileFacts[];
  /** [contents + 1] where the files of each begin. */
  readonly fileStarts: Int32Array;
  readonly pairs: PairColumns;
}

/** Each pair once, a < b, in ascending order of (a, b). */
export interface PairColumns {
  /** Positions in `contents`. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** `relationStrength` of the relation. */
  readonly strength: Uint8Array;
  readonly score: Float64Array;
}

/** Pairs of contents without a file are left out; of several verdicts on one pair the strongest counts. */
export function prepareGroups({ contents, files, pairs }: GroupInput, order: KeepOrder): GroupSource {
  const known = new Map(contents.map((content) => [content.id, content]));
  const holders = new Map<number, FileFacts[]>();
  for (const facts of files) {
    const held = holders.get(facts.content);
    if (held) held.push(facts);
    else if (known.has(facts.content)) holders.set(facts.content, [facts]);
    else throw new BugError(`file ${facts.file} names content ${facts.content}, which is not among the contents`);
  }
  const held = [...holders.keys()].sort((one, other) => one - other).map((id) => known.get(id) as ContentFacts);
  const positions = new Map(held.map(({ id }, position) => [id, position]));
  const fileStarts = new Int32Array(held.length + 1);
  const ordered: FileFacts[] = [];
  held.forEach((content, position) => {
    const its = holders.get(content.id) ?? [];
    const as = (facts: FileFacts): KeepCandidate => ({ facts, content });
    if (its.length > 1) its.sort((one, other) => order.compare(as(one), as(other)));
    for (const facts of its) ordered.push(facts);
    fileStarts[position + 1] = ordered.length;
  });
  return { order, contents: held, files: ordered, fileStarts, pairs: pairColumns(pairs, positions) };
}

function pairColumns(pairs: readonly VerifiedPair[], positions: ReadonlyMap<number, number>): PairColumns {
  const count = positions.size;
  const keys = new Float64Array(pairs.length);
  const strengths = Uint8Array.from(pairs, ({ relation }) => relationStrength[relation]);
  let usable = 0;
  const order = new Int32Array(pairs.length);
  pairs.forEach(({ a, b }, index) => {
    const one = positions.get(a);
    const other = positions.get(b);
    if (one === undefined || other === undefined || one === other) return;
    keys[index] = Math.min(one, other) * count + Math.max(one, other);
    order[usable++] = index;
  });
  const sorted = order
    .subarray(0, usable)
    .sort((one, other) => keys[one] - keys[other] || strengths[other] - strengths[one] || one - other);
  const kept = sorted.filter((index, at) => at === 0 || keys[sorted[at - 1]] !== keys[index]);
  return {
    a: kept.map((index) => Math.floor(keys[index] / count)),
    b: kept.map((index) => keys[index] % count),
    strength: Uint8Array.from(kept, (index) => strengths[index]),
    score: Float64Array.from(kept, (index) => pairs[index].score),
  };
}

/** The verdict on two contents (positions, a < b), or -1: position in the pair columns. */
export function pairAt({ pairs: { a, b } }: GroupSource, one: number, other: number): number {
  let low = 0;
  let high = a.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const difference = a[middle] - one || b[middle] - other;
    if (difference === 0) return middle;
    if (difference < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
