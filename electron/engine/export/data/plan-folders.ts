/**
 * @file Which image goes where when a selection is written as folders: one folder a class, names that are taken get a number. Nothing is written here.
 */
import { lstatSync, readdirSync, statSync } from "node:fs";

import { fsPath, splitPath, type PathBytes } from "../../base/path-bytes.ts";
import type { ClassOf } from "./classes.ts";
import { createNames, folderName } from "./folder-names.ts";
import type { ImageFacts } from "./image-facts.ts";

export interface PlannedFile {
  readonly image: ImageFacts;
  readonly className: string;
  /** Absolute. */
  readonly folder: PathBytes;
  readonly name: Buffer;
}

export interface FolderPlan {
  readonly files: readonly PlannedFile[];
  readonly folders: readonly { readonly name: string; readonly path: PathBytes; readonly images: number }[];
  readonly leftOut: number;
  /** Of all images in the plan. */
  readonly bytes: number;
  /** Images that get another name than their own. */
  readonly renamed: number;
}

/** Clusters take every image: those in none get this folder. Images without a label or a group are left out. */
const noCluster = "no cluster";

export function planFolders(out: PathBytes, images: readonly ImageFacts[], classes: ClassOf): FolderPlan {
  // A folder of a class's name that is there already is filled up; anything else of that name is in the way.
  const folderNames = createNames(
    namesIn(out).filter((name) => !isFolder(join(out, name))),
    "folders",
  );
  const names = classes.by === "cluster" ? [...classes.names, noCluster] : classes.names;
  const folders = names.map((name) => {
    const path = join(out, folderNames(Buffer.from(folderName(name))));
    return { name, path, nameFor: createNames(namesIn(path)), images: 0 };
  });
  const files: PlannedFile[] = [];
  let [bytes, renamed] = [0, 0];
  images.forEach((image, index) => {
    const own = classes.of[index] as number;
    const folder = folders[own < 0 && classes.by === "cluster" ? folders.length - 1 : own];
    if (folder === undefined) return;
    const wanted = splitPath(image.path).name;
    const name = folder.nameFor(wanted);
    folder.images++;
    bytes += image.sizeBytes;
    if (!name.equals(wanted)) renamed++;
    files.push({ image, className: folder.name, folder: folder.path, name });
  });
  return {
    files,
    folders: folders.filter((folder) => folder.images > 0).map(({ name, path, images: count }) => ({ name, path, images: count })),
    leftOut: images.length - files.length,
    bytes,
    renamed,
  };
}

export function join(folder: PathBytes, name: Uint8Array): PathBytes {
  return Buffer.concat([folder, Buffer.from("/"), name]);
}

/** Empty where there is no such folder. */
export function namesIn(folder: PathBytes): Buffer[] {
  try {
    return readdirSync(fsPath(folder), { encoding: "buffer" }).map((name) => Buffer.from(name));
  } catch {
    return [];
  }
}

/** Also true for a link to one. */
function isFolder(path: PathBytes): boolean {
  try {
    return lstatSync(fsPath(path)).isDirectory() || statSync(fsPath(path)).isDirectory();
  } catch {
    return false;
  }
}
