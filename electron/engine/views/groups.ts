/**
 * @file Groups of duplicates, made from the verified pairs and the files that are there, so they are always true to what is there.
 */
import type { DuplicateGroup, GroupId, ImageId } from "#protocol/model.ts";

import { BugError } from "../base/errors.ts";
import { showPath } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";
import { groupPairs } from "../duplicates/groups.ts";
import type { FileFacts, VerifiedPair } from "../duplicates/types.ts";
import { verifierVersion } from "../duplicates/version.ts";
import { contentFacts } from "../stages/duplicates-stage.ts";
import type { ReadStore } from "../store/database.ts";
import { contentById, type ContentRow } from "../store/queries/contents.ts";
import { filesOfContent, listSharedContents } from "../store/queries/files.ts";
import { listPairs } from "../store/queries/findings.ts";

export interface GroupsView {
  /** Most bytes to gain first. */
  readonly groups: readonly DuplicateGroup[];
  readonly ofImage: ReadonlyMap<number, readonly DuplicateGroup[]>;
  /** Images that are proposed as copies. */
  readonly copies: number;
  readonly gainBytes: number;
}

/** Reads only what takes part: contents of verified pairs and those that several files hold. */
export function buildGroups(store: ReadStore): GroupsView {
  const pairs = listPairs(store, verifierVersion).filter((pair): pair is typeof pair & VerifiedPair => pair.relation !== "none");
  const involved = new Set([...pairs.flatMap(({ a, b }) => [a, b]), ...listSharedContents(store)]);
  const contents = new Map<number, ContentRow>();
  const files = new Map<number, { readonly facts: FileFacts }>();
  for (const id of involved) {
    const row = contentById(store, id);
    const present = filesOfContent(store, id).filter((file) => file.state === "image");
    if (!row || row.error_code !== null || present.length === 0) continue;
    contents.set(id, row);
    for (const file of present) {
      const time = row.captured_at ?? file.modified_us / 1000;
      files.set(file.id, { facts: { file: file.id, content: id, path: showPath(file.path), time, hasMetadata: row.metadata !== "{}" } });
    }
  }
  const made = groupPairs({
    contents: [...contents.values()].map(contentFacts),
    files: [...files.values()].map(({ facts }) => facts),
    pairs,
  });
  const groups = made.map((group): DuplicateGroup => {
    const members = group.members.map(({ file, keep, reason }) => {
      const found = files.get(file);
      const row = found && contents.get(found.facts.content);
      if (!found || !row) throw new BugError(`group ${group.id} names file ${file}, which is not among the files`);
      return {
        id: file as ImageId,
        path: found.facts.path,
        width: row.width,
        height: row.height,
        sizeBytes: row.size_bytes,
        format: row.format,
        keep,
        reason,
      };
    });
    const gainBytes = members.reduce((sum, member) => sum + (member.keep ? 0 : member.sizeBytes), 0);
    return {
      id: group.id as GroupId,
      relation: group.relation,
      members,
      pairs: group.pairs.map((pair) => ({ ...pair, a: pair.a as ImageId, b: pair.b as ImageId })),
      gainBytes,
    };
  });
  groups.sort((one, other) => other.gainBytes - one.gainBytes || other.members.length - one.members.length || (one.id < other.id ? -1 : 1));
  const ofImage = new Map<number, DuplicateGroup[]>();
  const copies = new Map<number, number>();
  for (const group of groups)
    for (const member of group.members) {
      const others = ofImage.get(member.id);
      if (others) others.push(group);
      else ofImage.set(member.id, [group]);
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
