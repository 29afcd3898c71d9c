/**
 * @file From verified pairs to groups without chaining: A like B and B like C does not put A and C together. A group is a clique of
 * verified pairs, every verified pair is in a group, and an image may be in several. Scenes form groups of their own, so that a pair of
 * copies is never weakened by a third picture of the same scene.
 *
 * Files with equal bytes share a content. Files of a content of which no pair counts form an `identical-file` group. Where pairs count, all files of its
 * contents are members. The table holds what sorting and sums need; the words of a group are made when it is looked at (`describe-group.ts`).
 */
import type { Strictness } from "#protocol/duplicates-contract.ts";

import { coverByCliques } from "./cliques.ts";
import { pairAt, type GroupSource } from "./group-source.ts";
import { isLossless, type KeepCandidate } from "./keep.ts";
import { relationStrength } from "./types.ts";

export interface GroupTable {
  readonly source: GroupSource;
  readonly count: number;
  /** [groups + 1] where the contents of each begin. */
  readonly starts: Int32Array;
  /** Positions in `source.contents`, ascending within a group. */
  readonly contents: Int32Array;
  /** `relationStrength` of the weakest pair. */
  readonly strengths: Uint8Array;
  /** Files in each; of a scene one a content. */
  readonly sizes: Int32Array;
  /** Bytes of the files that are not kept. */
  readonly gains: Float64Array;
  /** Of each file in `source.files`: kept by some group of copies. What one keeps for the sake of the others there no other gives up. */
  readonly kept: Uint8Array;
  /** Of each file: in some group of copies. */
  readonly copied: Uint8Array;
}

export const sceneStrength = relationStrength["same-scene"];

export function tabulateGroups(source: GroupSource, { least, score }: Strictness): GroupTable {
  const { contents, fileStarts } = source;
  const draft = new Draft(source);
  const copies = coverOf(source, { from: Math.max(relationStrength[least], sceneStrength + 1), to: Infinity, score });
  const inCopies = new Uint8Array(contents.length);
  copies.edges.forEach((pair, clique) => {
    const group = copies.nodes.subarray(copies.offsets[clique], copies.offsets[clique + 1]);
    for (const content of group) inCopies[content] = 1;
    draft.addCopies(group, pair);
  });
  for (let content = 0; content < contents.length; content++)
    if (fileStarts[content + 1] - fileStarts[content] > 1 && inCopies[content] === 0) draft.addCopies([content], -1);
  if (relationStrength[least] === sceneStrength) {
    const scenes = coverOf(source, { from: sceneStrength, to: sceneStrength, score });
    for (let clique = 0; clique + 1 < scenes.offsets.length; clique++)
      draft.addScene(scenes.nodes.subarray(scenes.offsets[clique], scenes.offsets[clique + 1]));
  }
  return draft.finish();
}

export function contentsOfGroup({ contents, starts }: GroupTable, group: number): Int32Array {
  return contents.subarray(starts[group], starts[group + 1]);
}

/** Most bytes to gain first, then the larger, then by the first of their contents. */
export function groupsByGain(table: GroupTable): Int32Array {
  const { gains, sizes } = table;
  return Int32Array.from({ length: table.count }, (_, group) => group).sort(
    (one, other) => gains[other] - gains[one] || sizes[other] - sizes[one] || one - other,
  );
}

/** The candidates of a group, the best of each content first, with what only the group tells of them. */
export function candidatesOf(source: GroupSource, group: ArrayLike<number>, most: "all" | "best-of-content"): KeepCandidate[] {
  const contents = Array.from(group, (position) => source.contents[position]);
  const lossy = contents.map(({ format }) => !isLossless(format));
  const byQuality = contents.every(({ format, jpegQuality }) => isLossless(format) || typeof jpegQuality === "number");
  const candidates: KeepCandidate[] = [];
  contents.forEach((content, at) => {
    const savedAgain = !lossy[at] && lossy.some((isLossy, other) => isLossy && strengthOf(source, group[at], group[other]) === 2);
    const from = source.fileStarts[group[at]];
    const to = most === "all" ? source.fileStarts[group[at] + 1] : from + 1;
    const written = source.written.has(content.id);
    const shown = source.shown.get(content.id) ?? 1;
    for (let file = from; file < to; file++) candidates.push({ facts: source.files[file], content, savedAgain, byQuality, shown, written });
  });
  return candidates;
}

