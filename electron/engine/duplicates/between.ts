/**
 * @file Pairs across two sets of files: which pictures of a test folder lie in the training folder too? Groups are those of all files of both sets, cut down to the
 * pairs that cross and the files that stand in one. Of files with equal bytes the first of each side is paired with all of the other, so that thousands stay linear.
 */
import { groupId, keptElsewhere, verdict } from "./describe-group.ts";
import { inverseEdit } from "./edit-of.ts";
import { candidatesOf, contentsOfGroup, sceneStrength, type GroupTable } from "./group-table.ts";
import type { DuplicateGroup, FileFacts, GroupPair } from "./types.ts";
import { relationStrength } from "./types.ts";

export interface CrossGroup extends DuplicateGroup {
  /** `a` of each pair is a file of the first set, `b` one of the second. */
  readonly pairs: readonly GroupPair[];
}

/** Copies first, then scenes. @param isFirst whether a file is of the first set, by its number; else it is of the second */
export function groupsBetween(table: GroupTable, isFirst: (file: number) => boolean): CrossGroup[] {
  const groups: CrossGroup[] = [];
  for (let group = 0; group < table.count; group++) {
    const crossing = crossGroup(table, group, isFirst);
    if (crossing) groups.push(crossing);
  }
  return keepKeepers(groups);
}

function crossGroup(table: GroupTable, group: number, isFirst: (file: number) => boolean): CrossGroup | null {
  const { source } = table;
  const contents = contentsOfGroup(table, group);
  const isScene = table.strengths[group] === sceneStrength;
  const sides = Array.from(contents, (content) => {
    const held = source.files.slice(source.fileStarts[content], source.fileStarts[content + 1]);
    const both = [held.filter(({ file }) => isFirst(file)), held.filter(({ file }) => !isFirst(file))] as const;
    // A scene only asks to look: one picture of each side is enough.
    return isScene ? ([both[0].slice(0, 1), both[1].slice(0, 1)] as const) : both;
  });
  const pairs: GroupPair[] = [];
  sides.forEach(([first, second], at) => {
    if (!isScene) pairs.push(...crossPairs(first, second, { relation: "identical-file", score: 1 }));
    for (let other = at + 1; other < sides.length; other++) {
      const found = verdict(source, contents[at], contents[other]);
      pairs.push(...crossPairs(first, sides[other][1], found), ...crossPairs(sides[other][0], second, reversed(found)));
    }
  });
  if (pairs.length === 0) return null;
  const standing = new Set(pairs.flatMap(({ a, b }) => [a, b]));
  const { relation } = pairs.reduce((weakest, pair) =>
    relationStrength[pair.relation] < relationStrength[weakest.relation] ? pair : weakest,
  );
  const candidates = candidatesOf(source, contents, "all").filter(({ facts }) => standing.has(facts.file));
  candidates.sort((one, other) => one.facts.file - other.facts.file);
  const members = source.order.propose(candidates, relation);
  return { id: groupId(relation, members), relation, members, pairs };
}

type Found = Pick<GroupPair, "relation" | "score" | "edit">;

function reversed({ edit, ...found }: Found): Found {
  return edit === undefined ? found : { ...found, edit: inverseEdit(edit) };
}

/** The first of each side with all of the other. */
function crossPairs(first: readonly FileFacts[], second: readonly FileFacts[], found: Found): GroupPair[] {
  if (first.length === 0 || second.length === 0) return [];
  return [
    ...second.map(({ file }) => ({ a: first[0].file, b: file, ...found })),
    ...first.slice(1).map(({ file }) => ({ a: file, b: second[0].file, ...found })),
  ];
}

/** What is kept in one group for the sake of the others there must not be given up in the next. */
function keepKeepers(groups: readonly CrossGroup[]): CrossGroup[] {
  const keepers = new Set<number>();
  for (const { relation, members } of groups)
    if (relation !== "same-scene") for (const { file, keep } of members) if (keep) keepers.add(file);
  return groups.map((group) => ({
    ...group,
    members: group.members.map((member) => (member.keep || !keepers.has(member.file) ? member : keptElsewhere(member))),
  }));
}
