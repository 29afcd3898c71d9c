/**
 * @file Encoders and their embeddings (float16 in the file, float32 in memory).
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, readOne, write } from "../statements.ts";

export interface EncoderRow {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly dimensions: number;
  readonly weights_hash: string;
  readonly preprocessing_version: number;
}

export type EncoderWrite = Omit<EncoderRow, "key">;

/** The row of exactly this encoder, made where it is missing. */
export function saveEncoder(store: WriteStore, encoder: EncoderWrite): EncoderRow {
  write(
    store,
    `INSERT INTO encoders (id, name, source, dimensions, weights_hash, preprocessing_version) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id, weights_hash, preprocessing_version) DO NOTHING`,
    encoder.id,
    encoder.name,
    encoder.source,
    encoder.dimensions,
    encoder.weights_hash,
    encoder.preprocessing_version,
  );
  return encoderRow(store, encoder) as EncoderRow;
}

export function encoderRow(store: ReadStore, encoder: EncoderWrite): EncoderRow | undefined {
  return readOne<EncoderRow>(
    store,
    "SELECT * FROM encoders WHERE id = ? AND weights_hash = ? AND preprocessing_version = ?",
    encoder.id,
    encoder.weights_hash,
    encoder.preprocessing_version,
  );
}

/** Encoders that have embedded anything here, the newest last. */
export function listEncoderRows(store: ReadStore): EncoderRow[] {
  return readAll<EncoderRow>(
    store,
    "SELECT * FROM encoders WHERE EXISTS (SELECT 1 FROM embeddings e WHERE e.encoder_key = encoders.key) ORDER BY key",
  );
}

export function saveEmbedding(store: WriteStore, encoderKey: number, contentId: number, vector: Buffer): void {
  write(
    store,
    "INSERT INTO embeddings (encoder_key, content_id, vector) VALUES (?, ?, ?) ON CONFLICT (encoder_key, content_id) DO UPDATE SET vector = excluded.vector",
    encoderKey,
    contentId,
    vector,
  );
}

export function hasEmbedding(store: ReadStore, encoderKey: number, contentId: number): boolean {
  return readOne(store, "SELECT 1 AS found FROM embeddings WHERE encoder_key = ? AND content_id = ?", encoderKey, contentId) !== undefined;
}

/** The vector of one content; null where this encoder has not seen it. */
export function readEmbedding(store: ReadStore, encoderKey: number, contentId: number): Buffer | null {
  const sql = "SELECT vector FROM embeddings WHERE encoder_key = ? AND content_id = ?";
  return readOne<{ vector: Buffer }>(store, sql, encoderKey, contentId)?.vector ?? null;
}

/** Contents of present files that this encoder has not seen. */
export function listUnembeddedContents(store: ReadStore, encoderKey: number): number[] {
  return readAll<{ content_id: number }>(
    store,
    `SELECT DISTINCT content_id FROM files WHERE state = 'image'
     AND NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.encoder_key = ? AND e.content_id = files.content_id)`,
    encoderKey,
  ).map((row) => row.content_id);
}

/** Present images that this encoder has seen. */
export function countEmbeddedImages(store: ReadStore, encoderKey: number): number {
  const counted = readOne<{ count: number }>(
    store,
    `SELECT count(*) AS count FROM files WHERE state = 'image'
     AND EXISTS (SELECT 1 FROM embeddings e WHERE e.encoder_key = ? AND e.content_id = files.content_id)`,
    encoderKey,
  );
  return counted?.count ?? 0;
}

/** Every embedding of an encoder, also of contents that are away now, one at a time: a million of them are more than memory should hold twice. */
export function eachEmbedding(store: ReadStore, encoderKey: number): Iterable<[contentId: number, vector: Buffer]> {
  const sql = "SELECT content_id, vector FROM embeddings WHERE encoder_key = ?";
  return store.sqlite.prepare(sql).raw(true).iterate(encoderKey) as Iterable<[number, Buffer]>;
}

/** Ids of the present contents that have one, in the order of their hashes: it follows from what is in the folder, not from the order of reading. */
export function listEmbeddedContents(store: ReadStore, encoderKey: number): number[] {
  return readAll<{ content_id: number }>(
    store,
    `SELECT e.content_id FROM embeddings e JOIN contents c ON c.id = e.content_id WHERE e.encoder_key = ?
     AND e.content_id IN (SELECT content_id FROM files WHERE state = 'image') ORDER BY c.hash`,
    encoderKey,
  ).map((row) => row.content_id);
}
