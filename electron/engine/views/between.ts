/**
 * @file Duplicates between two folders of a collection: what of one lies in the other too. For a training and a test set this is what leaked.
 */
import { isAbsolute } from "node:path";

import type { SharedOfFolder, Strictness } from "#protocol/duplicates-contract.ts";
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";

import { UserError } from "../base/errors.ts";
import { isInside, showPath, type PathBytes } from "../base/path-bytes.ts";
import type { Collection } from "../collection.ts";
import { groupsBetween, type CrossGroup } from "../duplicates/between.ts";
import { knownSpelling, pathFromText } from "../ingest/scan/folders.ts";
import { listFolders } from "../store/queries/folders.ts";
import { writeOut } from "./groups.ts";

export interface BetweenFolders {
  readonly groups: readonly DuplicateGroup[];
  readonly a: SharedOfFolder;
  readonly b: SharedOfFolder;
}

/** Folders as a person writes them: absolute, from here, or from a folder of the collection. */
export function duplicatesBetween(
  collection: Collection,
  { a, b, strictness }: { a: string; b: string; strictness: Strictness },
): BetweenFolders {
  const [first, second] = [a, b].map((text) => folderOf(collection, text)) as [PathBytes, PathBytes];
  if (isInside(first, second) || isInside(second, first))
    throw new UserError(
      "folders-overlap",
      first.equals(second)
        ? `Both folders are ${showPath(first)}; expected two folders of which neither lies in the other.`
        : `${showPath(isInside(first, second) ? first : second)} lies inside ${showPath(isInside(first, second) ? second : first)}; expected two folders of which neither lies in the other.`,
    );
  const [inFirst, inSecond] = [first, second].map((folder) => imagesIn(collection, folder)) as [Set<number>, Set<number>];
  const maker = collection.groupMaker();
  const table = maker.tableOf((file) => inFirst.has(file) || inSecond.has(file), strictness);
  const found = groupsBetween(table, (file) => inFirst.has(file));
  const groups = found.map((group) => writeOut(maker, group));
  groups.sort(
    (one, other) =>
      Number(one.relation === "same-scene") - Number(other.relation === "same-scene") ||
      other.members.length - one.members.length ||
      one.members[0].id - other.members[0].id ||
      (one.id < other.id ? -1 : 1),
  );
  return { groups, a: sharedOf(first, inFirst, found), b: sharedOf(second, inSecond, found) };
}

function sharedOf(folder: PathBytes, images: ReadonlySet<number>, groups: readonly CrossGroup[]): SharedOfFolder {
  const shared = new Set<number>();
  const scenes = new Set<number>();
  for (const { pairs } of groups)
    for (const { a, b, relation } of pairs)
      for (const file of [a, b]) if (images.has(file)) (relation === "same-scene" ? scenes : shared).add(file);
  return {
    folder: showPath(folder),
    images: images.size,
    shared: shared.size,
    scenes: [...scenes].filter((file) => !shared.has(file)).length,
  };
}

function imagesIn(collection: Collection, folder: PathBytes): Set<number> {
  const { columns, paths } = collection.catalogue();
  const found = new Set<number>();
  paths.forEach((path, position) => {
    if (isInside(path, folder)) found.add(columns.ids[position]);
  });
  if (found.size === 0)
    throw new UserError("folder-empty", `No image of this collection lies in ${showPath(folder)}; expected a folder with some.`);
  return found;
}

function folderOf({ store }: Collection, text: string): PathBytes {
  const known = listFolders(store);
  const isKnown = (path: PathBytes): boolean => known.some((folder) => isInside(path, folder));
  const typed = knownSpelling(withoutSlash(pathFromText(text)), known);
  if (isKnown(typed)) return typed;
  if (!isAbsolute(text)) {
    const from = known.map((folder) => pathFromText(`${showPath(folder)}/${text}`)).filter(isKnown);
    if (from.length === 1) return withoutSlash(from[0] as PathBytes);
  }
  throw new UserError(
    "folder-outside",
    `${showPath(typed)} is outside of this collection; expected a folder in ${known.map(showPath).join(" or ")}.`,
  );
}

/** `resolve` leaves none but at a root; the shown form may. */
function withoutSlash(path: PathBytes): PathBytes {
  return path.length > 1 && path[path.length - 1] === 0x2f ? path.subarray(0, -1) : path;
}
