/**
 * @file Recognises files that moved: a new path whose content a known row holds, while that row's own path is gone. The row goes along
 * with its id, so whatever hangs on it (labels, selections, links) stays.
 */
import { lstatSync } from "node:fs";

import { fsPath } from "../base/path-bytes.ts";
import type { FoundFile } from "../ingest/scan/walk.ts";
import type { WriteStore } from "../store/database.ts";
import { deleteFile, filesOfContent, moveFile, type FileRow } from "../store/queries/files.ts";

export interface Moves {
  /** Moves a row to this file's path if one fits, and says whether it did. Call inside a transaction. */
  take(file: FoundFile, known: FileRow | null, contentId: number, scanId: number): boolean;
}

export function createMoves(store: WriteStore): Moves {
  return {
    take: (file, known, contentId, scanId) => {
      // Usually nobody else holds this content, and nothing is asked of the file system.
      const row = filesOfContent(store, contentId).find((each) => each.id !== known?.id && !exists(each.path));
      if (!row) return false;
      if (known) deleteFile(store, known.id);
      moveFile(store, row.id, file, scanId);
      return true;
    },
  };
}

function exists(path: Buffer): boolean {
  try {
    lstatSync(fsPath(path));
    return true;
  } catch {
    return false;
  }
}
