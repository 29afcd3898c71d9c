/**
 * @file The folders of the collection.
 */
import type { PathBytes } from "../../base/path-bytes.ts";
import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, write } from "../statements.ts";

/** Absolute path bytes of every folder, in the order they were added. */
export function listFolders(store: ReadStore): PathBytes[] {
  return readAll<{ path: Buffer }>(store, "SELECT path FROM folders ORDER BY id").map((row) => row.path);
}

/** Adds a folder; nothing happens where it is there already. */
export function addFolder(store: WriteStore, path: PathBytes, nowMs: number): void {
  write(store, "INSERT INTO folders (path, added_at) VALUES (?, ?) ON CONFLICT (path) DO NOTHING", path, nowMs);
}
