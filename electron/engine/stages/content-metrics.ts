/**
 * @file From a content row and the names of its files to what the issue rules look at.
 */
import { wrongName } from "../ingest/decode/sniff.ts";
import { splitPath } from "../base/path-bytes.ts";
import type { ImageFormat, PictureMetadata, PictureQuality } from "../ingest/decode/types.ts";
import type { ContentMetrics, FileMetrics } from "../outliers/metrics.ts";
import type { ContentRow } from "../store/queries/contents.ts";

export interface PictureMetrics extends ContentMetrics {
  readonly quality: PictureQuality;
}

/** @param paths of the present files that hold this content. */
export function contentMetrics(row: ContentRow, paths: readonly Uint8Array[]): PictureMetrics {
  return {
    width: row.width,
    height: row.height,
    quality: JSON.parse(row.quality) as PictureQuality,
    file: { ...fileFacts(row), names: paths.length, wrongNames: wrongNames(row, paths) },
  };
}

/** How many of these names claim another format. */
export function wrongNames({ format }: Pick<ContentRow, "format">, paths: readonly Uint8Array[]): number {
  return paths.filter((path) => wrongName(splitPath(path).name, format as ImageFormat) !== null).length;
}

/** What the row alone tells. */
export function fileFacts(
  row: Pick<ContentRow, "format" | "channels" | "has_alpha" | "metadata">,
): Omit<FileMetrics, "names" | "wrongNames"> {
  const { colourProfile, dicom } = JSON.parse(row.metadata) as PictureMetadata;
  return {
    isDicom: row.format === "dicom",
    channels: row.channels,
    inks: row.channels === 4 && row.has_alpha === 0 && (row.format === "jpeg" || row.format === "tiff"),
    profile: colourProfile ?? null,
    burnedInAnnotation: dicom?.burnedInAnnotation === true,
  };
}
