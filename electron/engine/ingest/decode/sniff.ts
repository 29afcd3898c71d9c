/**
 * @file Which files are pictures, and of which format: by their first bytes, else by extension. The scanner asks it for candidates; the
 * decoder asks it for the format.
 */
import { constants, gunzipSync } from "node:zlib";

import { isNifti } from "./formats/nifti-header.ts";
import type { ImageFormat } from "./types.ts";

/** How many first bytes of a file `sniffHead` wants to see (DICOM's magic lies at 128). */
export const headBytes = 512;

/** Formats we know as pictures but cannot decode (yet): such a file is unreadable, not "no image". */
export const knownForeign = ["exr"] as const;
export type ForeignFormat = (typeof knownForeign)[number];
export type KnownFormat = ImageFormat | ForeignFormat;

const extensions: Readonly<Record<string, KnownFormat>> = {
  jpg: "jpeg",
  jpeg: "jpeg",
  jpe: "jpeg",
  jfif: "jpeg",
  png: "png",
  apng: "png",
  webp: "webp",
  gif: "gif",
  tif: "tiff",
  tiff: "tiff",
  avif: "avif",
  svg: "svg",
  bmp: "bmp",
  dib: "bmp",
  pbm: "pnm",
  pgm: "pnm",
  ppm: "pnm",
  pnm: "pnm",
  pam: "pnm",
  pfm: "pnm",
  tga: "tga",
  dcm: "dicom",
  dicom: "dicom",
  ima: "dicom",
  nii: "nifti",
  heic: "heic",
  heif: "heic",
  hif: "heic",
  jxl: "jxl",
  jp2: "jp2",
  j2k: "jp2",
  j2c: "jp2",
  jpc: "jp2",
  jpf: "jp2",
  jpx: "jp2",
  psd: "psd",
  psb: "psd",
  ico: "ico",
  cur: "ico",
  icns: "icns",
  dds: "dds",
  // .rgb, .rgba and .bw are SGI images too, and as often bare samples: of these the bytes alone decide.
  sgi: "sgi",
  exr: "exr",
  cr2: "raw",
  cr3: "raw",
  nef: "raw",
  arw: "raw",
  dng: "raw",
  orf: "raw",
  rw2: "raw",
  raf: "raw",
  pef: "raw",
  srw: "raw",
  nrw: "raw",
  rwl: "raw",
  sr2: "raw",
  mef: "raw",
  mos: "raw",
  erf: "raw",
  kdc: "raw",
  dcr: "raw",
  iiq: "raw",
  "3fr": "raw",
};

const names: Readonly<Record<KnownFormat, string>> = {
  jpeg: "JPEG",
  png: "PNG",
  webp: "WebP",
  gif: "GIF",
  tiff: "TIFF",
  avif: "AVIF",
  svg: "SVG",
  bmp: "BMP",
  dicom: "DICOM",
  pnm: "PNM",
  tga: "TGA",
  heic: "HEIC",
  jxl: "JPEG XL",
  jp2: "JPEG 2000",
  psd: "Photoshop",
  raw: "camera raw",
  nifti: "NIfTI",
  sgi: "SGI",
  ico: "Windows icon",
  icns: "macOS icon",
  dds: "DirectDraw surface",
  exr: "OpenEXR",
};

/** For people. */
export function formatName(format: KnownFormat): string {
  return names[format];
}

export function canDecode(format: KnownFormat): format is ImageFormat {
  return !(knownForeign as readonly string[]).includes(format);
}

/** True where every file of the format begins with bytes we know. DICOM may lack its preamble; an SVG's first element may come late; a TGA has none. */
export function hasMagic(format: KnownFormat): boolean {
  return format !== "dicom" && format !== "svg" && format !== "tga" && canDecode(format);
}

/** True for a file that should be opened as a picture: it has an image's extension, or an image's first bytes. */
export function looksLikeImage(name: Uint8Array, head: Uint8Array): boolean {
  return formatByName(name) !== null || formatByHead(head) !== null;
}

