/**
 * @file The folders a person names: found by what was typed, checked before anything is made or written, and brought to one spelling. A
 * folder reached through a link is the same folder: its pictures must not stand in a collection twice, as "duplicates" of themselves.
 */
import { accessSync, constants, lstatSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { UserError } from "../../base/errors.ts";
import { fsPath, isInside, parseShownPath, showPath, splitPath, toPathBytes, type PathBytes } from "../../base/path-bytes.ts";

/** Absolute bytes of a path that was typed or copied from our own output: as it stands where that exists, else read as the shown form. */
export function pathFromText(text: string): PathBytes {
  const typed = toPathBytes(text);
  if (!/\\x[0-9A-F]{2}/.test(text) || exists(typed)) return typed;
  return parseShownPath(typed.toString());
}

/** Throws a UserError where this is no folder that can be read. */
export function requireFolder(folder: PathBytes): void {
  const shown = showPath(folder);
  let isFolder: boolean;
  try {
    isFolder = statSync(fsPath(folder)).isDirectory();
    if (isFolder) accessSync(fsPath(folder), constants.R_OK | constants.X_OK);
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === "EACCES" || code === "EPERM")
      throw new UserError("folder-permission", `No permission to read the folder ${shown}.`, { cause: thrown });
    throw new UserError(
      "folder-missing",
      `The folder ${shown} does not exist (${code ?? "unknown"}). If it is on a removable or network drive, connect it and try again; what is known of its pictures stays.`,
      { cause: thrown },
    );
  }
  if (!isFolder) throw new UserError("not-a-folder", `${shown} is a file; expected a folder of images.`);
}

/**
 * The workspace is ours, an image folder is not: neither may lie in the other, through whatever links they are named. One exception: a folder
 * that holds our whole data directory, such as a home directory. The walk leaves that directory out (`WalkOptions.leaveOut`).
 */
export function requireApart(workspace: string, folders: readonly PathBytes[], dataFolder: string): void {
  const ours = Buffer.from(realPathOfFuture(workspace));
  const data = Buffer.from(realPathOfFuture(dataFolder));
  for (const folder of folders) {
    const theirs = realPath(folder);
    const isLeftOut = isInside(ours, data) && isInside(data, theirs) && !data.equals(theirs);
    if (isInside(ours, theirs) && !isLeftOut)
      throw new UserError(
        "workspace-inside-folder",
        `The workspace ${workspace} lies inside the image folder ${showPath(folder)}, where Likeness writes nothing. Name another place with --workspace, or a folder of images beside it.`,
      );
    if (isInside(theirs, ours))
      throw new UserError(
        "folder-inside-workspace",
        `The image folder ${showPath(folder)} lies inside the workspace ${workspace}. Name another place with --workspace.`,
      );
  }
}

/** Throws a UserError where files that are about to be written would lie inside a folder of images, through whatever links it is named. */
export function requireOutside(target: string, images: readonly PathBytes[]): void {
  const ours = Buffer.from(realPathOfFuture(target));
  const inside = images.find((folder) => isInside(ours, realPath(folder)));
  if (inside !== undefined)
    throw new UserError(
      "inside-image-folder",
      `${target} lies inside the image folder ${showPath(inside)}, where Likeness writes nothing. Name a folder beside it.`,
    );
}

/** The spelling under which a collection knows this path: of a folder's two names (one through a link) the one it was added by. */
export function knownSpelling(path: PathBytes, known: readonly PathBytes[]): PathBytes {
  if (known.some((folder) => isInside(path, folder))) return path;
  const real = realPath(path);
  for (const folder of known) {
    const realFolder = realPath(folder);
    if (isInside(real, realFolder)) return Buffer.concat([folder, real.subarray(realFolder.length)]);
  }
  return path;
}

/** As `knownSpelling`, for a file: a link to a file stays what it is, only its folder is looked at. */
export function knownFileSpelling(path: PathBytes, known: readonly PathBytes[]): PathBytes {
  const { folder, name } = splitPath(path);
  const spelled = knownSpelling(folder, known);
  return spelled === folder ? path : Buffer.concat([spelled, Buffer.from("/"), name]);
}

/** Each folder once, in its known spelling, and none that lies inside another of them. */
export function distinctFolders(folders: readonly PathBytes[], known: readonly PathBytes[]): PathBytes[] {
  const spelled: PathBytes[] = [];
  for (const folder of folders) spelled.push(knownSpelling(folder, [...known, ...spelled]));
  return spelled.filter(
    (folder, index) => !spelled.some((other, at) => at !== index && isInside(folder, other) && (!folder.equals(other) || at < index)),
  );
}

function exists(path: PathBytes): boolean {
  try {
    lstatSync(fsPath(path));
    return true;
  } catch {
    return false;
  }
}

/** Without links; the path itself where that cannot be told. */
export function realPath(path: PathBytes): PathBytes {
  try {
    return Buffer.from(realpathSync.native(fsPath(path), { encoding: "buffer" }));
  } catch {
    return path;
  }
}

/** Of a folder that need not exist yet. */
function realPathOfFuture(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync.native(absolute);
  } catch {
    const parent = dirname(absolute);
    return parent === absolute ? absolute : resolve(realPathOfFuture(parent), absolute.slice(parent.length).replace(/^[/\\]+/, ""));
  }
}
