/**
 * @file From what the system says has changed to the folders that must be listed again.
 */
import { lstatSync, statSync } from "node:fs";

import { fsPath, isInside, splitPath, type PathBytes } from "../base/path-bytes.ts";
import type { Hint } from "./subscribe.ts";

/** More folders than that are listed as one. */
const mostPlaces = 100;

/** Folders inside `roots` that hold all that was named, none inside another. A root that is not there is left out. */
export function placesToList(hints: readonly Hint[], roots: readonly PathBytes[]): PathBytes[] {
  const places = new Map<string, PathBytes>();
  for (const { path } of hints) {
    const root = roots.find((each) => isInside(path, each));
    if (root === undefined) continue;
    // What was named may be gone, and the folder it lay in too.
    let place = path;
    while (!place.equals(root) && !isFolder(place)) place = splitPath(place).folder;
    if (!place.equals(root) || isThere(root)) places.set(place.toString("latin1"), place);
  }
  const all = [...places.values()];
  const outermost = all.length > mostPlaces ? roots.filter((root) => all.some((place) => isInside(place, root))) : all;
  return outermost.filter((place) => !outermost.some((other) => other !== place && isInside(place, other)));
}

/** A folder that came brings folders along that are not listened to. A root that counts as new is to be looked at as if for the first time. */
export function bringsFolder(hints: readonly Hint[], root: PathBytes): boolean {
  return hints.some(({ path, isNew }) => isNew && isInside(path, root) && (path.equals(root) || isFolder(path)));
}

/** Below a root links to folders are not followed. */
function isFolder(path: PathBytes): boolean {
  try {
    return lstatSync(fsPath(path)).isDirectory();
  } catch {
    return false;
  }
}

/** A root may be a link to a folder. */
export function isThere(root: PathBytes): boolean {
  try {
    return statSync(fsPath(root)).isDirectory();
  } catch {
    return false;
  }
}
