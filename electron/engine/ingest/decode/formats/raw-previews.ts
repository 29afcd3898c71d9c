/**
 * @file Where a camera raw keeps its finished pictures: every JPEG that the file's own structure points to. Raws made of TIFF directories (CR2, NEF, ARW, DNG,
 * PEF, SRW, and with other magic numbers ORF and RW2), Fujifilm's RAF with a header of its own, Canon's CR3 made of boxes. Tags and boxes as ExifTool documents them.
 */
import { findBox, readBoxes } from "./boxes.ts";
import { bytesOf, numberOf, numbersOf, readChain, readDirectory, tiffTags } from "./tiff-directory.ts";
import type { TiffDirectory, TiffFile } from "./tiff-directory.ts";

export interface Span {
  readonly start: number;
  readonly length: number;
}

const exifDirectory = 34665;
const makerNote = 37500;
const panasonicJpeg = 0x002e;
const olympusSettings = 0x2020;
const olympusPreviewStart = 0x0101;
const olympusPreviewLength = 0x0102;
/** Raws have two dozen directories at most; one may point to itself. */
const directoryLimit = 64;

/** Every directory of the file: the chain, what hangs below it, and EXIF. */
export function allDirectories(file: TiffFile): TiffDirectory[] {
  const waiting = readChain(file).slice(0, directoryLimit);
  const seen = new Set<number>();
  const found: TiffDirectory[] = [];
  for (let directory = waiting.shift(); directory !== undefined && found.length < directoryLimit; directory = waiting.shift()) {
    found.push(directory);
    for (const at of [...numbersOf(directory, tiffTags.subDirectories, 16), ...numbersOf(directory, exifDirectory, 1)]) {
      if (seen.has(at)) continue;
      seen.add(at);
      const below = readDirectory(file, at);
      if (below !== null) waiting.push(below);
    }
  }
  return found;
}

/** What the directories point to as JPEG; some of it may be raw data in a lossless one. */
export function tiffPreviews(directories: readonly TiffDirectory[]): Span[] {
  return directories.flatMap((directory) => [...pointed(directory), ...strip(directory), ...panasonic(directory), ...olympus(directory)]);
}

function pointed(directory: TiffDirectory): Span[] {
  const start = numberOf(directory, tiffTags.jpegOffset);
  const length = numberOf(directory, tiffTags.jpegLength);
  return start === undefined || length === undefined ? [] : [{ start, length }];
}

/** A whole JPEG as the one strip of a picture (compression 6 or 7). */
function strip(directory: TiffDirectory): Span[] {
  const compression = numberOf(directory, tiffTags.compression);
  const offsets = numbersOf(directory, tiffTags.stripOffsets, 2);
  const lengths = numbersOf(directory, tiffTags.stripByteCounts, 2);
  if ((compression !== 6 && compression !== 7) || offsets.length !== 1 || lengths.length !== 1) return [];
  return [{ start: offsets[0] as number, length: lengths[0] as number }];
}

function panasonic({ entries }: TiffDirectory): Span[] {
  const entry = entries.get(panasonicJpeg);
  return entry === undefined || entry.type !== 7 ? [] : [{ start: entry.at, length: entry.count }];
}

/** In a directory of the maker's notes, whose offsets count from where the notes begin. */
function olympus(directory: TiffDirectory): Span[] {
  const notes = directory.entries.get(makerNote);
  const bytes = bytesOf(directory, makerNote);
  if (notes === undefined || bytes === null) return [];
  const headerBytes = bytes.toString("latin1", 0, 8) === "OLYMPUS\0" ? 12 : bytes.toString("latin1", 0, 10) === "OM SYSTEM\0" ? 16 : 0;
  if (headerBytes === 0) return [];
  const file: TiffFile = {
    bytes: directory.file.bytes.subarray(notes.at),
    little: bytes[headerBytes - 4] === 0x49,
    isBig: false,
    first: headerBytes,
  };
  const first = readDirectory(file, headerBytes);
  const settings =
    first === null ? null : readDirectory(file, numberOf(first, olympusSettings) ?? first.entries.get(olympusSettings)?.at ?? 0);
  const start = settings === null ? undefined : numberOf(settings, olympusPreviewStart);
  const length = settings === null ? undefined : numberOf(settings, olympusPreviewLength);
  return start === undefined || length === undefined ? [] : [{ start: notes.at + start, length }];
}

/** RAF: the place of the JPEG lies at 84, its length at 88. */
export function fujiPreviews(bytes: Buffer): Span[] {
  return bytes.length < 92 ? [] : [{ start: bytes.readUInt32BE(84), length: bytes.readUInt32BE(88) }];
}

const canonMetadata = "85c0b687820f11e08111f4ce462b6a48";
const canonPreview = "eaf42b5e1c984b88b9fbb7dc406e4d16";

/** CR3: the samples of its tracks, the preview box and the thumbnail box; and the directory with the orientation. */
export function canonBoxes(bytes: Buffer): { previews: Span[]; directory: Buffer | null } {
  const top = readBoxes(bytes);
  const movie = findBox(top, "moov");
  const inMovie = movie === null ? [] : readBoxes(bytes, movie.start, movie.end);
  const metadata = inMovie.find((box) => box.uuid === canonMetadata);
  const inMetadata = metadata === undefined ? [] : readBoxes(bytes, metadata.start, metadata.end);
  const preview = top.find((box) => box.uuid === canonPreview);
  // Eight bytes of versions stand before the preview's box.
  const inPreview = preview === undefined ? [] : readBoxes(bytes, preview.start + 8, preview.end);
  const directory = findBox(inMetadata, "CMT1");
  const boxed = [...inMetadata, ...inPreview].filter(({ type }) => type === "THMB" || type === "PRVW");
  const tracks = inMovie.filter(({ type }) => type === "trak");
  return {
    previews: [...tracks.flatMap((track) => trackSample(bytes, track)), ...boxed.flatMap((box) => fromMarker(bytes, box))],
    directory: directory === null ? null : bytes.subarray(directory.start, directory.end),
  };
}

/** A few numbers stand before the JPEG. */
function fromMarker(bytes: Buffer, { start, end }: { start: number; end: number }): Span[] {
  const at = bytes.subarray(start, Math.min(end, start + 32)).indexOf("\xff\xd8\xff", 0, "latin1");
  return at < 0 ? [] : [{ start: start + at, length: end - start - at }];
}

/** The first sample of a track: its place (co64 or stco) and its length (stsz). */
function trackSample(bytes: Buffer, track: { start: number; end: number }): Span[] {
  let level = readBoxes(bytes, track.start, track.end);
  for (const type of ["mdia", "minf", "stbl"]) {
    const inner = findBox(level, type);
    if (inner === null) return [];
    level = readBoxes(bytes, inner.start, inner.end);
  }
  const sizes = findBox(level, "stsz");
  const wide = findBox(level, "co64");
  const offsets = wide ?? findBox(level, "stco");
  if (sizes === null || offsets === null || sizes.end - sizes.start < 12 || offsets.end - offsets.start < (wide ? 16 : 12)) return [];
  const same = bytes.readUInt32BE(sizes.start + 4);
  const length = same !== 0 ? same : sizes.end - sizes.start >= 16 ? bytes.readUInt32BE(sizes.start + 12) : 0;
  return [{ start: wide ? Number(bytes.readBigUInt64BE(offsets.start + 8)) : bytes.readUInt32BE(offsets.start + 8), length }];
}
