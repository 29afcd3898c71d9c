/**
 * @file Groups of duplicates, made from the verified pairs and the files that are there, so they are always true to what is there.
 */
import type { DuplicateGroup, GroupId, ImageId } from "#protocol/model.ts";

import { showPath } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";
import { groupPairs } from "../duplicates/groups.ts";
import type { VerifiedPair } from "../duplicates/types.ts";
import { verifierVersion } from "../duplicates/version.ts";
import { contentFacts } from "../stages/duplicates-stage.ts";
import type { ReadStore } from "../store/database.ts";
import { listPresentContents, type ContentRow } from "../store/queries/contents.ts";
import { listPairs } from "../store/queries/findings.ts";
import type { Catalogue } from "./catalogue.ts";

export interface GroupsView {
  /** Most bytes to gain first. */
  readonly groups: readonly DuplicateGroup[];
  readonly ofImage: ReadonlyMap<number, readonly DuplicateGroup[]>;
  /** Images that are proposed as copies. */
  readonly copies: number;
  readonly gainBytes: number;
}

export function buildGroups(store: ReadStore, catalogue: Catalogue): GroupsView {
  const rows = listPresentContents(store);
  const contents = new Map(rows.map((row) => [row.id, row]));
  const { columns } = catalogue;
  const files = catalogue.paths.flatMap((path, position) => {
    const row = contents.get(catalogue.contentIds[position] as number);
    // The catalogue was read a moment earlier; since then indexing may have found the file changed or gone.
    if (!row) return [];
    return { file: columns.ids[position] as number, content: row.id, path: showPath(path), time: columns.times[position] as number, hasMetadata: row.metadata !== "{}" };
  });
  const pairs = listPairs(store, verifierVersion).filter((pair): pair is typeof pair & VerifiedPair => pair.relation !== "none");
  const made = groupPairs({ contents: rows.map(contentFacts), files, pairs });
  const groups = made.map((group): DuplicateGroup => {
    const members = group.members.map(({ file, keep, reason }) => {
      const position = catalogue.positions.get(file) as number;
      const row = contents.get(catalogue.contentIds[position] as number) as ContentRow;
      return {
        id: file as ImageId,
        path: showPath(catalogue.paths[position] as Buffer),
        width: row.width,
        height: row.height,
        sizeBytes: row.size_bytes,
        format: row.format,
        keep,
        reason,
      };
    });
    const gainBytes = members.reduce((sum, member) => sum + (member.keep ? 0 : member.sizeBytes), 0);
    return { id: group.id as GroupId, relation: group.relation, members, pairs: group.pairs.map((pair) => ({ ...pair, a: pair.a as ImageId, b: pair.b as ImageId })), gainBytes };
  });
  groups.sort((one, other) => other.gainBytes - one.gainBytes || other.members.length - one.members.length || (one.id < other.id ? -1 : 1));
  const ofImage = new Map<number, DuplicateGroup[]>();
  const copies = new Map<number, number>();
  for (const group of groups)
    for (const member of group.members) {
      ofImage.set(member.id, [...(ofImage.get(member.id) ?? []), group]);
      if (!member.keep) copies.set(member.id, member.sizeBytes);
    }
  // An image may be a copy in several groups; its bytes are gained once.
  return { groups, ofImage, copies: copies.size, gainBytes: [...copies.values()].reduce((sum, bytes) => sum + bytes, 0) };
}

export function pageOfGroups(
  collection: Collection,
  { offset, limit, relation }: { offset: number; limit: number; relation: string | null },
): { groups: DuplicateGroup[]; total: number; gainBytes: number } {
  const { groups, gainBytes } = collection.groups();
  const chosen = relation === null ? groups : groups.filter((group) => group.relation === relation);
  return { groups: chosen.slice(offset, offset + limit), total: chosen.length, gainBytes };
}

export function groupsOfImage(collection: Collection, id: ImageId): DuplicateGroup[] {
  return [...(collection.groups().ofImage.get(id) ?? [])];
}
