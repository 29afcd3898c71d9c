/**
 * @file The folders inside a folder, for choosing one where no system dialog can be shown (the app in a browser).
 */
import { readdirSync, statSync, type Dirent } from "node:fs";
import { dirname, join, resolve } from "node:path";

import type { FileEntry, FolderEntry } from "#protocol/model.ts";

import { UserError } from "../base/errors.ts";
import { compareNaturally } from "../base/natural-order.ts";
import { formatByName } from "../ingest/decode/sniff.ts";

export interface FolderList {
  readonly path: string;
  readonly parent: string | null;
  readonly folders: FolderEntry[];
  /** Files directly in it with one of the endings that were asked for. */
  readonly files: FileEntry[];
  /** Files directly in it whose names look like images. */
  readonly images: number;
}

export interface FolderWishes {
  readonly hidden: boolean;
  /** Without a dot, such as "onnx". */
  readonly endings: readonly string[];
}

export function listFolder(path: string, { hidden, endings }: FolderWishes): FolderList {
  const folder = resolve(path);
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === "ENOENT") throw new UserError("folder-missing", `The folder ${folder} does not exist.`, { cause: thrown });
    if (code === "ENOTDIR") throw new UserError("not-a-folder", `${folder} is a file; expected a folder.`, { cause: thrown });
    throw new UserError("folder-permission", `The folder ${folder} cannot be read (${code ?? "unknown"}).`, { cause: thrown });
  }
  const parent = dirname(folder);
  const byName = (one: FolderEntry, other: FolderEntry): number => compareNaturally(one.name, other.name);
  const isShown = ({ name }: Dirent): boolean => hidden || !name.startsWith(".");
  const isWanted = ({ name }: Dirent): boolean => endings.some((ending) => name.toLowerCase().endsWith(`.${ending.toLowerCase()}`));
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: entries
      .filter((entry) => entry.isDirectory() && isShown(entry))
      .map((entry) => ({ name: entry.name, path: join(folder, entry.name) }))
      .sort(byName),
    files: entries
      .filter((entry) => !entry.isDirectory() && isShown(entry) && isWanted(entry))
      .flatMap(({ name }) => {
        const stats = statSync(join(folder, name), { throwIfNoEntry: false });
        return stats?.isFile() === true ? [{ name, path: join(folder, name), sizeBytes: stats.size }] : [];
      })
      .sort(byName),
    images: entries.filter((entry) => entry.isFile() && formatByName(Buffer.from(entry.name)) !== null).length,
  };
}
