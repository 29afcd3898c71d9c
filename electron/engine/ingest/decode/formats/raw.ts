/**
 * @file Camera raws: the largest JPEG that the camera put into the file, turned as the raw itself says. Nothing is developed: size and colours are those of
 * that picture.
 */
import { DecodeError } from "../decode-error.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { exifOrientation, readJpegHeader } from "../jpeg-header.ts";
import type { JpegHeader } from "../jpeg-header.ts";
import { turnUpright } from "../orient.ts";
import { decodeJpeg } from "./jpeg.ts";
import { allDirectories, canonBoxes, fujiPreviews, tiffPreviews } from "./raw-previews.ts";
import type { Span } from "./raw-previews.ts";
import { numberOf, openTiff, orientationOf, tiffTags } from "./tiff-directory.ts";
import { photometrics } from "./tiff-layout.ts";
import { decodeTiff } from "./tiff.ts";

/** TIFF, Olympus ("RO", "RS"), Panasonic ("U\0"). */
const tiffMagics = [42, 0x4f52, 0x5352, 0x55];
const fuji = "FUJIFILMCCD-RAW";

interface RawFile {
  readonly previews: readonly Span[];
  /** Null where only the JPEG knows. */
  readonly orientation: number | null;
  readonly exif: Uint8Array | null;
  /** The first directory is a picture that TIFF can show. */
  readonly hasPlainPicture: boolean;
}

export async function decodeRawFile(input: DecodeInput): Promise<Decoded> {
  const { bytes, want } = input;
  const file = openRaw(bytes);
  const best = largestJpeg(bytes, file.previews);
  if (best === null) {
    if (file.previews.some(({ start, length }) => start + length > bytes.length))
      throw new DecodeError("truncated", "the file ends before its preview does");
    if (!file.hasPlainPicture) throw new DecodeError("unsupported", "this camera raw has no preview inside, and raws are not developed");
    const plain = await decodeTiff({ ...input, format: "tiff" });
    return { ...plain, facts: { ...plain.facts, format: "raw", frameCount: 1 } };
  }
  const { jpeg, header } = best;
  const orientation = file.orientation ?? header.orientation;
  // The JPEG may say again how to turn it: it is decoded as stored and turned once.
  const decoded = await decodeJpeg({ format: "jpeg", bytes: header.orientation === 1 ? jpeg : withoutExif(jpeg), want });
  const isTurned = orientation >= 5;
  return {
    ...decoded,
    picture: want.kind === "centre" ? decoded.picture : turnUpright(decoded.picture, orientation),
    facts: {
      ...decoded.facts,
      format: "raw",
      orientation,
      width: isTurned ? header.height : header.width,
      height: isTurned ? header.width : header.height,
    },
    exif: file.exif ?? header.exif,
  };
}

function openRaw(bytes: Buffer): RawFile {
  if (bytes.toString("latin1", 0, fuji.length) === fuji)
    return { previews: fujiPreviews(bytes), orientation: null, exif: null, hasPlainPicture: false };
  if (bytes.toString("latin1", 4, 8) === "ftyp") {
    const { previews, directory } = canonBoxes(bytes);
    return { previews, orientation: directory === null ? null : exifOrientation(directory), exif: directory, hasPlainPicture: false };
  }
  const file = openTiff(bytes, tiffMagics);
  const directories = allDirectories(file);
  const first = directories[0];
  if (first === undefined) throw new DecodeError("truncated", "the file ends before its first directory");
  const isPlainTiff = bytes[2] === 42 || bytes[3] === 42;
  return {
    previews: tiffPreviews(directories),
    orientation: first.entries.has(tiffTags.orientation) ? orientationOf(first) : null,
    // Only with the usual magic number do readers of EXIF take it for a TIFF.
    exif: isPlainTiff ? bytes : null,
    hasPlainPicture: isPlainTiff && numberOf(first, tiffTags.photometric) === photometrics.rgb,
  };
}

/** The one with the most pixels among those that are pictures: lossless JPEGs (SOF3) hold the sensor's data. */
function largestJpeg(bytes: Buffer, previews: readonly Span[]): { jpeg: Buffer; header: JpegHeader } | null {
  let best: { jpeg: Buffer; header: JpegHeader } | null = null;
  for (const { start, length } of previews) {
    if (length < 16 || start + length > bytes.length || bytes[start] !== 0xff || bytes[start + 1] !== 0xd8) continue;
    const jpeg = bytes.subarray(start, start + length);
    const header = headerOf(jpeg);
    if (header === null || header.frame > 0xc2 || header.bitDepth !== 8) continue;
    if (best === null || header.width * header.height > best.header.width * best.header.height) best = { jpeg, header };
  }
  return best;
}

function headerOf(jpeg: Buffer): JpegHeader | null {
  try {
    return readJpegHeader(jpeg);
  } catch (thrown) {
    if (thrown instanceof DecodeError) return null;
    throw thrown;
  }
}

/** The segments but for APP1. */
function withoutExif(jpeg: Buffer): Buffer {
  const kept: Buffer[] = [jpeg.subarray(0, 2)];
  let at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] === 0xff && jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (jpeg[at + 1] !== 0xe1) kept.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...kept, jpeg.subarray(at)]);
}
