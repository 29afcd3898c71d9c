/**
 * @file Camera raws: the largest JPEG that the camera put into the file, turned as the raw itself says; size and colours are those of that picture. Where there is none, or only a stamp, the raw is developed
 * (raw-develop.ts).
 */
import { DecodeError } from "../decode-error.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { exifOrientation, readJpegHeader } from "../jpeg-header.ts";
import type { JpegHeader } from "../jpeg-header.ts";
import { turnUpright } from "../orient.ts";
import { decodeJpeg } from "./jpeg.ts";
import { developRaw } from "./raw-develop.ts";
import { allDirectories, canonBoxes, fujiPreviews, tiffPreviews } from "./raw-previews.ts";
import type { Span } from "./raw-previews.ts";
import { numberOf, openTiff, orientationOf, tiffTags, type TiffDirectory } from "./tiff-directory.ts";
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
  /** Size of the first directory where it is a picture that TIFF can show. */
  readonly plain: Size | null;
  /** Pixels of the sensor, where a directory tells them. */
  readonly sensor: Size | null;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Pixels. A finished picture shorter than this, of a sensor at least twice as long, is a stamp to find the file by. */
const leastPreview = 640;
/** DNG's, beside those of TIFF. */
const sensorPhotometrics = [32803, 34892];

export async function decodeRawFile(input: DecodeInput): Promise<Decoded> {
  const file = openRaw(input.bytes);
  const best = largestJpeg(input.bytes, file.previews);
  const shown = best?.header ?? file.plain;
  if (shown !== null && !isStamp(shown, file.sensor)) return decodeFinished(input, file, best);
  try {
    return await decodeDeveloped(input, file);
  } catch (thrown) {
    if (!(thrown instanceof DecodeError) || thrown.code === "too-large") throw thrown;
    if (shown !== null) return decodeFinished(input, file, best);
    if (file.previews.some(({ start, length }) => start + length > input.bytes.length))
      throw new DecodeError("truncated", "the file ends before its preview does");
    throw new DecodeError(
      "unsupported",
      "this camera raw has no preview inside, and LibRaw cannot develop it: it is of a kind that is not known, or damaged",
    );
  }
}

function isStamp(shown: Size, sensor: Size | null): boolean {
  const length = Math.max(shown.width, shown.height);
  return sensor !== null && length < leastPreview && Math.max(sensor.width, sensor.height) >= 2 * length;
}

async function decodeDeveloped({ bytes, want }: DecodeInput, { sensor, orientation, exif }: RawFile): Promise<Decoded> {
  const { picture, width, height, isHalf } = await developRaw(bytes, want, sensor);
  return {
    picture,
    facts: { format: "raw", width, height, orientation: orientation ?? 1, channels: 3, bitDepth: 16, hasAlpha: false, frameCount: 1 },
    fullResolution: !isHalf,
    exif,
    dicom: null,
  };
}

async function decodeFinished(input: DecodeInput, file: RawFile, best: ReturnType<typeof largestJpeg>): Promise<Decoded> {
  const { want } = input;
  if (best === null) {
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
    return { previews: fujiPreviews(bytes), orientation: null, exif: null, plain: null, sensor: null };
  if (bytes.toString("latin1", 4, 8) === "ftyp") {
    const { previews, directory } = canonBoxes(bytes);
    return { previews, orientation: directory === null ? null : exifOrientation(directory), exif: directory, plain: null, sensor: null };
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
    plain: isPlainTiff && numberOf(first, tiffTags.photometric) === photometrics.rgb ? sizeOf(first) : null,
    sensor: sensorOf(directories),
  };
}

/** The largest of the directories that hold what a sensor saw. */
function sensorOf(directories: readonly TiffDirectory[]): Size | null {
  return directories
    .filter((directory) => sensorPhotometrics.includes(numberOf(directory, tiffTags.photometric) ?? -1))
    .map(sizeOf)
    .filter(({ width, height }) => width > 0 && height > 0)
    .reduce<Size | null>(
      (largest, size) => (largest === null || size.width * size.height > largest.width * largest.height ? size : largest),
      null,
    );
}

function sizeOf(directory: TiffDirectory): Size {
  return { width: numberOf(directory, tiffTags.width) ?? 0, height: numberOf(directory, tiffTags.height) ?? 0 };
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
