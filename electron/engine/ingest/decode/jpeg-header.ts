/**
 * @file Reads the segments of a JPEG before its first scan (ITU-T T.81 annex B; EXIF in APP1, ICC in APP2, Adobe in APP14). Asking libvips for the same
 * facts costs a quarter of decoding a small picture.
 */
import { DecodeError } from "./decode-error.ts";
import { isPlainSrgb } from "./icc.ts";
import { qualityOfSteps } from "./jpeg-quality.ts";

export interface JpegHeader {
  /** As stored, before orientation. */
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
  readonly bitDepth: number;
  /** Marker of the frame: 0xc0 baseline, 0xc1 extended, 0xc2 progressive, above them the rare ones. */
  readonly frame: number;
  /** EXIF orientation, 1..8. */
  readonly orientation: number;
  /** The TIFF block inside the EXIF segment. */
  readonly exif: Uint8Array | null;
  readonly icc: "none" | "srgb" | "other";
  /** Smallest step of quantisation of a mean (the first of a table): 1 from quality 96 on; 0 without a table. */
  readonly finestStep: number;
  /** 1..100, what a standard encoder would have been told to quantise luma so; null without a table. */
  readonly quality: number | null;
  /** Colour transform of the Adobe segment: 0 none, 1 YCbCr, 2 YCCK; null without one. */
  readonly adobeTransform: number | null;
}

type Frame = Pick<JpegHeader, "width" | "height" | "components" | "bitDepth" | "frame">;

export function readJpegHeader(bytes: Buffer): JpegHeader {
  let exif: Uint8Array | null = null;
  let icc: JpegHeader["icc"] = "none";
  let adobeTransform: number | null = null;
  let finestStep = 0;
  let quality: number | null = null;
  let frame: Frame | null = null;
  for (let at = 2; at + 4 <= bytes.length;) {
    if (bytes[at] !== 0xff) {
      at++; // stray bytes between segments, which every decoder skips
      continue;
    }
    const marker = bytes[at + 1] as number;
    if (marker === 0xff) {
      at++; // fill byte
      continue;
    }
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8) || marker === 0) {
      at += 2;
      continue;
    }
    if (marker === 0xd9 || marker === 0xda) break;
    const start = at + 4;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) throw new DecodeError("truncated", "the file ends inside the header of the JPEG");
    if (isFrame(marker)) frame ??= readFrame(bytes, start, end);
    else if (marker === 0xdb) {
      finestStep = finestOf(finestStep, bytes.subarray(start, end));
      quality ??= qualityOf(bytes.subarray(start, end));
    } else if (marker === 0xe1 && exif === null && startsWith(bytes, start, "Exif\0\0")) exif = bytes.subarray(start + 6, end);
    else if (marker === 0xe2 && startsWith(bytes, start, "ICC_PROFILE\0")) icc = profileKind(bytes, start, end);
    else if (marker === 0xee && end - start >= 12 && startsWith(bytes, start, "Adobe")) adobeTransform = bytes[start + 11] as number;
    at = end;
  }
  if (frame === null) throw new DecodeError(bytes.length < 1024 ? "truncated" : "corrupt", "the JPEG has no frame header");
  return { ...frame, exif, icc, finestStep, quality, adobeTransform, orientation: exif === null ? 1 : exifOrientation(exif) };
}

function readFrame(bytes: Buffer, start: number, end: number): Frame {
  if (end - start < 6) throw new DecodeError("corrupt", "the frame header of the JPEG is too short");
  return {
    frame: bytes[start - 3] as number,
    bitDepth: bytes[start] as number,
    height: bytes.readUInt16BE(start + 1),
    width: bytes.readUInt16BE(start + 3),
    components: bytes[start + 5] as number,
  };
}

/** Tables of 64 steps, of one byte or of two, each after a byte that says which. */
function finestOf(known: number, tables: Buffer): number {
  let finest = known === 0 ? Infinity : known;
  for (let at = 0; at + 65 <= tables.length;) {
    const wide = (tables[at] as number) >= 16;
    finest = Math.min(finest, wide ? tables.readUInt16BE(at + 1) : (tables[at + 1] as number));
    at += wide ? 129 : 65;
  }
  return finest === Infinity ? 0 : finest;
}

/** By table 0, which is luma's wherever there is one. */
function qualityOf(tables: Buffer): number | null {
  for (let at = 0; at + 65 <= tables.length;) {
    const head = tables[at] as number;
    const wide = head >= 16;
    const end = at + (wide ? 129 : 65);
    if ((head & 15) === 0 && end <= tables.length) {
      let sum = 0;
      for (let step = at + 1; step < end; step += wide ? 2 : 1) sum += wide ? tables.readUInt16BE(step) : (tables[step] as number);
      return qualityOfSteps(sum);
    }
    at = end;
  }
  return null;
}

/** A profile in several segments is too large for plain sRGB. */
function profileKind(bytes: Buffer, start: number, end: number): "srgb" | "other" {
  return bytes[start + 13] === 1 && isPlainSrgb(bytes.subarray(start + 14, end)) ? "srgb" : "other";
}

function startsWith(bytes: Buffer, at: number, text: string): boolean {
  return bytes.toString("latin1", at, at + text.length) === text;
}

/** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Tag 0x0112 of the first directory of a TIFF block; 1 where it is absent or damaged. */
export function exifOrientation(tiff: Uint8Array): number {
  if (tiff.length < 14) return 1;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, little);
  for (let index = 0; index < count; index++) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > tiff.length) return 1;
    if (view.getUint16(entry, little) !== 0x0112) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
