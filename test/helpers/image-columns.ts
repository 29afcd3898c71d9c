/** @file Columns of a few images for tests of what is shown, from one row per image. */
import type { ImageColumns } from "#protocol/model.ts";

export interface ColumnRow {
  readonly folder?: number;
  readonly name?: string;
  readonly width?: number;
  readonly height?: number;
  readonly time?: number;
  readonly size?: number;
  readonly cluster?: number;
  readonly percentile?: number;
  readonly flags?: number;
  readonly series?: number;
  readonly slice?: number;
  readonly frames?: number;
}

/** Image `i` has id `10 * (i + 1)`. */
export function imageColumns(folders: readonly string[], rows: readonly ColumnRow[]): ImageColumns {
  return {
    version: 1,
    count: rows.length,
    ids: Int32Array.from(rows, (_, index) => 10 * (index + 1)),
    widths: Int32Array.from(rows, (row) => row.width ?? 100),
    heights: Int32Array.from(rows, (row) => row.height ?? 100),
    colours: new Uint32Array(rows.length),
    sizesBytes: Float64Array.from(rows, (row) => row.size ?? 0),
    times: Float64Array.from(rows, (row) => row.time ?? 0),
    folderIndexes: Int32Array.from(rows, (row) => row.folder ?? 0),
    series: Int32Array.from(rows, (row) => row.series ?? -1),
    slices: Int32Array.from(rows, (row) => row.slice ?? 0),
    frames: Int32Array.from(rows, (row) => row.frames ?? 1),
    standing: Int32Array.from(rows, (row) => (row.frames ?? 1) >> 1),
    clusters: Int32Array.from(rows, (row) => row.cluster ?? -1),
    percentiles: Float32Array.from(rows, (row) => row.percentile ?? NaN),
    flags: Uint8Array.from(rows, (row) => row.flags ?? 0),
    names: rows.map((row, index) => row.name ?? `image-${index}`).join("\n"),
    folders,
  };
}
