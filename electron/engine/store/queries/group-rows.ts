/**
 * @file What groups of duplicates are made from: verified pairs, and of the contents and files that take part the few columns that grouping needs, each in one flat query.
 */
import type { ReadStore } from "../database.ts";
import { readRaw } from "../statements.ts";
import { listHeldPairs, type HeldPairRow } from "./findings.ts";

export interface GroupContentRow {
  readonly id: number;
  readonly sizeBytes: number;
  readonly width: number;
  readonly height: number;
  readonly format: string;
  readonly capturedAt: number | null;
  readonly hasMetadata: boolean;
  readonly jpegQuality: number | null;
}

export interface GroupFileRow {
  readonly id: number;
  readonly path: Buffer;
  readonly content: number;
  readonly modifiedMs: number;
}

export interface GroupRows {
  /** With those that were set apart. */
  readonly pairs: readonly HeldPairRow[];
  readonly contents: readonly GroupContentRow[];
  readonly files: readonly GroupFileRow[];
}

/** Only contents of pairs and those that several files hold, and only present files. */
export function readGroupRows(store: ReadStore, verifierVersion: number): GroupRows {
  const pairs = listHeldPairs(store, verifierVersion);
  const shared = readRaw<[number]>(store, "SELECT content_id FROM files WHERE state = 'image' GROUP BY content_id HAVING COUNT(*) > 1");
  const involved = new Set(shared.map(([id]) => id));
  for (const { a, b } of pairs) involved.add(a).add(b);
  const wanted = JSON.stringify([...involved]);
  const columns = "id, size_bytes, width, height, format, captured_at, metadata <> '{}', jpeg_quality";
  const contents = new Map<number, GroupContentRow>();
  for (const [id, sizeBytes, width, height, format, capturedAt, hasMetadata, jpegQuality] of readRaw<
    [number, number, number, number, string, number | null, number, number | null]
  >(store, `SELECT ${columns} FROM contents WHERE error_code IS NULL AND id IN (SELECT value FROM json_each(?))`, wanted))
    contents.set(id, { id, sizeBytes, width, height, format, capturedAt, hasMetadata: hasMetadata === 1, jpegQuality });
  const files: GroupFileRow[] = [];
  const sql =
    "SELECT id, path, content_id, modified_us FROM files WHERE state = 'image' AND content_id IN (SELECT value FROM json_each(?)) ORDER BY id";
  for (const [id, path, content, modifiedUs] of readRaw<[number, Buffer, number, number]>(store, sql, wanted))
    if (contents.has(content)) files.push({ id, path, content, modifiedMs: modifiedUs / 1000 });
  return { pairs, contents: [...contents.values()], files };
}
