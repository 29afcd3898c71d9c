/**
 * @file The directories of TIFF 6.0 and BigTIFF, in both byte orders: what TIFF pictures and most camera raws are made of. Values are read only when asked
 * for, and never more of them than the file holds.
 */
import { DecodeError } from "../decode-error.ts";

export interface TiffFile {
  readonly bytes: Buffer;
  readonly little: boolean;
  /** Offsets of 64 bits. */
  readonly isBig: boolean;
  /** Where the first directory lies. */
  readonly first: number;
}

export interface TiffEntry {
  readonly type: number;
  readonly count: number;
  /** Where the values lie in the file. */
  readonly at: number;
}

export interface TiffDirectory {
  readonly file: TiffFile;
  readonly entries: ReadonlyMap<number, TiffEntry>;
  /** Where the next directory lies; 0 = none. */
  readonly next: number;
  /** Some values lie beyond the end of the file. */
  readonly isCutOff: boolean;
}

export const tiffTags = {
  subfileType: 254,
  width: 256,
  height: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  make: 271,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  predictor: 317,
  colourMap: 320,
  tileWidth: 322,
  tileHeight: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  subDirectories: 330,
  extraSamples: 338,
  sampleFormat: 339,
  jpegOffset: 513,
  jpegLength: 514,
  iccProfile: 34675,
  noData: 42113,
} as const;

const sizes: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** A directory of a picture has a few dozen entries, one of a camera a few hundred. */
const entryLimit = 4096;
/** Directories that are followed; a file may chain them in a circle. */
const directoryLimit = 10_000;

/** @param magics the second word of the header: 42, 43 (BigTIFF), or what a camera maker put there */
export function openTiff(bytes: Buffer, magics: readonly number[] = [42, 43]): TiffFile {
  if (bytes.length < 16) throw new DecodeError("truncated", "the file ends inside the header of the TIFF");
  const little = bytes[0] === 0x49;
  const magic = little ? bytes.readUInt16LE(2) : bytes.readUInt16BE(2);
  if (!magics.includes(magic)) throw new DecodeError("corrupt", `the header of the TIFF says ${magic} where 42 belongs`);
  const isBig = magic === 43;
  const file = { bytes, little, isBig, first: 0 };
  return { ...file, first: isBig ? readLong(file, 8) : readWord(file, 4, 4) };
}

/** Null where no directory lies at that place. */
export function readDirectory(file: TiffFile, at: number): TiffDirectory | null {
  const { bytes, isBig } = file;
  const countBytes = isBig ? 8 : 2;
  const entryBytes = isBig ? 20 : 12;
  // A place may come out of a fraction.
  if (!Number.isInteger(at) || at < 8 || at + countBytes > bytes.length) return null;
  const count = isBig ? readLong(file, at) : readWord(file, at, 2);
  const end = at + countBytes + count * entryBytes;
  if (count > entryLimit || end > bytes.length) return null;
  const entries = new Map<number, TiffEntry>();
  let isCutOff = false;
  for (let index = 0, from = at + countBytes; index < count; index++, from += entryBytes) {
    const type = readWord(file, from + 2, 2);
    const values = isBig ? readLong(file, from + 4) : readWord(file, from + 4, 4);
    const room = isBig ? 8 : 4;
    const place = from + (isBig ? 12 : 8);
    const length = values * (sizes[type] ?? 0);
    const valuesAt = length <= room ? place : isBig ? readLong(file, place) : readWord(file, place, 4);
    if (valuesAt + length > bytes.length) isCutOff = true;
    else if (length > 0) entries.set(readWord(file, from, 2), { type, count: values, at: valuesAt });
  }
  const pointerBytes = isBig ? 8 : 4;
  const next = end + pointerBytes > bytes.length ? 0 : isBig ? readLong(file, end) : readWord(file, end, 4);
  return { file, entries, next, isCutOff };
}

/** The chain of directories from the first on: the pages of a TIFF. */
export function readChain(file: TiffFile): TiffDirectory[] {
  const seen = new Set<number>();
  const chain: TiffDirectory[] = [];
  for (let at = file.first; at !== 0 && !seen.has(at) && chain.length < directoryLimit;) {
    seen.add(at);
    const directory = readDirectory(file, at);
    if (directory === null) break;
    chain.push(directory);
    at = directory.next;
  }
  return chain;
}

/** The values of a tag as numbers; none where it is absent or not of numbers. */
export function numbersOf({ file, entries }: TiffDirectory, tag: number, most = Infinity): number[] {
  const entry = entries.get(tag);
  if (entry === undefined) return [];
  const size = sizes[entry.type] as number;
  return Array.from({ length: Math.min(entry.count, most) }, (_, index) => readValue(file, entry.type, entry.at + index * size));
}

export function numberOf(directory: TiffDirectory, tag: number): number | undefined {
  return numbersOf(directory, tag, 1)[0];
}

export function bytesOf({ file, entries }: TiffDirectory, tag: number): Buffer | null {
  const entry = entries.get(tag);
  return entry === undefined ? null : file.bytes.subarray(entry.at, entry.at + entry.count * (sizes[entry.type] as number));
}

export function textOf(directory: TiffDirectory, tag: number): string {
  return bytesOf(directory, tag)?.toString("latin1").replace(/\0.*$/s, "").trim() ?? "";
}

/** 1..8; 1 where it is absent or damaged. */
export function orientationOf(directory: TiffDirectory): number {
  const value = numberOf(directory, tiffTags.orientation) ?? 1;
  return value >= 1 && value <= 8 ? value : 1;
}

function readValue(file: TiffFile, type: number, at: number): number {
  const { bytes, little } = file;
  switch (type) {
    case 5:
      return readWord(file, at, 4) / readWord(file, at + 4, 4);
    case 6:
      return bytes.readInt8(at);
    case 8:
      return little ? bytes.readInt16LE(at) : bytes.readInt16BE(at);
    case 9:
      return little ? bytes.readInt32LE(at) : bytes.readInt32BE(at);
    case 10:
      return little ? bytes.readInt32LE(at) / bytes.readInt32LE(at + 4) : bytes.readInt32BE(at) / bytes.readInt32BE(at + 4);
    case 11:
      return little ? bytes.readFloatLE(at) : bytes.readFloatBE(at);
    case 12:
      return little ? bytes.readDoubleLE(at) : bytes.readDoubleBE(at);
    default:
      return (sizes[type] as number) === 8 ? readLong(file, at) : readWord(file, at, sizes[type] as 1 | 2 | 4);
  }
}

function readWord({ bytes, little }: { bytes: Buffer; little: boolean }, at: number, length: 1 | 2 | 4): number {
  return little ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
}

/** No file is longer than 2^53 bytes: what is above that points nowhere. */
function readLong({ bytes, little }: { bytes: Buffer; little: boolean }, at: number): number {
  return Number(little ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
}
