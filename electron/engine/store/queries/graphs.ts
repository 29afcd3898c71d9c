/**
 * @file The neighbour graph and the map of one encoder, each a row of arrays with the fingerprint of what it was made from.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { float32FromBlob, int32FromBlob, toBlob } from "../arrays.ts";
import { readOne, write } from "../statements.ts";

export interface StoredGraph {
  readonly fingerprint: string;
  readonly k: number;
  readonly contentIds: Int32Array;
  readonly indices: Int32Array;
  readonly similarities: Float32Array;
  /** Share of the true neighbours that it holds; 1: searched exactly. */
  readonly recall: number;
}

export interface StoredMap {
  readonly fingerprint: string;
  readonly contentIds: Int32Array;
  /** [n, 2] */
  readonly coordinates: Float32Array;
  readonly clusters: Int32Array;
  /** Content id of each cluster's representative. */
  readonly representatives: Int32Array;
  readonly trustworthiness: number;
  readonly recall: number;
  /** Content ids of the points that were put beside their neighbours since the map was laid out. */
  readonly placed: Int32Array;
}

export function readGraph(store: ReadStore, encoderKey: number): StoredGraph | null {
  const row = readOne<{ fingerprint: string; k: number; content_ids: Buffer; indices: Buffer; similarities: Buffer; recall: number }>(
    store,
    "SELECT fingerprint, k, content_ids, indices, similarities, recall FROM graphs WHERE encoder_key = ?",
    encoderKey,
  );
  if (!row) return null;
  return {
    fingerprint: row.fingerprint,
    k: row.k,
    contentIds: int32FromBlob(row.content_ids),
    indices: int32FromBlob(row.indices),
    similarities: float32FromBlob(row.similarities),
    recall: row.recall,
  };
}

export function readGraphFingerprint(store: ReadStore, encoderKey: number): string | null {
  return readOne<{ fingerprint: string }>(store, "SELECT fingerprint FROM graphs WHERE encoder_key = ?", encoderKey)?.fingerprint ?? null;
}

/** Of the graph without reading it; null where there is none. */
export function readGraphRecall(store: ReadStore, encoderKey: number): number | null {
  return readOne<{ recall: number }>(store, "SELECT recall FROM graphs WHERE encoder_key = ?", encoderKey)?.recall ?? null;
}

export function saveGraph(store: WriteStore, encoderKey: number, graph: StoredGraph): void {
  write(
    store,
    "INSERT OR REPLACE INTO graphs (encoder_key, fingerprint, k, content_ids, indices, similarities, recall) VALUES (?, ?, ?, ?, ?, ?, ?)",
    encoderKey,
    graph.fingerprint,
    graph.k,
    toBlob(graph.contentIds),
    toBlob(graph.indices),
    toBlob(graph.similarities),
    graph.recall,
  );
}

export function readMap(store: ReadStore, encoderKey: number): StoredMap | null {
  const row = readOne<{
    fingerprint: string;
    content_ids: Buffer;
    coordinates: Buffer;
    clusters: Buffer;
    representatives: Buffer;
    trustworthiness: number;
    recall: number;
    placed: Buffer;
  }>(store, "SELECT * FROM maps WHERE encoder_key = ?", encoderKey);
  if (!row) return null;
  return {
    fingerprint: row.fingerprint,
    contentIds: int32FromBlob(row.content_ids),
    coordinates: float32FromBlob(row.coordinates),
    clusters: int32FromBlob(row.clusters),
    representatives: int32FromBlob(row.representatives),
    trustworthiness: row.trustworthiness,
    recall: row.recall,
    placed: int32FromBlob(row.placed),
  };
}

export function readMapFingerprint(store: ReadStore, encoderKey: number): string | null {
  return readOne<{ fingerprint: string }>(store, "SELECT fingerprint FROM maps WHERE encoder_key = ?", encoderKey)?.fingerprint ?? null;
}

export function saveMap(store: WriteStore, encoderKey: number, map: StoredMap): void {
  write(
    store,
    `INSERT OR REPLACE INTO maps (encoder_key, fingerprint, content_ids, coordinates, clusters, representatives, trustworthiness, recall, placed)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    encoderKey,
    map.fingerprint,
    toBlob(map.contentIds),
    toBlob(map.coordinates),
    toBlob(map.clusters),
    toBlob(map.representatives),
    map.trustworthiness,
    map.recall,
    toBlob(map.placed),
  );
}
