/**
 * @file Where a picture file has its joints: the parts it is made of (segments, chunks, boxes, directory entries, elements) and the numbers that steer its
 * reader. Tolerant of files that are damaged already: what cannot be followed ends the walk.
 */
import type { ImageFormat } from "#engine/ingest/decode/types.ts";

/** Half open. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** A number in the file. */
export interface Field {
  readonly at: number;
  readonly bytes: 1 | 2 | 4;
  readonly big: boolean;
}

export interface Structure {
  readonly parts: readonly Part[];
  readonly fields: readonly Field[];
}

/** Small enough that a walk over damaged lengths ends. */
const mostParts = 400;

export function structureOf(format: ImageFormat, bytes: Buffer): Structure {
  const found: Found = { parts: [], fields: [] };
  try {
    walks[format](bytes, found);
  } catch (thrown) {
    // It ends inside a number: what was found so far is what there is.
    if (!(thrown instanceof RangeError)) throw thrown;
  }
  const parts = found.parts.filter(({ start, end }) => start >= 0 && start < end && end <= bytes.length).slice(0, mostParts);
  const fields = found.fields.filter(({ at, bytes: size }) => at >= 0 && at + size <= bytes.length).slice(0, 4 * mostParts);
  return { parts, fields };
}

interface Found {
  readonly parts: Part[];
  readonly fields: Field[];
}

type Walk = (bytes: Buffer, found: Found) => void;

const walks: Readonly<Record<ImageFormat, Walk>> = {
  jpeg: markers,
  png: pngChunks,
  webp: riffChunks,
  gif: gifBlocks,
  tiff: directories,
  raw: directories,
  avif: boxes,
  heic: boxes,
  jp2: (bytes, found) => (bytes.readUInt16BE(0) === 0xff4f ? markers(bytes, found) : boxes(bytes, found)),
  jxl: (bytes, found) => (bytes.readUInt16BE(0) === 0xff0a ? bareBytes(bytes, found) : boxes(bytes, found)),
  psd: sections,
  bmp: (bytes, found) =>
    header(bytes, found, { numbers: [2, 6, 10, 14, 18, 22, 30, 34, 38, 42, 46, 50], shorts: [26, 28], length: 54, big: false }),
  tga: (bytes, found) => header(bytes, found, { numbers: [], shorts: [3, 5, 8, 10, 12, 14, 16], length: 18, big: false }),
  sgi: (bytes, found) =>
    header(bytes, found, { numbers: [12, 16, 104, 512, 516, 520], shorts: [0, 2, 4, 6, 8, 10], length: 512, big: true }),
  dds: (bytes, found) =>
    header(bytes, found, {
      numbers: [4, 8, 12, 16, 20, 24, 28, 76, 80, 84, 88, 92, 96, 100, 104, 108, 112, 128, 132, 140, 144],
      shorts: [],
      length: 128,
      big: false,
    }),
  icns: macIconParts,
  ico: (bytes, found) =>
    header(bytes, found, { numbers: [14, 18, 22, 26, 30, 34, 38, 42, 54], shorts: [2, 4, 6, 10, 12, 34, 36], length: 22, big: false }),
  pnm: words,
  svg: words,
  dicom: elements,
  nifti: (bytes, found) =>
    header(bytes, found, {
      numbers: [0, 76, 80, 84, 88, 108, 112, 116, 256, 280],
      shorts: [40, 42, 44, 46, 48, 50, 52, 54, 70, 72, 252, 254],
      length: 352,
      big: bytes[0] === 0,
    }),
};

/** Segments of JPEG, and of the codestream of JPEG 2000: FF, a name, a length. What follows a scan's header belongs to it. */
function markers(bytes: Buffer, found: Found): void {
  for (let at = 2; at + 4 <= bytes.length && found.parts.length < mostParts;) {
    if (bytes[at] !== 0xff) break;
    const name = bytes[at + 1] as number;
    let end = at + 2 + bytes.readUInt16BE(at + 2);
    const isScan = name === 0xda || name === 0x90;
    if (isScan) end = nextMarker(bytes, end);
    found.parts.push({ start: at, end });
    shorts(found, at + 2, Math.min(end, at + 24), true);
    at = end;
  }
}

function nextMarker(bytes: Buffer, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) {
    const next = bytes[at + 1] as number;
    if (bytes[at] === 0xff && next !== 0 && !(next >= 0xd0 && next <= 0xd7) && next !== 0xff) return at;
  }
  return bytes.length;
}

