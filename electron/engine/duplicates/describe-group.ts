/**
 * @file A group of the table in full: its members with what is kept and why, its pairs, its id. Each further file of a content is paired with the first of its own
 * content only: identical bytes imply the rest, and thousands stay linear.
 */
import { hash } from "node:crypto";

import type { PictureEdit } from "#protocol/duplicate-model.ts";

import { BugError } from "../base/errors.ts";
import { pairAt, type GroupSource } from "./group-source.ts";
import { candidatesOf, contentsOfGroup, sceneStrength, type GroupTable } from "./group-table.ts";
import { relationStrength } from "./types.ts";
import type { DuplicateGroup, FileFacts, GroupMember, GroupPair, Relation } from "./types.ts";

const relationOf = Object.fromEntries(Object.entries(relationStrength).map(([relation, strength]) => [strength, relation])) as Record<
  number,
  Relation
>;

export function describeGroup(table: GroupTable, group: number): DuplicateGroup {
  const { source } = table;
  const contents = contentsOfGroup(table, group);
  const isScene = table.strengths[group] === sceneStrength;
  const relation = relationOf[table.strengths[group]];
  const pairs: GroupPair[] = [];
  for (let one = 0; one < contents.length; one++) {
    const held = filesOf(source, contents[one]);
    // A scene only asks to look: the copies of its pictures are another group's business.
    if (!isScene) for (const { file } of held.slice(1)) pairs.push({ a: held[0].file, b: file, relation: "identical-file", score: 1 });
    for (let other = one + 1; other < contents.length; other++)
      pairs.push({ a: held[0].file, b: filesOf(source, contents[other])[0].file, ...verdict(source, contents[one], contents[other]) });
  }
  const candidates = candidatesOf(source, contents, isScene ? "best-of-content" : "all");
  const positions = new Map<number, number>();
  if (!isScene)
    for (const content of contents)
      for (let at = source.fileStarts[content]; at < source.fileStarts[content + 1]; at++) positions.set(source.files[at].file, at);
  candidates.sort((first, second) => first.facts.file - second.facts.file);
  const members = source.order
    .propose(candidates, relation)
    .map((member): GroupMember => (member.keep || table.kept[positions.get(member.file) ?? -1] !== 1 ? member : keptElsewhere(member)));
  return { id: groupId(relation, members), relation, members, pairs };
}

/** What is kept in one group for the sake of the others there must not be given up in the next. */
export function keptElsewhere(member: GroupMember): GroupMember {
  return { ...member, keep: true, reason: "kept: the best of another group" };
}

/** Of the members alone: which files stand together, at which relation. */
export function groupId(relation: Relation, members: readonly { readonly file: number }[]): string {
  return hash("sha256", [relation, ...members.map(({ file }) => file)].join(",")).slice(0, 16);
}

/** What was found of two contents of one group, by their positions, ascending. */
export function verdict(source: GroupSource, one: number, other: number): Pick<GroupPair, "relation" | "score" | "edit"> {
  const pair = pairAt(source, one, other);
  if (pair < 0)
    throw new BugError(`contents ${source.contents[one].id} and ${source.contents[other].id} stand in one group without a verified pair`);
  const edit = source.edits.get(`${source.contents[one].id},${source.contents[other].id}`);
  return {
    relation: relationOf[source.pairs.strength[pair]],
    score: source.pairs.score[pair],
    ...(edit === undefined ? {} : { edit: JSON.parse(edit) as PictureEdit }),
  };
}

function filesOf({ files, fileStarts }: GroupSource, content: number): readonly FileFacts[] {
  return files.slice(fileStarts[content], fileStarts[content + 1]);
}
