/**
 * @file Finds files that end too early where libvips would not say so, or says something vague: a PNG whose last rows are missing
 * decodes without complaint, a short WebP is called "corrupt header". Only containers are walked, nothing is decoded.
 */
import type { ImageFormat } from "./types.ts";

/** True when the file certainly ends before its picture does. */
export function isCutOff(format: ImageFormat, bytes: Buffer): boolean {
  switch (format) {
    case "png":
      return pngIsCutOff(bytes);
    case "webp":
      // RIFF: the length counts everything after its own 8 bytes.
      return bytes.length < 12 || bytes.readUInt32LE(4) + 8 > bytes.length;
    case "avif":
    case "heic":
    case "jp2":
      return boxesAreCutOff(bytes);
    case "jxl":
      // A bare codestream has no boxes.
      return bytes.readUInt16BE(0) !== 0xff0a && boxesAreCutOff(bytes);
    case "gif":
      return bytes.length < 13;
    case "tiff":
      return tiffIsCutOff(bytes);
    default:
      return false;
  }
}

/** Chunks until IEND; a file that has all of its IDAT and lacks only what follows is whole. */
function pngIsCutOff(bytes: Buffer): boolean {
  let sawData = false;
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString("latin1", at + 4, at + 8);
    if (type === "IEND") return false;
    if (type === "IDAT") sawData = true;
    else if (sawData) return false;
    at += 12 + length;
    if (at > bytes.length) return true;
  }
  return true;
}

/** ISO base media boxes (ISO/IEC 14496-12): one must not reach beyond the file. */
function boxesAreCutOff(bytes: Buffer): boolean {
  for (let at = 0; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (length === 0) return false; // "until the end of the file"
    const size = length === 1 && at + 16 <= bytes.length ? Number(bytes.readBigUInt64BE(at + 8)) : length;
    if (size < 8) return false;
    at += size;
    if (at > bytes.length) return true;
  }
  return false;
}

/** The first directory of a classic TIFF must lie inside the file. */
function tiffIsCutOff(bytes: Buffer): boolean {
  if (bytes.length < 8) return true;
  const little = bytes[0] === 0x49;
  if ((little ? bytes.readUInt16LE(2) : bytes.readUInt16BE(2)) !== 42) return false;
  const directory = little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4);
  if (directory + 2 > bytes.length) return true;
  const entries = little ? bytes.readUInt16LE(directory) : bytes.readUInt16BE(directory);
  return directory + 2 + entries * 12 > bytes.length;
}