/** The format to decode as: the bytes decide; the name only where they say nothing. Camera raws are TIFF files by their bytes. */
export function sniffFormat(name: Uint8Array, head: Uint8Array): KnownFormat | null {
  const named = formatByName(name);
  const found = formatByHead(head);
  if (named === "raw" && (found === "tiff" || found === null)) return "raw";
  return found ?? named;
}

/** By extension alone; null where it is not an image's. */
export function formatByName(name: Uint8Array): KnownFormat | null {
  const dot = name.lastIndexOf(0x2e);
  if (dot < 0 || name.length - dot > 6) return null;
  if (/\.nii\.gz$/i.test(Buffer.from(name.subarray(-7)).toString("latin1"))) return "nifti";
  return (
    extensions[
      Buffer.from(name.subarray(dot + 1))
        .toString("latin1")
        .toLowerCase()
    ] ?? null
  );
}

/** The format that a file's name claims although its bytes are of another; null where the name is right or claims nothing. */
export function wrongName(name: Uint8Array, format: ImageFormat): KnownFormat | null {
  const named = formatByName(name);
  if (named === null || named === format) return null;
  // One container for both, and raws that are TIFF files by all their bytes.
  const related = (one: KnownFormat, other: KnownFormat): boolean => [named, format].includes(one) && [named, format].includes(other);
  return related("heic", "avif") || related("raw", "tiff") ? null : named;
}

/** By the first `headBytes` bytes alone. */
export function formatByHead(head: Uint8Array): KnownFormat | null {
  const at = (offset: number, text: string): boolean => {
    if (head.length < offset + text.length) return false;
    for (let index = 0; index < text.length; index++) if (head[offset + index] !== text.charCodeAt(index)) return false;
    return true;
  };
  // First, because the 128 free bytes before it may spell another format: dual-personality files begin as a TIFF.
  if (at(128, "DICM")) return "dicom";
  if (at(0, "\xff\xd8\xff")) return "jpeg";
  if (at(0, "\x89PNG\r\n\x1a\n")) return "png";
  if (at(0, "RIFF") && at(8, "WEBP")) return "webp";
  if (at(0, "GIF87a") || at(0, "GIF89a")) return "gif";
  if (at(0, "IIRO") || at(0, "IIRS") || at(0, "MMOR") || at(0, "IIU\0") || at(0, "FUJIFILMCCD-RAW")) return "raw";
  if (at(0, "II*\0") && at(8, "CR\x02")) return "raw";
  if (at(0, "II*\0") || at(0, "MM\0*") || at(0, "II+\0") || at(0, "MM\0+")) return "tiff";
  if (at(4, "ftyp")) return brandOf(head);
  if (at(0, "BM") && isBitmapHeader(head)) return "bmp";
  if (at(0, "\x28\0\0\0") && isBareBitmap(head)) return "bmp";
  if (at(0, "8BPS\0\x01") || at(0, "8BPS\0\x02")) return "psd";
  if (at(0, "\xff\x0a") || at(0, "\0\0\0\x0cJXL \r\n")) return "jxl";
  if (at(0, "\0\0\0\x0cjP  \r\n") || at(0, "\xff\x4f\xff\x51")) return "jp2";
  if (at(0, "v/1\x01")) return "exr";
  if (at(0, "DDS ") && at(4, "\x7c\0\0\0")) return "dds";
  if (at(0, "icns") && isMacIconHeader(head)) return "icns";
  if (at(0, "\x01\xda") && isSgiHeader(head)) return "sgi";
  if ((at(0, "\0\0\x01\0") || at(0, "\0\0\x02\0")) && isIconHeader(head)) return "ico";
  if (isPnm(head)) return "pnm";
  if (isNifti(head) || (at(0, "\x1f\x8b") && isNifti(unpackedHead(head)))) return "nifti";
  if (isBareDicom(head)) return "dicom";
  return isSvg(head) ? "svg" : null;
}