function pngChunks(bytes: Buffer, found: Found): void {
  for (let at = 8; at + 12 <= bytes.length && found.parts.length < mostParts;) {
    const end = at + 12 + bytes.readUInt32BE(at);
    found.parts.push({ start: at, end });
    numbers(found, at, Math.min(end, at + 24), true);
    found.fields.push({ at: at + 16, bytes: 1, big: true }, { at: at + 17, bytes: 1, big: true }, { at: at + 20, bytes: 1, big: true });
    at = end;
  }
}

function riffChunks(bytes: Buffer, found: Found): void {
  found.fields.push({ at: 4, bytes: 4, big: false });
  for (let at = 12; at + 8 <= bytes.length && found.parts.length < mostParts;) {
    const length = bytes.readUInt32LE(at + 4);
    const end = at + 8 + length + (length & 1);
    found.parts.push({ start: at, end });
    numbers(found, at + 4, Math.min(end, at + 24), false);
    at = end;
  }
}

function gifBlocks(bytes: Buffer, found: Found): void {
  shorts(found, 6, 10, false);
  found.fields.push({ at: 10, bytes: 1, big: false });
  const palette = (flags: number): number => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  let at = 13 + palette(bytes.readUInt8(10));
  const subBlocks = (): void => {
    while (bytes.readUInt8(at) !== 0) at += 1 + bytes.readUInt8(at);
    at++;
  };
  while (at < bytes.length && found.parts.length < mostParts) {
    const start = at;
    if (bytes[at] === 0x21) at += 2;
    else if (bytes[at] === 0x2c) {
      shorts(found, at + 1, at + 9, false);
      at += 10 + palette(bytes.readUInt8(at + 9));
      found.fields.push({ at, bytes: 1, big: false });
      at++;
    } else break;
    subBlocks();
    found.parts.push({ start, end: at });
  }
}

/** Boxes that hold boxes, with the bytes before the first of them. */
const holders: Readonly<Record<string, number>> = {
  meta: 4,
  iprp: 0,
  ipco: 0,
  moov: 0,
  trak: 0,
  mdia: 0,
  minf: 0,
  stbl: 0,
  jp2h: 0,
  dinf: 0,
  iinf: 6,
};

function boxes(bytes: Buffer, found: Found, from = 0, to = bytes.length): void {
  for (let at = from; at + 8 <= to && found.parts.length < mostParts;) {
    const written = bytes.readUInt32BE(at);
    const end = written === 0 ? to : at + written;
    if (end < at + 8) return;
    const kind = bytes.toString("latin1", at + 4, at + 8);
    found.parts.push({ start: at, end });
    numbers(found, at, Math.min(end, at + 48), true);
    shorts(found, at + 8, Math.min(end, at + 32), true);
    const before = holders[kind];
    if (before !== undefined) boxes(bytes, found, at + 8 + before, Math.min(end, to));
    else if (kind === "jp2c") markersFrom(bytes, found, at + 8);
    at = end;
  }
}

function markersFrom(bytes: Buffer, found: Found, start: number): void {
  const inner: Found = { parts: [], fields: [] };
  markers(bytes.subarray(start), inner);
  for (const part of inner.parts) found.parts.push({ start: part.start + start, end: part.end + start });
  for (const field of inner.fields) found.fields.push({ ...field, at: field.at + start });
}

