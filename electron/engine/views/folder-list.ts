/**
 * @file The folders inside a folder, for choosing one where no system dialog can be shown (the app in a browser).
 */
import { readdirSync, type Dirent } from "node:fs";
import { dirname, join, resolve } from "node:path";

import type { FolderEntry } from "#protocol/model.ts";

import { UserError } from "../base/errors.ts";
import { formatByName } from "../ingest/decode/sniff.ts";

export interface FolderList {
  readonly path: string;
  readonly parent: string | null;
  readonly folders: FolderEntry[];
  /** Files directly in it whose names look like images. */
  readonly images: number;
}

export function listFolder(path: string, { hidden }: { hidden: boolean }): FolderList {
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
  const collator = new Intl.Collator("en", { numeric: true });
  return {
    path: folder,
    parent: parent === folder ? null : parent,
    folders: entries
      .filter((entry) => entry.isDirectory() && (hidden || !entry.name.startsWith(".")))
      .map((entry) => ({ name: entry.name, path: join(folder, entry.name) }))
      .sort((one, other) => collator.compare(one.name, other.name)),
    images: entries.filter((entry) => entry.isFile() && formatByName(Buffer.from(entry.name)) !== null).length,
  };
}
