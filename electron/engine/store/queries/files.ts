/**
 * @file Files: one row per path. What a scan decides about a path is written here together with what decoding told.
 */
import type { PathBytes } from "../../base/path-bytes.ts";
import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, readOne, readRaw, write } from "../statements.ts";

export type FileState = "image" | "unreadable" | "unsupported" | "missing";
export type FileOutcome = "added" | "unchanged" | "moved" | "missing" | "unreadable" | "unsupported";

export interface FileRow {
  readonly id: number;
  readonly path: PathBytes;
  readonly size_bytes: number;
  readonly modified_us: number;
  readonly state: FileState;
  readonly content_id: number | null;
  readonly scan_id: number;
  readonly outcome: FileOutcome;
  /** Why it is unreadable. */
  readonly error_code: string | null;
}

export interface FileWrite {
  readonly path: PathBytes;
  readonly sizeBytes: number;
  readonly modifiedUs: number;
  readonly isLink: boolean;
  readonly state: FileState;
  readonly contentId: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly scanId: number;
  readonly outcome: FileOutcome;
}

const columns = "id, path, size_bytes, modified_us, state, content_id, scan_id, outcome, error_code";

/** A page of all files in order of their ids, those after `id`. */
export function listFilesAfter(store: ReadStore, id: number, limit: number): FileRow[] {
  return readAll<FileRow>(store, `SELECT ${columns} FROM files WHERE id > ? ORDER BY id LIMIT ?`, id, limit);
}

export function filesOfContent(store: ReadStore, contentId: number): FileRow[] {
  return readAll<FileRow>(store, `SELECT ${columns} FROM files WHERE content_id = ?`, contentId);
}

/** Paths of the present files by their content, in order. */
export function pathsOfContents(store: ReadStore): Map<number, Buffer[]> {
  const paths = new Map<number, Buffer[]>();
  for (const [id, path] of readRaw<[number, Buffer]>(store, "SELECT content_id, path FROM files WHERE state = 'image' ORDER BY path")) {
    const known = paths.get(id);
    if (known === undefined) paths.set(id, [path]);
    else known.push(path);
  }
  return paths;
}

/** The first of them. */
export function pathByContent(store: ReadStore): Map<number, Buffer> {
  return new Map(Array.from(pathsOfContents(store), ([id, [first]]) => [id, first as Buffer]));
}

export function fileByPath(store: ReadStore, path: PathBytes): FileRow | undefined {
  return readOne<FileRow>(store, `SELECT ${columns} FROM files WHERE path = ?`, path);
}

export function fileById(store: ReadStore, id: number): (FileRow & { is_link: number }) | undefined {
  return readOne(store, `SELECT ${columns}, is_link FROM files WHERE id = ?`, id);
}

/** Inserts or replaces what is known of a path; the id of a known path stays. */
export function saveFile(store: WriteStore, file: FileWrite): number {
  const sql = `
    INSERT INTO files (path, size_bytes, modified_us, is_link, state, content_id, error_code, error_message, scan_id, outcome)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET size_bytes = excluded.size_bytes, modified_us = excluded.modified_us, is_link = excluded.is_link,
      state = excluded.state, content_id = excluded.content_id, error_code = excluded.error_code, error_message = excluded.error_message,
      scan_id = excluded.scan_id, outcome = excluded.outcome
    RETURNING id`;
  const row = readOne<{ id: number }>(
    store,
    sql,
    file.path,
    file.sizeBytes,
    file.modifiedUs,
    file.isLink ? 1 : 0,
    file.state,
    file.contentId,
    file.error?.code ?? null,
    file.error?.message ?? null,
    file.scanId,
    file.outcome,
  );
  return (row as { id: number }).id;
}

/** A scan found the file as it was. */
export function touchFile(store: WriteStore, id: number, scanId: number, outcome: FileOutcome): void {
  write(store, "UPDATE files SET scan_id = ?, outcome = ? WHERE id = ?", scanId, outcome, id);
}

/** A known image in a folder that cannot be read now: it stays an image, and the scan says why it was not seen. */
export function hideFile(store: WriteStore, id: number, error: { readonly code: string; readonly message: string }, scanId: number): void {
  write(
    store,
    "UPDATE files SET error_code = ?, error_message = ?, scan_id = ?, outcome = 'unreadable' WHERE id = ?",
    error.code,
    error.message,
    scanId,
    id,
  );
}

export function markMissing(store: WriteStore, id: number, scanId: number): void {
  write(store, "UPDATE files SET state = 'missing', scan_id = ?, outcome = 'missing' WHERE id = ?", scanId, id);
}

/** A known file turned up at another path: the row, and with it the id, goes along. */
export function moveFile(
  store: WriteStore,
  id: number,
  to: { path: PathBytes; sizeBytes: number; modifiedUs: number; isLink: boolean },
  scanId: number,
): void {
  write(
    store,
    "UPDATE files SET path = ?, size_bytes = ?, modified_us = ?, is_link = ?, state = 'image', scan_id = ?, outcome = 'moved' WHERE id = ?",
    to.path,
    to.sizeBytes,
    to.modifiedUs,
    to.isLink ? 1 : 0,
    scanId,
    id,
  );
}

/** Whether any row was not judged by this scan, or is missing. */
export function knowsOthers(store: ReadStore, scanId: number): boolean {
  return readOne(store, "SELECT 1 AS found FROM files WHERE scan_id <> ? OR state = 'missing' LIMIT 1", scanId) !== undefined;
}

/** Forgets the row of a path that another row moves to. */
export function deleteFile(store: WriteStore, id: number): void {
  write(store, "DELETE FROM files WHERE id = ?", id);
}

/** Contents that several present files hold. */
export function listSharedContents(store: ReadStore): number[] {
  return readAll<{ content_id: number }>(
    store,
    "SELECT content_id FROM files WHERE state = 'image' GROUP BY content_id HAVING COUNT(*) > 1",
  ).map((row) => row.content_id);
}

export function countUnreadable(store: ReadStore): number {
  return (
    readOne<{ count: number }>(
      store,
      "SELECT COUNT(*) AS count FROM files WHERE outcome = 'unreadable' AND state IN ('unreadable', 'image')",
    ) as { count: number }
  ).count;
}

export function countOutcomes(store: ReadStore, scanId: number): { outcome: FileOutcome; count: number }[] {
  return readAll(store, "SELECT outcome, COUNT(*) AS count FROM files WHERE scan_id = ? GROUP BY outcome", scanId);
}

export function countImages(store: ReadStore): number {
  return (readOne<{ count: number }>(store, "SELECT COUNT(*) AS count FROM files WHERE state = 'image'") as { count: number }).count;
}

export function countMissing(store: ReadStore): number {
  return (readOne<{ count: number }>(store, "SELECT COUNT(*) AS count FROM files WHERE state = 'missing'") as { count: number }).count;
}

/** Files that cannot be read, and images that lie in folders that cannot. */
export function listUnreadable(
  store: ReadStore,
  scanId: number | null = null,
): { path: PathBytes; error_code: string; error_message: string }[] {
  const where = scanId === null ? "" : " AND scan_id = ?";
  return readAll(
    store,
    `SELECT path, error_code, error_message FROM files WHERE outcome = 'unreadable' AND state IN ('unreadable', 'image')${where} ORDER BY path`,
    ...(scanId === null ? [] : [scanId]),
  );
}
