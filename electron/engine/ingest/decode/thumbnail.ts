/**
 * @file Thumbnails: JPEG, long side 256, named by content, so a moved or copied file has one already. Written beside and renamed into
 * place, so that a killed child leaves no half picture behind. A small JPEG has none: it is shown itself (thumbnail-place.ts).
 */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { writeWhole } from "../../base/write-whole.ts";
import type { Decoded } from "./decoder.ts";
import { loadSharp } from "./load-sharp.ts";
import { scaleWithin } from "./scale.ts";
import { isOwnThumbnail, thumbnailPath } from "./thumbnail-place.ts";
import { encodeTurbo } from "./turbo.ts";
import type { Picture } from "./types.ts";

const quality = 80;

export interface ThumbnailRequest {
  readonly folder: string;
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly decoded: Decoded;
  /** The picture within `thumbnailSide`. */
  readonly small: Picture;
}

/** Writes the thumbnail unless it is there, or the file is one itself. */
export async function writeThumbnail({ folder, contentHash, sizeBytes, decoded, small }: ThumbnailRequest): Promise<void> {
  if (isOwnThumbnail({ ...decoded.facts, sizeBytes })) return;
  const path = thumbnailPath(folder, contentHash);
  if (!existsSync(path)) writeInPlace(path, await encodeJpeg(small, quality));
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