function strengthOf(source: GroupSource, one: number, other: number): number {
  const pair = pairAt(source, Math.min(one, other), Math.max(one, other));
  return pair < 0 ? -1 : source.pairs.strength[pair];
}

/** The cliques of the pairs from one strength to another; of a clique of two its place in the pair columns. */
function coverOf(
  { pairs, contents }: GroupSource,
  { from, to, score }: { from: number; to: number; score: number },
): ReturnType<typeof coverByCliques> {
  const { a, b, strength, score: scores } = pairs;
  const chosen = new Int32Array(a.length);
  let count = 0;
  for (let pair = 0; pair < a.length; pair++)
    if (strength[pair] >= from && strength[pair] <= to && (strength[pair] !== relationStrength["same-picture"] || scores[pair] >= score))
      chosen[count++] = pair;
  const edges = { a: new Int32Array(count), b: new Int32Array(count) };
  for (let edge = 0; edge < count; edge++) {
    edges.a[edge] = a[chosen[edge]];
    edges.b[edge] = b[chosen[edge]];
  }
  const cover = coverByCliques(edges, contents.length);
  return { ...cover, edges: cover.edges.map((edge) => (edge < 0 ? -1 : chosen[edge])) };
}

class Draft {
  readonly #source: GroupSource;
  readonly #starts: number[] = [0];
  readonly #contents: number[] = [];
  readonly #strengths: number[] = [];
  readonly #sizes: number[] = [];
  readonly #kept: Uint8Array;

  constructor(source: GroupSource) {
    this.#source = source;
    this.#kept = new Uint8Array(source.files.length);
  }

  /** @param pair of a group of two contents, else -1 */
  addCopies(group: ArrayLike<number>, pair: number): void {
    const { fileStarts, pairs } = this.#source;
    let size = 0;
    for (let at = 0; at < group.length; at++) size += fileStarts[group[at] + 1] - fileStarts[group[at]];
    this.#kept[fileStarts[this.#best(group, pair)]] = 1;
    this.#add(group, size, pair < 0 ? this.#weakest(group) : pairs.strength[pair]);
  }

  addScene(group: ArrayLike<number>): void {
    this.#add(group, group.length, sceneStrength);
  }

  finish(): GroupTable {
    const count = this.#strengths.length;
    const table: GroupTable = {
      source: this.#source,
      count,
      starts: Int32Array.from(this.#starts),
      contents: Int32Array.from(this.#contents),
      strengths: Uint8Array.from(this.#strengths),
      sizes: Int32Array.from(this.#sizes),
      gains: new Float64Array(count),
      kept: this.#kept,
      copied: new Uint8Array(this.#source.files.length),
    };
    sumGains(table);
    return table;
  }

  #add(group: ArrayLike<number>, size: number, strength: number): void {
    for (let at = 0; at < group.length; at++) this.#contents.push(group[at]);
    this.#starts.push(this.#contents.length);
    this.#sizes.push(size);
    this.#strengths.push(strength);
  }

  #weakest(group: ArrayLike<number>): number {
    let weakest: number = relationStrength["identical-file"];
    for (let one = 0; one < group.length; one++)
      for (let other = one + 1; other < group.length; other++)
        weakest = Math.min(weakest, strengthOf(this.#source, group[one], group[other]));
    return weakest;
  }

  /** The content whose first file is kept: files of one content are in order, so only the first of each can be the best. */
  #best(group: ArrayLike<number>, pair: number): number {
    if (group.length === 1) return group[0];
    const { order, pairs } = this.#source;
    if (pair >= 0 && pairs.better[pair] !== 0) return group[pairs.better[pair] - 1];
    const candidates = candidatesOf(this.#source, group, "best-of-content");
    let best = 0;
    for (let index = 1; index < candidates.length; index++) if (order.compare(candidates[index], candidates[best]) < 0) best = index;
    if (pair >= 0) pairs.better[pair] = best + 1;
    return group[best];
  }
}

function sumGains(table: GroupTable): void {
  const { source, starts, contents, strengths, gains, kept, copied } = table;
  const { fileStarts, byteSizes } = source;
  for (let group = 0; group < table.count; group++) {
    if (strengths[group] === sceneStrength) continue;
    for (let at = starts[group]; at < starts[group + 1]; at++)
      for (let file = fileStarts[contents[at]]; file < fileStarts[contents[at] + 1]; file++) {
        copied[file] = 1;
        if (kept[file] === 0) gains[group] += byteSizes[contents[at]];
      }
  }
}
