/**
 * @file The colour profile inside a file, as it lies there, and what it says of itself: for the details of a picture and for the issue of odd ones. JPEG (segments APP2), PNG (iCCP), WebP (ICCP) and TIFF
 * (tag 34675); profiles of other formats are used when decoding and not told of.
 */
import { inflateSync } from "node:zlib";

import { numberOf, bytesOf, openTiff, readDirectory, tiffTags } from "./formats/tiff-directory.ts";
import { isPlainSrgb, profileName } from "./icc.ts";
import type { ColourProfile, ImageFormat } from "./types.ts";

/** No profile is larger; inflating stops there. */
const mostBytes = 16 * 1024 * 1024;
const headerBytes = 128;

/** Null where there is none. Never throws: a damaged file is somebody else's to tell of. */
export function readColourProfile(format: ImageFormat, bytes: Buffer): ColourProfile | null {
  try {
    const found = find(format, bytes);
    return found === null ? null : describe(found);
  } catch {
    return { name: "", space: "", damaged: true };
  }
}

function find(format: ImageFormat, bytes: Buffer): Buffer | null {
  if (format === "jpeg") return inJpeg(bytes);
  if (format === "png") return inPng(bytes);
  if (format === "webp") return inWebp(bytes);
  return format === "tiff" ? inTiff(bytes) : null;
}

/** ICC.1:2010, 7.2: size, class, space, signature. */
function describe(profile: Buffer): ColourProfile {
  const whole = profile.length > headerBytes && profile.readUInt32BE(0) <= profile.length && profile.toString("latin1", 36, 40) === "acsp";
  if (!whole) return { name: "", space: "", damaged: true };
  const space = profile.toString("latin1", 16, 20).trim();
  return { name: isPlainSrgb(profile) ? "sRGB" : profileName(profile), space, damaged: false };
}

/** Pieces are numbered from 1 and may come in any order. */
function inJpeg(bytes: Buffer): Buffer | null {
  const pieces: { readonly place: number; readonly bytes: Buffer }[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] as number;
    if (marker === 0xda || marker === 0xd9) break;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (marker === 0xe2 && end <= bytes.length && bytes.toString("latin1", at + 4, at + 16) === "ICC_PROFILE\0")
      pieces.push({ place: bytes[at + 16] as number, bytes: bytes.subarray(at + 18, end) });
    at = end;
  }
  if (pieces.length === 0) return null;
  return Buffer.concat(pieces.sort((one, other) => one.place - other.place).map((piece) => piece.bytes));
}

/** A name, a zero, the way of packing, the profile packed. */
function inPng(bytes: Buffer): Buffer | null {
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString("latin1", at + 4, at + 8);
    if (kind === "IDAT" || at + 8 + length > bytes.length) return null;
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (kind === "iCCP") return inflateSync(data.subarray(data.indexOf(0) + 2), { maxOutputLength: mostBytes });
    at += 12 + length;
  }
  return null;
}

function inWebp(bytes: Buffer): Buffer | null {
  for (let at = 12; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32LE(at + 4);
    if (bytes.toString("latin1", at, at + 4) === "ICCP") return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length & 1);
  }
  return null;
}

function inTiff(bytes: Buffer): Buffer | null {
  const file = openTiff(bytes);
  const directory = readDirectory(file, file.first);
  return directory === null || numberOf(directory, tiffTags.iccProfile) === undefined ? null : bytesOf(directory, tiffTags.iccProfile);
}
