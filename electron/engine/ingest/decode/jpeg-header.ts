/**
 * @file Reads the segments of a JPEG before its first scan (ITU-T T.81 annex B; EXIF in APP1, Adobe in APP14). Asking libvips for the same
 * facts costs a quarter of decoding a small picture.
 */
import { DecodeError } from "./decode-error.ts";

export interface JpegHeader {
  /** As stored, before orientation. */
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 CMYK. */
  readonly components: number;
  readonly bitDepth: number;
  /** EXIF orientation, 1..8. */
  readonly orientation: number;
  /** The TIFF block inside the EXIF segment. */
  readonly exif: Uint8Array | null;
  readonly hasIccProfile: boolean;
}

export function readJpegHeader(bytes: Buffer): JpegHeader {
  let exif: Uint8Array | null = null;
  let hasIccProfile = false;
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
    const length = bytes.readUInt16BE(at + 2);
    const start = at + 4;
    const end = at + 2 + length;
    if (end > bytes.length) throw new DecodeError("truncated", "the file ends inside the header of the JPEG");
    if (isFrame(marker)) {
      if (length < 8) throw new DecodeError("corrupt", "the frame header of the JPEG is too short");
      const header = {
        bitDepth: bytes[start] as number,
        height: bytes.readUInt16BE(start + 1),
        width: bytes.readUInt16BE(start + 3),
        components: bytes[start + 5] as number,
      };
      return { ...header, exif, hasIccProfile, orientation: exif === null ? 1 : exifOrientation(exif) };
    }
    if (marker === 0xe1 && exif === null && bytes.toString("latin1", start, start + 6) === "Exif\0\0")
      exif = bytes.subarray(start + 6, end);
    if (marker === 0xe2 && bytes.toString("latin1", start, start + 11) === "ICC_PROFILE") hasIccProfile = true;
    at = end;
  }
  throw new DecodeError(bytes.length < 1024 ? "truncated" : "corrupt", "the JPEG has no frame header");
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
