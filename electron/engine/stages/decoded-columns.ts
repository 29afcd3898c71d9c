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
    captured_at: result.metadata.capturedAt ?? null,
    metadata: JSON.stringify(result.metadata),
    jpeg_quality: result.jpegQuality ?? null,
  };
}
