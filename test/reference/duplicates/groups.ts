/**
 * @file The plain reference of grouping: from verified pairs to groups without chaining: A like B and B like C does not put A and C together. A group is a clique of
 * verified pairs, every verified pair is in a group, and an image may be in several. Scenes form groups of their own, so that a pair of
 * copies is never weakened by a third picture of the same scene.
 *
 * Files with equal bytes share a content; each content stands in the groups by the one of its files that is best to keep. Files of a
 * content of which no pair was verified form an `identical-file` group. Where pairs were verified, all files of its contents are members,
 * and each further file is paired with the kept file of its own content only: identical bytes imply the rest, and thousands stay linear.
 */
import { createHash } from "node:crypto";

import { BugError } from "#engine/base/errors.ts";
import { coverByCliques } from "./cliques.ts";
import { compareForKeep, isLossless, proposeKeep } from "./keep.ts";
import type { KeepCandidate } from "./keep.ts";
import { relationStrength } from "#engine/duplicates/types.ts";
import type { ContentFacts, DuplicateGroup, FileFacts, GroupPair, Relation, VerifiedPair } from "#engine/duplicates/types.ts";

export interface GroupInput {
  readonly contents: readonly ContentFacts[];
  /** Several may share a content. */
  readonly files: readonly FileFacts[];
  readonly pairs: readonly VerifiedPair[];
}

/** Copies first, then scenes, each in order of their first file. Pairs of contents without a file are left out. */
export function groupPairs({ contents, files, pairs }: GroupInput): DuplicateGroup[] {
  const holders = holdersOf(contents, files);
  const usable = strongestPairs(pairs).filter((pair) => holders.has(pair.a) && holders.has(pair.b));
  const copies = usable.filter((pair) => pair.relation !== "same-scene");
  const scenes = usable.filter((pair) => pair.relation === "same-scene");
  const groups: DuplicateGroup[] = [];
  const copied = new Set<number>();
  for (const some of [copies, scenes]) {
    const byPair = new Map(some.map((pair) => [pairKey(pair.a, pair.b), pair]));
    for (const clique of coverByCliques(some)) {
      if (some === copies) clique.forEach((content) => copied.add(content));
      groups.push(makeGroup(clique, byPair, holders));
    }
  }
  for (const [content, held] of holders) if (held.length > 1 && !copied.has(content)) groups.push(makeGroup([content], new Map(), holders));
  return keepKeepers(groups).sort(
    (first, second) =>
      Number(first.relation === "same-scene") - Number(second.relation === "same-scene") ||
      leastFile(first) - leastFile(second) ||
      (first.id < second.id ? -1 : 1),
  );
}

/** Files per content, the best to keep first. */
function holdersOf(contents: readonly ContentFacts[], files: readonly FileFacts[]): Map<number, KeepCandidate[]> {
  const byId = new Map(contents.map((content) => [content.id, content]));
  const holders = new Map<number, KeepCandidate[]>();
  for (const facts of files) {
    const content = byId.get(facts.content);
    if (!content) throw new BugError(`file ${facts.file} names content ${facts.content}, which is not among the contents`);
    const held = holders.get(facts.content);
    if (held) held.push({ facts, content });
    else holders.set(facts.content, [{ facts, content }]);
  }
  for (const held of holders.values()) if (held.length > 1) held.sort(compareForKeep);
  return holders;
}

function strongestPairs(pairs: readonly VerifiedPair[]): VerifiedPair[] {
  const strongest = new Map<string, VerifiedPair>();
  for (const pair of pairs) {
    if (pair.a === pair.b) continue;
    const key = pairKey(pair.a, pair.b);
    const known = strongest.get(key);
    if (!known || relationStrength[pair.relation] > relationStrength[known.relation]) strongest.set(key, pair);
  }
  return [...strongest.values()];
}

function makeGroup(
  clique: readonly number[],
  byPair: ReadonlyMap<string, VerifiedPair>,
  holders: ReadonlyMap<number, readonly KeepCandidate[]>,
): DuplicateGroup {
  const pairs: GroupPair[] = [];
  const candidates: KeepCandidate[] = [];
  for (let index = 0; index < clique.length; index++) {
    const held = holders.get(clique[index]) ?? [];
    // A scene only asks to look: the copies of its pictures are another group's business.
    const isScene = clique.length > 1 && byPair.get(pairKey(clique[0], clique[1]))?.relation === "same-scene";
    candidates.push(...(isScene ? held.slice(0, 1) : held));
    if (!isScene)
      for (const { facts } of held.slice(1)) pairs.push({ a: held[0].facts.file, b: facts.file, relation: "identical-file", score: 1 });
    for (let other = index + 1; other < clique.length; other++) {
      const pair = byPair.get(pairKey(clique[index], clique[other]));
      if (!pair) throw new BugError(`contents ${clique[index]} and ${clique[other]} stand in one group without a verified pair`);
      const second = holders.get(clique[other]) ?? [];
      pairs.push({ a: held[0].facts.file, b: second[0].facts.file, relation: pair.relation, score: pair.score });
    }
  }
  const relation = pairs.reduce<Relation>(
    (weakest, pair) => (relationStrength[pair.relation] < relationStrength[weakest] ? pair.relation : weakest),
    "identical-file",
  );
  candidates.sort((first, second) => first.facts.file - second.facts.file);
  return { id: idOf(relation, candidates), relation, members: proposeKeep(markSavedAgain(candidates, clique, byPair), relation), pairs };
}

/** Lossless contents whose every pixel equals a lossy one's. */
function markSavedAgain(
  candidates: readonly KeepCandidate[],
  clique: readonly number[],
  byPair: ReadonlyMap<string, VerifiedPair>,
): KeepCandidate[] {
  const lossy = new Set(candidates.filter(({ content }) => !isLossless(content.format)).map(({ content }) => content.id));
  return candidates.map((candidate) => {
    const { id } = candidate.content;
    const isCopy =
      !lossy.has(id) && clique.some((other) => lossy.has(other) && byPair.get(pairKey(id, other))?.relation === "identical-pixels");
    return isCopy ? { ...candidate, savedAgain: true } : candidate;
  });
}

/** Of the members alone: which files stand together, at which relation. */
function idOf(relation: Relation, members: readonly KeepCandidate[]): string {
  const hash = createHash("sha256").update(relation);
  for (const { facts } of members) hash.update(`,${facts.file}`);
  return hash.digest("hex").slice(0, 16);
}

/** What is kept in one group for the sake of the others there must not be given up in the next, or all of a chain could go. */
function keepKeepers(groups: readonly DuplicateGroup[]): DuplicateGroup[] {
  const keepers = new Set<number>();
  for (const { relation, members } of groups) {
    if (relation !== "same-scene") for (const { file, keep } of members) if (keep) keepers.add(file);
  }
  return groups.map((group) => ({
    ...group,
    members: group.members.map((member) =>
      member.keep || !keepers.has(member.file) ? member : { ...member, keep: true, reason: "kept: the best of another group" },
    ),
  }));
}

function leastFile(group: DuplicateGroup): number {
  return group.members[0].file;
}

function pairKey(a: number, b: number): string {
  return a < b ? `${a},${b}` : `${b},${a}`;
}
