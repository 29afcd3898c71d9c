/**
 * @file PNG, WebP, GIF, TIFF, AVIF: everything libvips reads besides JPEG and SVG. The first frame or page counts. Very large ones are scaled
 * inside libvips, which streams rows and never holds the whole picture.
 */
import type { Metadata } from "sharp";

import { centreOf } from "../centre.ts";
import { checkSize } from "../check-size.ts";
import { DecodeError, fromVips } from "../decode-error.ts";
import type { Decoded, DecodeInput, Want } from "../decoder.ts";
import { isCutOff } from "../completeness.ts";
import type { ImageFormat } from "../types.ts";
import { pngFrames } from "../png-frames.ts";
import { decodeRaw, openWithVips } from "../vips-raw.ts";
import type { RawRequest } from "../vips-raw.ts";

/** Above this many pixels the picture is scaled while it is decoded. */
const streamedPixels = 16_000_000;
/** AVIF does not stream: planes of 16 bits and colours, whole. */
const avifBytesPerPixel = 16;

/** @param input whose `frame` is a page of a TIFF; of animations the first frame is shown */
export async function decodeWithVips({ format, bytes, want, frame = 0 }: DecodeInput): Promise<Decoded> {
  if (isCutOff(format, bytes)) throw new DecodeError("truncated", "the file ends before its picture does");
  const page = format === "tiff" ? frame : 0;
  const metadata = await readMetadata(bytes, page);
  checkSize(metadata.width, metadata.height, format === "avif" ? avifBytesPerPixel : undefined);
  const orientation = metadata.orientation ?? 1;
  const turned = orientation >= 5;
  const width = turned ? metadata.height : metadata.width;
  const height = turned ? metadata.width : metadata.height;
  const shrink = width * height > streamedPixels ? streamedShrink(width, height, want) : 1;
  const request: RawRequest = {
    hasAlpha: metadata.hasAlpha,
    inks: metadata.space === "cmyk" && !metadata.hasProfile && !metadata.hasAlpha,
    ...(page > 0 ? { options: { page } } : {}),
    upright: orientation !== 1 && want.kind !== "centre",
    ...(shrink > 1 ? { resize: { width: Math.floor(width / shrink), height: Math.floor(height / shrink) } } : {}),
    ...(want.kind === "centre" ? { crop: centreOf(metadata, want.side) } : {}),
  };
  return {
    picture: await decodeRaw(bytes, request),
    facts: { ...factsOf(metadata, format), ...(format === "png" ? { frameCount: pngFrames(bytes) } : {}), width, height, orientation },
    fullResolution: shrink === 1,
    exif: tiffBlock(metadata.exif),
    dicom: null,
  };
}

/** What libvips knows without decoding. Throws `DecodeError`. */
export async function readMetadata(bytes: Buffer, page = 0): Promise<Metadata & { width: number; height: number }> {
  try {
    return await openWithVips(bytes, page > 0 ? { page } : {}).metadata();
  } catch (thrown) {
    throw fromVips(thrown);
  }
}

function factsOf(
  metadata: Metadata,
  format: ImageFormat,
): { format: ImageFormat; channels: number; bitDepth: number; hasAlpha: boolean; frameCount: number } {
  return {
    format,
    channels: metadata.channels,
    bitDepth: metadata.bitsPerSample ?? bitsOf[metadata.depth] ?? 8,
    hasAlpha: metadata.hasAlpha,
    frameCount: metadata.pages ?? 1,
  };
}

const bitsOf: Readonly<Record<string, number>> = {
  uchar: 8,
  char: 8,
  ushort: 16,
  short: 16,
  uint: 32,
  int: 32,
  float: 32,
  complex: 64,
  double: 64,
  dpcomplex: 128,
};

/** Twice the size that is wanted stays, so that the exact resampling that follows is what shapes the pixels. */
function streamedShrink(width: number, height: number, want: Want): number {
  if (want.kind !== "at-least") return 1;
  const short = Math.min(width, height);
  const most = Math.min(want.shortSide > 0 ? short / want.shortSide : Infinity, Math.max(width, height) / want.longSide);
  return Math.max(1, Math.floor(most / 2));
}

/** libvips hands EXIF over with or without the "Exif\0\0" of a JPEG segment in front. */
function tiffBlock(exif: Buffer | undefined): Uint8Array | null {
  if (exif === undefined || exif.length < 14) return null;
  return exif.toString("latin1", 0, 6) === "Exif\0\0" ? exif.subarray(6) : exif;
}