/** TIFF: each entry of each directory is a part, its type, count and value are numbers. */
function directories(bytes: Buffer, found: Found): void {
  const big = bytes[0] === 0x4d;
  const short = (at: number): number => (big ? bytes.readUInt16BE(at) : bytes.readUInt16LE(at));
  const long = (at: number): number => (big ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  found.fields.push({ at: 4, bytes: 4, big });
  const seen = new Set<number>();
  const waiting = [long(4)];
  for (let at = waiting.pop(); at !== undefined && found.parts.length < mostParts; at = waiting.pop()) {
    if (at === 0 || at + 2 > bytes.length || seen.has(at)) continue;
    seen.add(at);
    const count = short(at);
    found.fields.push({ at, bytes: 2, big }, { at: at + 2 + count * 12, bytes: 4, big });
    for (let entry = at + 2; entry < at + 2 + count * 12 && entry + 12 <= bytes.length; entry += 12) {
      found.parts.push({ start: entry, end: entry + 12 });
      found.fields.push({ at: entry, bytes: 2, big }, { at: entry + 2, bytes: 2, big }, { at: entry + 4, bytes: 4, big });
      found.fields.push({ at: entry + 8, bytes: 4, big }, { at: entry + 8, bytes: 2, big });
      if ([330, 34665].includes(short(entry))) waiting.push(long(entry + 8));
      else if (long(entry + 4) > 1) found.fields.push({ at: long(entry + 8), bytes: 4, big }, { at: long(entry + 8), bytes: 2, big });
    }
    if (at + 2 + count * 12 + 4 <= bytes.length) waiting.push(long(at + 2 + count * 12));
  }
}

/** Photoshop: a header, then sections that begin with their length, then pixels. */
function sections(bytes: Buffer, found: Found): void {
  shorts(found, 4, 26, true);
  numbers(found, 14, 22, true);
  let at = 26;
  for (let section = 0; section < 3; section++) {
    found.fields.push({ at, bytes: 4, big: true });
    const end = at + 4 + bytes.readUInt32BE(at);
    found.parts.push({ start: at, end });
    at = end;
  }
  shorts(found, at, Math.min(bytes.length, at + 64), true);
  found.parts.push({ start: at, end: bytes.length });
}

/** Elements of DICOM: group, number, type, length. */
function elements(bytes: Buffer, found: Found): void {
  for (let at = 132; at + 8 <= bytes.length && found.parts.length < mostParts;) {
    const long = /^O[BWFDLV]|^S[QV]|^U[CNRTV]/.test(bytes.toString("latin1", at + 4, at + 6));
    const length = long ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    const start = at + (long ? 12 : 8);
    const end = length === 0xffffffff ? bytes.length : start + length;
    found.parts.push({ start: at, end });
    found.fields.push(long ? { at: at + 8, bytes: 4, big: false } : { at: at + 6, bytes: 2, big: false }, { at, bytes: 2, big: false });
    found.fields.push({ at: at + 2, bytes: 2, big: false }, { at: start, bytes: 2, big: false });
    at = end;
  }
}

/** Texts: words are parts; those of the first kilobyte that are numbers are told by `numberWords` of the mutator. */
function words(bytes: Buffer, found: Found): void {
  for (const { index, 0: word } of bytes.toString("latin1", 0, 4096).matchAll(/[^\s]+\s?/g))
    if (found.parts.length < mostParts) found.parts.push({ start: index, end: index + word.length });
}

function bareBytes(bytes: Buffer, found: Found): void {
  for (let at = 2; at < Math.min(bytes.length, 40); at++) found.fields.push({ at, bytes: 1, big: false });
  for (let at = 2; at < bytes.length; at += Math.max(4, bytes.length >> 4))
    found.parts.push({ start: at, end: Math.min(bytes.length, at + (bytes.length >> 4)) });
}

function macIconParts(bytes: Buffer, found: Found): void {
  found.fields.push({ at: 4, bytes: 4, big: true });
  for (let at = 8; at + 8 <= bytes.length && found.parts.length < mostParts;) {
    const end = at + Math.max(8, bytes.readUInt32BE(at + 4));
    found.parts.push({ start: at, end });
    numbers(found, at + 4, Math.min(end, at + 12), true);
    at = end;
  }
}

function header(
  bytes: Buffer,
  found: Found,
  { numbers: longs, shorts: two, length, big }: { numbers: number[]; shorts: number[]; length: number; big: boolean },
): void {
  for (const at of longs) found.fields.push({ at, bytes: 4, big });
  for (const at of two) found.fields.push({ at, bytes: 2, big });
  for (let at = 0; at < length; at++) found.fields.push({ at, bytes: 1, big });
  for (let at = length; at < bytes.length; at += Math.max(16, bytes.length >> 3))
    found.parts.push({ start: at, end: Math.min(bytes.length, at + Math.max(16, bytes.length >> 3)) });
}

function shorts(found: Found, from: number, to: number, big: boolean): void {
  for (let at = from; at + 2 <= to; at += 2) found.fields.push({ at, bytes: 2, big });
}

function numbers(found: Found, from: number, to: number, big: boolean): void {
  for (let at = from; at + 4 <= to; at += 4) found.fields.push({ at, bytes: 4, big });
}
