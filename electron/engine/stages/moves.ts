/**
 * @file Recognises files that moved: a new path whose content a known row holds, while that row's own path is gone. The row goes along
 * with its id, so whatever hangs on it (labels, selections, links) stays.
 */
import { lstatSync } from "node:fs";

import { fsPath, isInside } from "../base/path-bytes.ts";
import type { FoundFile } from "../ingest/scan/walk.ts";
import type { WriteStore } from "../store/database.ts";
import { deleteFile, fileById, filesOfContent, knowsOthers, moveFile, type FileRow } from "../store/queries/files.ts";
import { listFolders } from "../store/queries/folders.ts";

export interface Moves {
  /** Moves a row to this file's path if one fits, and says whether it did. Call inside a transaction. */
  take(file: FoundFile, known: FileRow | null, contentId: number): boolean;
}

/**
 * For one scan.
 * @param absent known rows that its listing did not find. What lies in a folder of the collection that is not there now (a drive taken off) has not moved.
 */
export function createMoves(store: WriteStore, scanId: number, absent: readonly FileRow[]): Moves {
  // Of a new folder nothing can have moved, and nobody asks for each of its files.
  if (absent.length === 0 && !knowsOthers(store, scanId)) return { take: () => false };
  const unfound = new Set(absent.map((row) => row.id));
  const away = listFolders(store).filter((folder) => isGone(folder));
  // The file system is asked once per row of a content: thousands of identical files stay linear.
  const gone = new Map<number, FileRow[]>();
  const goneOf = (contentId: number): FileRow[] => {
    let rows = gone.get(contentId);
    if (!rows) {
      const mayBeGone = (row: FileRow): boolean => row.scan_id !== scanId || row.state === "missing" || unfound.has(row.id);
      rows = filesOfContent(store, contentId).filter(
        (row) => mayBeGone(row) && isGone(row.path) && !away.some((folder) => isInside(row.path, folder)),
      );
      gone.set(contentId, rows);
    }
    return rows;
  };
  return {
    take: (file, known, contentId) => {
      const rows = goneOf(contentId);
      for (let row = rows.shift(); row; row = rows.shift()) {
        // Another file's move may have taken the row's place in the meantime.
        const now = fileById(store, row.id);
        if (row.id === known?.id || !now?.path.equals(row.path) || now.content_id !== contentId) continue;
        if (known) deleteFile(store, known.id);
        moveFile(store, row.id, file, scanId);
        return true;
      }
      return false;
    },
  };
}

/** True only where the system says that nothing is there; what cannot be looked at may well be. */
export function isGone(path: Buffer): boolean {
  try {
    lstatSync(fsPath(path));
    return false;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR";
  }
}
