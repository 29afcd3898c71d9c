/**
 * @file Thumbnails: JPEG, long side 256, named by content, so a moved or copied file has one already. Written beside and renamed into
 * place, so that a killed child leaves no half picture behind.
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { writeWhole } from "../../base/write-whole.ts";
import type { Decoded } from "./decoder.ts";
import { loadSharp } from "./load-sharp.ts";
import { scaleWithin } from "./scale.ts";
import { encodeTurbo } from "./turbo.ts";
import type { Picture } from "./types.ts";

export const thumbnailSide = 256;
const quality = 80;
/** A small JPEG is its own thumbnail unless its metadata make it heavy. */
const ownThumbnailBytes = 100_000;

/** `<folder>/<first 2 hex>/<contentHash>.jpg` */
export function thumbnailPath(folder: string, contentHash: string): string {
  return join(folder, contentHash.slice(0, 2), `${contentHash}.jpg`);
}

export interface ThumbnailRequest {
  readonly folder: string;
  readonly contentHash: string;
  readonly bytes: Buffer | null;
  readonly decoded: Decoded;
  /** The picture within `thumbnailSide`. */
  readonly small: Picture;
}

/** Writes the thumbnail unless it is there. */
export async function writeThumbnail(request: ThumbnailRequest): Promise<void> {
  const path = thumbnailPath(request.folder, request.contentHash);
  if (existsSync(path)) return;
  const bytes = isOwnThumbnail(request) ? request.bytes : await encodeJpeg(request.small, quality);
  writeInPlace(path, bytes as Buffer);
}

/** JPEG bytes of a picture. Huffman tables are not optimised: a quarter faster, a few percent larger. */
export async function encodeJpeg(picture: Picture, jpegQuality: number): Promise<Buffer> {
  const direct = encodeTurbo(picture, jpegQuality);
  if (direct !== null) return direct;
  const raw = { width: picture.width, height: picture.height, channels: 3 } as const;
  return loadSharp()(picture.data, { raw }).jpeg({ quality: jpegQuality, optimiseCoding: false }).toBuffer();
}

/** A picture within the preview's size as JPEG. */
export async function encodePreview(picture: Picture, side: number): Promise<{ bytes: Buffer; width: number; height: number }> {
  const scaled = scaleWithin(picture, side);
  return { bytes: await encodeJpeg(scaled, 88), width: scaled.width, height: scaled.height };
}

/** Whole or not at all; makes the folder where it is missing. */
export function writeInPlace(path: string, bytes: Uint8Array): void {
  try {
    writeWhole(path, bytes);
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT")) throw thrown;
    mkdirSync(join(path, ".."), { recursive: true });
    writeWhole(path, bytes);
  }
}

function isOwnThumbnail({ bytes, decoded }: ThumbnailRequest): boolean {
  const { format, width, height, orientation, channels } = decoded.facts;
  return (
    format === "jpeg" &&
    bytes !== null &&
    bytes.length <= ownThumbnailBytes &&
    Math.max(width, height) <= thumbnailSide &&
    orientation === 1 &&
    channels !== 4
  );
}
