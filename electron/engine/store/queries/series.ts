/**
 * @file Which contents are slices of one series of medical pictures, and where in it they lie.
 */
import type { ReadStore } from "../database.ts";
import { readRaw } from "../statements.ts";

export interface SliceRow {
  readonly contentId: number;
  readonly series: string;
  readonly modality: string | null;
  /** Millimetres along the normal of the slice. */
  readonly position: number | null;
  /** JSON of six numbers. */
  readonly orientation: string | null;
  readonly instance: number | null;
}

/** Contents that name a series, whether others are of it or not. */
export function listSlices(store: ReadStore): SliceRow[] {
  const fact = (name: string): string => `metadata ->> '$.dicom.${name}'`;
  const sql = `SELECT id, series_uid, ${fact("modality")}, ${fact("slicePosition")}, ${fact("orientation")}, ${fact("instanceNumber")}
    FROM contents WHERE series_uid IS NOT NULL`;
  return readRaw<[number, string, string | null, number | null, string | null, number | null]>(store, sql).map(
    ([contentId, series, modality, position, orientation, instance]) => ({ contentId, series, modality, position, orientation, instance }),
  );
}

/** The series of each content that names one. Of a collection without any it costs one look at an empty index. */
export function seriesOfContents(store: ReadStore): ReadonlyMap<number, string> {
  return new Map(readRaw<[number, string]>(store, "SELECT id, series_uid FROM contents WHERE series_uid IS NOT NULL"));
}