/** "P5" alone begins many texts: white space and a number (or a comment, or the first line of a PAM) must follow. */
function isPnm(head: Uint8Array): boolean {
  return /^P(?:[1-6Ff]\s+(?:#|\d+\s+(?:#|\d))|7\s+(?:#|WIDTH|HEIGHT|DEPTH|MAXVAL|TUPLTYPE))/.test(
    Buffer.from(head.subarray(0, 64)).toString("latin1"),
  );
}

function brandOf(head: Uint8Array): KnownFormat | null {
  const text = Buffer.from(head.subarray(8, 64)).toString("latin1");
  if (/avif|avis/.test(text)) return "avif";
  if (/^(heic|heix|hevc|heim|heis|mif1|msf1)/.test(text)) return "heic";
  return text.startsWith("crx ") ? "raw" : null;
}

/** What the first bytes of a gzipped file unpack to, as far as they go. */
function unpackedHead(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return new Uint8Array(0);
  }
}

/**
 * DICOM without preamble begins with an element of the groups 2 or 8 of a number that stands first in such files. In explicit files its representation must
 * follow, in implicit ones a length that such an element may have, and then an element of the same group or the next.
 */
function isBareDicom(head: Uint8Array): boolean {
  if (head.length < 132) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const big = head[0] === 0;
  const group = view.getUint16(0, !big);
  const number = view.getUint16(2, !big);
  if (!((group === 2 && number <= 0x0016) || (group === 8 && (number <= 0x0018 || number === 0x0060)))) return false;
  const letters = String.fromCharCode(head[4] as number, head[5] as number);
  if (/^(UL|OB|CS|UI|DA|TM|SH|LO)$/.test(letters)) return true;
  const length = view.getUint32(4, true);
  if (big || group === 2 || length > 64 || length % 2 !== 0) return false;
  const next = view.getUint16(8 + length, true);
  return (next === 8 || next === 0x10) && (next > group || view.getUint16(10 + length, true) > number);
}

const bitmapBits: readonly number[] = [1, 4, 8, 16, 24, 32];

/** "BM" alone begins many texts: the header's own length and its one plane must fit too. */
function isBitmapHeader(head: Uint8Array): boolean {
  if (head.length < 26) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const size = view.getUint32(14, true);
  if (size === 12) return view.getUint16(22, true) === 1;
  if (![16, 40, 52, 56, 64, 108, 124].includes(size) || head.length < 30) return false;
  // Where the planes are not one, what else there is must be right.
  return view.getUint16(26, true) === 1 || (view.getUint32(6, true) === 0 && bitmapBits.includes(view.getUint16(28, true)));
}

/** A bitmap without the header of a file: nothing in its header may be odd. */
function isBareBitmap(head: Uint8Array): boolean {
  if (head.length < 40) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const isSized = view.getInt32(4, true) > 0 && view.getInt32(8, true) !== 0;
  return isSized && view.getUint16(12, true) === 1 && bitmapBits.includes(view.getUint16(14, true)) && view.getUint32(16, true) <= 6;
}

/** Two bytes alone begin many files: storage, width of samples and dimensions must make sense too. */
function isSgiHeader(head: Uint8Array): boolean {
  return (
    head.length >= 12 &&
    (head[2] as number) <= 1 &&
    (head[3] === 1 || head[3] === 2) &&
    head[4] === 0 &&
    [1, 2, 3].includes(head[5] as number)
  );
}

/** The word alone begins many texts: a first part must follow, with a length that fits into the whole. */
function isMacIconHeader(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  return view.getUint32(12) >= 8 && view.getUint32(12) <= view.getUint32(4) - 8;
}

/** Four bytes that much begins with, a TGA too: the first picture of the list must lie behind the list. */
function isIconHeader(head: Uint8Array): boolean {
  if (head.length < 22) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const count = view.getUint16(4, true);
  return count > 0 && view.getUint32(14, true) >= 40 && view.getUint32(18, true) >= 6 + count * 16;
}

/** The first element is <svg>: an HTML page with a drawing inside is no picture. */
function isSvg(head: Uint8Array): boolean {
  const text = Buffer.from(head)
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart();
  if (!text.startsWith("<")) return false;
  const first = text.replace(/<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^>[]*(\[[^\]]*\])?\s*>/gi, "").trimStart();
  return /^<(\w+:)?svg[\s>]/i.test(first) || (first === "" || first.startsWith("<!") ? /<!DOCTYPE\s+svg/i.test(text) : false);
}
