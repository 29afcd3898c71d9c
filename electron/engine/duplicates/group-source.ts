/**
 * @file Everything that groups are made from, in columns and in the order that grouping wants, prepared once: groups at another strictness, by another rule or without some
 * pairs then need no more than a walk over the pairs. Contents by id, the files of each with the best to keep first, pairs by their two contents.
 */
import type { PictureEdit } from "#protocol/duplicate-model.ts";

import { BugError } from "../base/errors.ts";
import type { KeepCandidate, KeepOrder } from "./keep.ts";
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
  readonly byteSizes: Float64Array;
  /** By content; of one content the best to keep first. */
  readonly files: readonly FileFacts[];
  /** [contents + 1] where the files of each begin. */
  readonly fileStarts: Int32Array;
  readonly pairs: PairColumns;
  /** "a,b" of content ids (a < b) -> JSON of what was done to a to get b. */
  readonly edits: ReadonlyMap<string, string>;
  /** Content id -> share of its area that shows a picture, of those with a frame or empty corners. */
  readonly shown: ReadonlyMap<number, number>;
  /** Ids of contents over which something was written. */
  readonly written: ReadonlySet<number>;
}

/** Each pair once, a < b, in ascending order of (a, b). */
export interface PairColumns {
  /** Positions in `contents`. */
  readonly a: Int32Array;
  readonly b: Int32Array;
  /** `relationStrength` of the relation. */
  readonly strength: Uint8Array;
  readonly score: Float64Array;
  /** Where the two are a group of their own: 1 the first is the better to keep, 2 the second, 0 nobody asked yet. */
  readonly better: Uint8Array;
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
  const held = Array.from(Float64Array.from(holders.keys()).sort(), (id) => known.get(id) as ContentFacts);
  const positions = new Map(held.map(({ id }, position) => [id, position]));
  const fileStarts = new Int32Array(held.length + 1);
  const grouped: FileFacts[] = [];
  held.forEach(({ id }, position) => {
    for (const facts of holders.get(id) ?? []) grouped.push(facts);
    fileStarts[position + 1] = grouped.length;
  });
  const byteSizes = Float64Array.from(held, ({ byteSize }) => byteSize);
  return byOrder(
    {
      contents: held,
      byteSizes,
      files: grouped,
      fileStarts,
      pairs: pairColumns(pairs, positions),
      edits: editsOf(pairs),
      shown: shownOf(pairs),
      written: writtenOf(pairs),
      order,
    },
    order,
  );
}

function editsOf(pairs: readonly VerifiedPair[]): Map<string, string> {
  const edits = new Map<string, string>();
  for (const { a, b, edit } of pairs) if (edit) edits.set(`${a},${b}`, edit);
  return edits;
}

/** Few pairs have a frame: only their words are read. */
function shownOf(pairs: readonly VerifiedPair[]): Map<number, number> {
  const shown = new Map<number, number>();
  for (const { a, b, edit } of pairs) {
    if (!edit?.includes('"frame":true')) continue;
    const { shared } = JSON.parse(edit) as PictureEdit;
    const [framed, share] = shared.a < shared.b ? [a, shared.a] : [b, shared.b];
    // Compared with a crop more than the frame is missing: the most that any says counts.
    shown.set(framed, Math.max(share, shown.get(framed) ?? 0));
  }
  return shown;
}

function writtenOf(pairs: readonly VerifiedPair[]): Set<number> {
  const written = new Set<number>();
  for (const { a, b, relation, edit } of pairs) {
    if (relation !== "same-picture" || !edit) continue;
    if (edit.includes('"written":"a"')) written.add(a);
    else if (edit.includes('"written":"b"')) written.add(b);
  }
  return written;
}

/** The same by another order of keeping. */
export function byOrder(source: GroupSource, order: KeepOrder): GroupSource {
  const { contents, fileStarts, pairs } = source;
  const files = [...source.files];
  contents.forEach((content, position) => {
    const [from, to] = [fileStarts[position], fileStarts[position + 1]];
    if (to - from < 2) return;
    const as = (facts: FileFacts): KeepCandidate => ({ facts, content });
    const sorted = files.slice(from, to).sort((one, other) => order.compare(as(one), as(other)));
    sorted.forEach((facts, at) => (files[from + at] = facts));
  });
  return { ...source, order, files, pairs: { ...pairs, better: new Uint8Array(pairs.a.length) } };
}

/** The same without these pairs of content ids. */
export function withoutPairs(source: GroupSource, left: readonly { readonly a: number; readonly b: number }[]): GroupSource {
  const { contents, pairs } = source;
  const gone = new Uint8Array(pairs.a.length);
  for (const { a, b } of left) {
    const [one, other] = [positionOf(contents, Math.min(a, b)), positionOf(contents, Math.max(a, b))];
    const pair = one < 0 || other < 0 ? -1 : pairAt(source, one, other);
    if (pair >= 0) gone[pair] = 1;
  }
  const stays = (_: number, pair: number): boolean => gone[pair] === 0;
  const { a, b, strength, score, better } = pairs;
  return {
    ...source,
    pairs: {
      a: a.filter(stays),
      b: b.filter(stays),
      strength: strength.filter(stays),
      score: score.filter(stays),
      better: better.filter(stays),
    },
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

function positionOf(contents: readonly ContentFacts[], id: number): number {
  let low = 0;
  let high = contents.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const difference = contents[middle].id - id;
    if (difference === 0) return middle;
    if (difference < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

function pairColumns(pairs: readonly VerifiedPair[], positions: ReadonlyMap<number, number>): PairColumns {
  const count = positions.size;
  const keys = new Float64Array(pairs.length);
  const strengths = Uint8Array.from(pairs, ({ relation }) => relationStrength[relation]);
  const order = new Int32Array(pairs.length);
  let usable = 0;
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
    better: new Uint8Array(kept.length),
  };
}
