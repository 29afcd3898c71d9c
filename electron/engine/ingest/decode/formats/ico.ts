/**
 * @file Icons and cursors of Windows (.ico, .cur): the largest picture inside, a PNG or a bitmap with twice its height, whose second half says what is transparent.
 * Layout: Microsoft, "Icons" (ICONDIR, ICONIMAGE), and Raymond Chen, "The evolution of the ICO file format".
 */
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { asBitmapFile, fileHeaderBytes } from "./bmp-file.ts";
import { readBitmap, rowBytes } from "./bmp.ts";
import type { Bitmap } from "./bmp.ts";
import { decodeWithVips } from "./vips.ts";

interface Entry {
  readonly width: number;
  readonly height: number;
  /** Bits a pixel; of a cursor something else. */
  readonly bits: number;
  readonly start: number;
  readonly end: number;
}

const directoryBytes = 6;
const entryBytes = 16;

export async function decodeIcon({ bytes, want }: DecodeInput): Promise<Decoded> {
  const entries = readEntries(bytes);
  const largest = entries.reduce((best, entry) => (rank(entry) > rank(best) ? entry : best));
  const inside = bytes.subarray(largest.start, largest.end);
  if (inside.length < 40)
    throw new DecodeError("truncated", `a picture of the icon begins at byte ${largest.start}, the file has ${bytes.length}`);
  if (inside.toString("latin1", 0, 8) === "\x89PNG\r\n\x1a\n") {
    const decoded = await decodeWithVips({ format: "png", bytes: inside, want });
    return { ...decoded, facts: { ...decoded.facts, format: "ico", frameCount: entries.length } };
  }
  const file = asFile(inside);
  const bitmap = readBitmap(file);
  const { picture, bits } = bitmap;
  // Bit fields with alpha are on white already.
  if (!bitmap.hasAlpha) whiten(picture.data, storedAlpha(file, bitmap) ?? maskedAlpha(file, bitmap));
  const facts = { format: "ico", channels: 4, bitDepth: bits === 16 ? 5 : Math.min(8, bits), hasAlpha: true } as const;
  return wholePicture(want, picture, { ...facts, frameCount: entries.length });
}

function readEntries(bytes: Buffer): Entry[] {
  if (bytes.length < directoryBytes) throw new DecodeError("truncated", "the file ends inside the header of the icon");
  const kind = bytes.readUInt16LE(2);
  const count = bytes.readUInt16LE(4);
  if (bytes.readUInt16LE(0) !== 0 || (kind !== 1 && kind !== 2))
    throw new DecodeError("corrupt", `this is no icon: its kind is ${kind}, known are 1 (icon) and 2 (cursor)`);
  if (count === 0) throw new DecodeError("corrupt", "the icon says that it holds no picture");
  if (directoryBytes + count * entryBytes > bytes.length)
    throw new DecodeError("truncated", `the icon lists ${count} pictures, the file ends inside the list`);
  return Array.from({ length: count }, (_, index) => {
    const at = directoryBytes + index * entryBytes;
    const start = bytes.readUInt32LE(at + 12);
    return {
      width: (bytes[at] as number) || 256,
      height: (bytes[at + 1] as number) || 256,
      // A cursor has the place of its tip there.
      bits: kind === 1 ? bytes.readUInt16LE(at + 6) : 0,
      start,
      end: start + bytes.readUInt32LE(at + 8),
    };
  });
}

/** The largest one, of these the one of most colours. */
function rank({ width, height, bits }: Entry): number {
  return width * height * 64 + Math.min(63, bits);
}

/** The bitmap as it would lie in a file of its own, without the height of its mask. */
function asFile(inside: Buffer): Buffer {
  const bothHeights = inside.readInt32LE(8);
  if (bothHeights < 2) throw new DecodeError("corrupt", `a bitmap in an icon has height ${bothHeights}, of itself and of its mask`);
  const file = asBitmapFile(inside);
  file.writeInt32LE(bothHeights >> 1, fileHeaderBytes + 8);
  return file;
}

/** [height, width] the fourth byte of pixels of 32 bits; null where there is none, or nothing in it (older programs left zeros and used the mask). */
function storedAlpha(file: Buffer, { picture: { width, height }, bits, pixelsAt }: Bitmap): Uint8Array | null {
  if (bits !== 32) return null;
  const alpha = new Uint8Array(width * height);
  for (let pixel = 0; pixel < alpha.length; pixel++) {
    const row = height - 1 - Math.floor(pixel / width);
    alpha[pixel] = file[pixelsAt + (row * width + (pixel % width)) * 4 + 3] as number;
  }
  return alpha.some((value) => value !== 0) ? alpha : null;
}

/** [height, width] from the mask behind the pixels, a bit each: 1 is transparent. */
function maskedAlpha(file: Buffer, { picture: { width, height }, bits, pixelsAt }: Bitmap): Uint8Array {
  const maskAt = pixelsAt + rowBytes(width, bits) * height;
  const stride = rowBytes(width, 1);
  if (maskAt + stride * height > file.length)
    throw new DecodeError(
      "truncated",
      `the mask of the icon needs ${stride * height} bytes, ${Math.max(0, file.length - maskAt)} are left`,
    );
  const alpha = new Uint8Array(width * height);
  for (let row = 0, to = 0; row < height; row++) {
    const line = maskAt + (height - 1 - row) * stride;
    for (let column = 0; column < width; column++)
      alpha[to++] = (((file[line + (column >> 3)] as number) >> (7 - (column & 7))) & 1) === 1 ? 0 : 255;
  }
  return alpha;
}

/** In place. */
function whiten(rgb: Uint8Array, alpha: Uint8Array): void {
  for (let pixel = 0, at = 0; pixel < alpha.length; pixel++) {
    const opacity = alpha[pixel] as number;
    const paper = 255 * (255 - opacity) + 127;
    for (let channel = 0; channel < 3; channel++, at++) rgb[at] = Math.floor(((rgb[at] as number) * opacity + paper) / 255);
  }
}
