/**
 * @file From what decoding told to the columns of a content row.
 */
import type { IngestResult } from "../ingest/decode/types.ts";
import type { DecodedColumns } from "../store/queries/contents.ts";

export function decodedColumns(result: IngestResult): DecodedColumns {
  return {
    format: result.format,
    width: result.width,
    height: result.height,
    orientation: result.orientation,
    channels: result.channels,
    bit_depth: result.bitDepth,
    has_alpha: result.hasAlpha ? 1 : 0,
    frame_count: result.frameCount,
    average_colour: result.averageColour,
    perceptual: Buffer.from(result.perceptual),
    colour: Buffer.from(result.colour),
    quality: JSON.stringify(result.quality),
    sharpness: result.quality.sharpness,
    captured_at: result.metadata.capturedAt ?? studyTime(result.metadata.dicom?.studyDate ?? null),
    metadata: JSON.stringify(result.metadata),
    jpeg_quality: result.jpegQuality ?? null,
  };
}

/** Midnight of "2004-08-26" here, as the clock of a camera is taken for the time here. */
function studyTime(date: string | null): number | null {
  const [year, month, day] = date?.split("-").map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const time = new Date(year, month - 1, day).getTime();
  return Number.isNaN(time) ? null : time;
}
