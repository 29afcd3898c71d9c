/**
 * @file Keypoints of contents, by the version of what finds them.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, write } from "../statements.ts";

export interface KeypointsRow {
  readonly content_id: number;
  readonly points: Buffer;
  readonly inner_hash: Buffer | null;
}

export function listKeypoints(store: ReadStore, version: number): KeypointsRow[] {
  return readAll(store, "SELECT content_id, points, inner_hash FROM keypoints WHERE version = ?", version);
}

export function listContentsWithKeypoints(store: ReadStore, version: number): Set<number> {
  const rows = readAll<{ content_id: number }>(store, "SELECT content_id FROM keypoints WHERE version = ?", version);
  return new Set(rows.map((row) => row.content_id));
}

export function saveKeypoints(store: WriteStore, { content_id, points, inner_hash }: KeypointsRow, version: number): void {
  write(
    store,
    "INSERT OR REPLACE INTO keypoints (content_id, version, points, inner_hash) VALUES (?, ?, ?, ?)",
    content_id,
    version,
    points,
    inner_hash,
  );
}
