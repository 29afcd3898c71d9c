/**
 * @file Verified pairs, outlier scores, issues, and the marks that say from which rows a stage's findings were made.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { int32FromBlob, toBlob } from "../arrays.ts";
import { readAll, readOne, write } from "../statements.ts";
import { kindOf } from "./kind.ts";
import { seriesOfContents } from "./series.ts";

export type PairRelation = "identical-pixels" | "same-picture" | "same-scene" | "none";

export interface PairRow {
  /** Content ids, a < b. */
  readonly a: number;
  readonly b: number;
  readonly relation: PairRelation;
  readonly score: number;
  /** JSON of a PictureEdit from a to b; null where there is none. */
  readonly edit?: string | null;
}

export interface HeldPairRow extends PairRow {
  readonly relation: Exclude<PairRelation, "none">;
}

export interface OutlierRow {
  readonly contentId: number;
  readonly score: number;
  readonly percentile: number;
  readonly nearest: Int32Array;
}

export interface IssueRow {
  readonly content_id: number;
  readonly kind: string;
  readonly value: number;
  readonly threshold: number;
}

/** Pairs that hold by this version of the verifier, but for those that a person set apart. */
export function listPairs(store: ReadStore, verifierVersion: number): PairRow[] {
  const sql = `SELECT a, b, relation, score FROM pairs WHERE ${holds(store)}
    AND NOT EXISTS (SELECT 1 FROM apart_pairs WHERE apart_pairs.a = pairs.a AND apart_pairs.b = pairs.b)`;
  return withoutSlices(store, readAll<PairRow>(store, sql, verifierVersion));
}

/** Those that hold, with those that a person set apart. */
export function listHeldPairs(store: ReadStore, verifierVersion: number): HeldPairRow[] {
  const sql = `SELECT a, b, relation, score, edit FROM pairs WHERE ${holds(store)}`;
  return withoutSlices(store, readAll<HeldPairRow>(store, sql, verifierVersion));
}

/** Some relation. Of medical pictures a mirrored one is another (orientations from 4 on are mirrored, protocol/duplicate-model.ts). */
function holds(store: ReadStore): string {
  const some = "verifier_version = ? AND relation <> 'none'";
  return kindOf(store) === "medical" ? `${some} AND (edit IS NULL OR (edit ->> '$.orientation') < 4)` : some;
}

/** Two slices of one series are two pictures, however alike, unless every pixel agrees. */
function withoutSlices<Pair extends PairRow>(store: ReadStore, pairs: Pair[]): Pair[] {
  const series = seriesOfContents(store);
  if (series.size === 0) return pairs;
  return pairs.filter(({ a, b, relation }) => relation === "identical-pixels" || !series.has(a) || series.get(a) !== series.get(b));
}

/** What was found of two contents (a < b), whatever a person says of them. */
export function pairOf(store: ReadStore, { a, b }: { a: number; b: number }, verifierVersion: number): PairRow | undefined {
  return readOne(store, "SELECT a, b, relation, score FROM pairs WHERE a = ? AND b = ? AND verifier_version = ?", a, b, verifierVersion);
}

/** Every pair this version of the verifier has judged, refused ones too. */
export function listJudgedPairs(store: ReadStore, verifierVersion: number): { a: number; b: number }[] {
  return readAll(store, "SELECT a, b FROM pairs WHERE verifier_version = ?", verifierVersion);
}

export function savePair(store: WriteStore, pair: PairRow, verifierVersion: number): void {
  write(
    store,
    "INSERT OR REPLACE INTO pairs (a, b, relation, score, edit, verifier_version) VALUES (?, ?, ?, ?, ?, ?)",
    pair.a,
    pair.b,
    pair.relation,
    pair.score,
    pair.edit ?? null,
    verifierVersion,
  );
}

export function replaceOutliers(store: WriteStore, encoderKey: number, rows: Iterable<OutlierRow>): void {
  write(store, "DELETE FROM outliers WHERE encoder_key = ?", encoderKey);
  for (const row of rows)
    write(
      store,
      "INSERT INTO outliers (encoder_key, content_id, score, percentile, nearest) VALUES (?, ?, ?, ?, ?)",
      encoderKey,
      row.contentId,
      row.score,
      row.percentile,
      toBlob(row.nearest),
    );
}

export function listOutlierScores(store: ReadStore, encoderKey: number): { content_id: number; score: number; percentile: number }[] {
  return readAll(store, "SELECT content_id, score, percentile FROM outliers WHERE encoder_key = ?", encoderKey);
}

export function outlierOfContent(store: ReadStore, encoderKey: number, contentId: number): OutlierRow | null {
  const row = readOne<{ score: number; percentile: number; nearest: Buffer }>(
    store,
    "SELECT score, percentile, nearest FROM outliers WHERE encoder_key = ? AND content_id = ?",
    encoderKey,
    contentId,
  );
  return row ? { contentId, score: row.score, percentile: row.percentile, nearest: int32FromBlob(row.nearest) } : null;
}

export function replaceIssues(store: WriteStore, rows: Iterable<IssueRow>): void {
  write(store, "DELETE FROM issues");
  for (const row of rows)
    write(
      store,
      "INSERT INTO issues (content_id, kind, value, threshold) VALUES (?, ?, ?, ?)",
      row.content_id,
      row.kind,
      row.value,
      row.threshold,
    );
}

export function listIssues(store: ReadStore): IssueRow[] {
  return readAll<IssueRow>(store, "SELECT content_id, kind, value, threshold FROM issues ORDER BY kind, content_id");
}

/** Present images with at least one issue. */
export function countImagesWithIssues(store: ReadStore): number {
  const sql = "SELECT COUNT(*) AS count FROM files WHERE state = 'image' AND content_id IN (SELECT content_id FROM issues)";
  return (readOne<{ count: number }>(store, sql) as { count: number }).count;
}

export function issuesOfContent(store: ReadStore, contentId: number): IssueRow[] {
  return readAll<IssueRow>(store, "SELECT content_id, kind, value, threshold FROM issues WHERE content_id = ?", contentId);
}

export type MarkedStage = "duplicates" | "outliers";

/** The fingerprint of the rows a stage last worked on; null when it never ran. */
export function readMark(store: ReadStore, stage: MarkedStage, encoderKey: number): string | null {
  return (
    readOne<{ fingerprint: string }>(store, "SELECT fingerprint FROM stage_marks WHERE stage = ? AND encoder_key = ?", stage, encoderKey)
      ?.fingerprint ?? null
  );
}

export function saveMark(store: WriteStore, stage: MarkedStage, encoderKey: number, fingerprint: string): void {
  write(store, "INSERT OR REPLACE INTO stage_marks (stage, encoder_key, fingerprint) VALUES (?, ?, ?)", stage, encoderKey, fingerprint);
}
