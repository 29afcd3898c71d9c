/**
 * @file Groups of duplicates at one strictness, made from the verified pairs and the files that are there, so they are always true to what is there. Sums and order
 * come from a table; a group is written out when somebody looks at it.
 */
import type { Strictness } from "#protocol/duplicates-contract.ts";
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";
import { relations, type GroupId, type ImageId, type Relation } from "#protocol/model.ts";

import type { Collection } from "../collection.ts";
import { describeGroup } from "../duplicates/describe-group.ts";
import { contentsOfGroup, groupsByGain, type GroupTable } from "../duplicates/group-table.ts";
import { relationStrength, type DuplicateGroup as FoundGroup } from "../duplicates/types.ts";
import type { GroupMaker } from "./group-maker.ts";

export interface GroupsView {
  readonly count: number;
  readonly counts: Readonly<Record<Relation, number>>;
  /** Images that are proposed as copies. */
  readonly copies: number;
  readonly gainBytes: number;
  copyIds(): Int32Array;
  /** A stretch of the groups (of one relation), most bytes to gain first. */
  page(stretch: { offset: number; limit: number; relation: Relation | null }): { groups: DuplicateGroup[]; total: number };
  /** All of them, most bytes to gain first. */
  all(): readonly DuplicateGroup[];
  ofImage(id: ImageId): DuplicateGroup[];
}

const views = new WeakMap<GroupTable, GroupsView>();

export function viewGroups(maker: GroupMaker, strictness: Strictness): GroupsView {
  const table = maker.table(strictness);
  const known = views.get(table);
  if (known) return known;
  const view = makeView(maker, table);
  views.set(table, view);
  return view;
}

function makeView(maker: GroupMaker, table: GroupTable): GroupsView {
  const order = groupsByGain(table);
  const describe = (group: number): DuplicateGroup => writeOut(maker, describeGroup(table, group));
  const counts = Object.fromEntries(relations.map((relation) => [relation, 0])) as Record<Relation, number>;
  for (const relation of relations) {
    const strength = relationStrength[relation];
    for (let group = 0; group < table.count; group++) if (table.strengths[group] === strength) counts[relation]++;
  }
  let all: DuplicateGroup[] | null = null;
  let groupsOfFile: ((id: number) => number[]) | null = null;
  return {
    count: table.count,
    counts,
    ...sumOfCopies(table),
    copyIds: () => {
      const { files } = table.source;
      return Int32Array.from(files.filter((_, at) => table.copied[at] === 1 && table.kept[at] === 0).map(({ file }) => file));
    },
    page: ({ offset, limit, relation }) => {
      const chosen = relation === null ? order : order.filter((group) => table.strengths[group] === relationStrength[relation]);
      return { groups: Array.from(chosen.subarray(offset, Math.min(offset + limit, chosen.length)), describe), total: chosen.length };
    },
    all: () => (all ??= Array.from(order, describe)),
    ofImage: (id) => (groupsOfFile ??= indexFiles(table, order))(id).map(describe),
  };
}

export function pageOfGroups(
  collection: Collection,
  { offset, limit, relation, strictness }: { offset: number; limit: number; relation: Relation | null; strictness: Strictness },
): { groups: DuplicateGroup[]; total: number; gainBytes: number; counts: GroupsView["counts"] } {
  const view = viewGroups(collection.groupMaker(), strictness);
  return { ...view.page({ offset, limit, relation }), gainBytes: view.gainBytes, counts: view.counts };
}

export function groupsOfImage(collection: Collection, id: ImageId): DuplicateGroup[] {
  return collection.groups().ofImage(id);
}

export function writeOut(maker: GroupMaker, group: FoundGroup): DuplicateGroup {
  const members = group.members.map((member) => maker.member(member));
  return {
    id: group.id as GroupId,
    relation: group.relation,
    members,
    pairs: group.pairs.map((pair) => ({ ...pair, a: pair.a as ImageId, b: pair.b as ImageId })),
    gainBytes: members.reduce((sum, member) => sum + (member.keep ? 0 : member.sizeBytes), 0),
  };
}

/** An image may be a copy in several groups; its bytes are gained once. */
export function sumOfCopies({ source, copied, kept }: GroupTable): { copies: number; gainBytes: number } {
  let copies = 0;
  let gainBytes = 0;
  const { byteSizes, fileStarts } = source;
  for (let content = 0; content < byteSizes.length; content++)
    for (let file = fileStarts[content]; file < fileStarts[content + 1]; file++) {
      if (copied[file] === 0 || kept[file] === 1) continue;
      copies++;
      gainBytes += byteSizes[content];
    }
  return { copies, gainBytes };
}

/** Of a scene only the first file of each content is a member. */
function indexFiles(table: GroupTable, order: Int32Array): (id: number) => number[] {
  const { source, strengths } = table;
  const groupsOf = new Map<number, number[]>();
  for (const group of order)
    for (const content of contentsOfGroup(table, group)) {
      const known = groupsOf.get(content);
      if (known) known.push(group);
      else groupsOf.set(content, [group]);
    }
  const contentOf = new Map<number, number>();
  for (const content of groupsOf.keys())
    for (let file = source.fileStarts[content]; file < source.fileStarts[content + 1]; file++)
      contentOf.set(source.files[file].file, content);
  return (id) => {
    const content = contentOf.get(id);
    if (content === undefined) return [];
    const isFirst = source.files[source.fileStarts[content]].file === id;
    return (groupsOf.get(content) ?? []).filter((group) => isFirst || strengths[group] !== relationStrength["same-scene"]);
  };
}
