/**
 * @file Contents: what decoding told about each distinct sequence of bytes.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, readOne, readRaw, write } from "../statements.ts";

export interface ContentRow {
  readonly id: number;
  readonly hash: Buffer;
  readonly size_bytes: number;
  readonly decode_version: number;
  readonly error_code: string | null;
  readonly error_message: string | null;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly orientation: number;
  readonly channels: number;
  readonly bit_depth: number;
  readonly has_alpha: number;
  readonly frame_count: number;
  readonly average_colour: number;
  readonly perceptual: Buffer;
  readonly colour: Buffer;
  readonly quality: string;
  readonly sharpness: number | null;
  readonly captured_at: number | null;
  readonly metadata: string;
  /** 1..100; null: no JPEG, or not known. */
  readonly jpeg_quality: number | null;
}

/** The columns a decoded picture fills; `null` for a content that cannot be decoded. */
export type DecodedColumns = Omit<ContentRow, "id" | "hash" | "size_bytes" | "decode_version" | "error_code" | "error_message">;

const decodedNames = [
  "format",
  "width",
  "height",
  "orientation",
  "channels",
  "bit_depth",
  "has_alpha",
  "frame_count",
  "average_colour",
  "perceptual",
  "colour",
  "quality",
  "sharpness",
  "captured_at",
  "metadata",
  "jpeg_quality",
] as const satisfies readonly (keyof DecodedColumns)[];

const saveSql = `
  INSERT INTO contents (hash, size_bytes, decode_version, error_code, error_message, ${decodedNames.join(", ")})
  VALUES (?, ?, ?, ?, ?, ${decodedNames.map(() => "?").join(", ")})
  ON CONFLICT (hash) DO UPDATE SET decode_version = excluded.decode_version, error_code = excluded.error_code,
    error_message = excluded.error_message, ${decodedNames.map((name) => `${name} = excluded.${name}`).join(", ")}
  RETURNING id`;

export interface ContentWrite {
  /** 32 hex digits. */
  readonly hash: string;
  readonly sizeBytes: number;
  readonly decodeVersion: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly decoded: DecodedColumns | null;
}

/** Inserts or replaces by hash and gives the id. */
export function saveContent(store: WriteStore, content: ContentWrite): number {
  const decoded = decodedNames.map((name) => content.decoded?.[name] ?? null);
  const row = readOne<{ id: number }>(
    store,
    saveSql,
    Buffer.from(content.hash, "hex"),
    content.sizeBytes,
    content.decodeVersion,
    content.error?.code ?? null,
    content.error?.message ?? null,
    ...decoded,
  );
  return (row as { id: number }).id;
}

export function contentByHash(store: ReadStore, hash: string): ContentRow | undefined {
  return readOne<ContentRow>(store, "SELECT * FROM contents WHERE hash = ?", Buffer.from(hash, "hex"));
}

export function contentById(store: ReadStore, id: number): ContentRow | undefined {
  return readOne<ContentRow>(store, "SELECT * FROM contents WHERE id = ?", id);
}

/**
 * Hashes of the contents of this size, at most `limit`: a new file can be a copy of these only. The limit is part of the text (a caller has one or two): SQLite prepares a statement anew at each run whose
 * limit is bound, which took more than half of this query.
 */
export function hashesOfSize(store: ReadStore, sizeBytes: number, limit: number): string[] {
  return readRaw<[Buffer]>(store, `SELECT hash FROM contents WHERE size_bytes = ? LIMIT ${limit}`, sizeBytes).map(([hash]) =>
    hash.toString("hex"),
  );
}

const present = "FROM contents WHERE error_code IS NULL AND id IN (SELECT content_id FROM files WHERE state = 'image') ORDER BY hash";

/** Decoded contents that at least one present file holds, ordered by hash: the same folder gives the same order. */
export function listPresentContents(store: ReadStore): ContentRow[] {
  return readAll<ContentRow>(store, `SELECT * ${present}`);
}

/** Their ids alone, in the same order. */
export function listPresentContentIds(store: ReadStore): number[] {
  return readRaw<[number]>(store, `SELECT id ${present}`).map(([id]) => id);
}

/** Adds what was measured at full resolution after the first decode. `quality` is the whole JSON with it. */
export function saveSharpness(store: WriteStore, id: number, sharpness: number, quality: string): void {
  write(store, "UPDATE contents SET sharpness = ?, quality = ? WHERE id = ?", sharpness, quality, id);
}

/** Contents that `listPresentContents` gives, counted by format. */
export function countFormats(store: ReadStore): Record<string, number> {
  const rows = readAll<{ format: string; count: number }>(
    store,
    "SELECT format, COUNT(*) AS count FROM contents WHERE error_code IS NULL AND id IN (SELECT content_id FROM files WHERE state = 'image') GROUP BY format",
  );
  return Object.fromEntries(rows.map(({ format, count }) => [format, count]));
}
