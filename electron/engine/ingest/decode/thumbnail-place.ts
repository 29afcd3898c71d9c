/**
 * @file Where what stands for a picture among many lies: its thumbnail, or the file itself where that is a small JPEG. A copy of each of those would make a folder of small pictures twice as large, and
 * to make a file takes longer than to read, decode and judge such a picture.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Long side. */
export const thumbnailSide = 256;
/** Metadata make some small ones heavy. */
const ownThumbnailBytes = 100_000;

/** `<folder>/<first 2 hex>/<contentHash>.jpg` */
export function thumbnailPath(folder: string, contentHash: string): string {
  return join(folder, contentHash.slice(0, 2), `${contentHash}.jpg`);
}

export interface ThumbnailFacts {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  /** EXIF's: 1 is upright. */
  readonly orientation: number;
  readonly channels: number;
  readonly sizeBytes: number;
}

/** Does any program show the file itself as its thumbnail would look? */
export function isOwnThumbnail({ format, width, height, orientation, channels, sizeBytes }: ThumbnailFacts): boolean {
  return (
    format === "jpeg" && sizeBytes <= ownThumbnailBytes && Math.max(width, height) <= thumbnailSide && orientation === 1 && channels !== 4
  );
}

/** As the store has it. */
export interface ShownContent extends Omit<ThumbnailFacts, "sizeBytes"> {
  readonly hash: Buffer;
  readonly size_bytes: number;
}

/** Of a JPEG. A thumbnail that was once made of a small one is taken, since it is there when the file is not. @param path of a file with that content */
export function pathOfThumbnail(folder: string, content: ShownContent, path: Uint8Array): Uint8Array {
  const thumbnail = thumbnailPath(folder, content.hash.toString("hex"));
  return isOwnThumbnail({ ...content, sizeBytes: content.size_bytes }) && !existsSync(thumbnail) ? path : Buffer.from(thumbnail);
}
