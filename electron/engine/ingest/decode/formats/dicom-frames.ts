/**
 * @file Finds the bytes of one frame in a DICOM file: in a row where pixels are stored as they are, in fragments where they are compressed (PS3.5 A.4).
 */
import { DecodeError } from "../decode-error.ts";
import { readFragments, undefinedLength } from "./dicom-elements.ts";
import type { DicomImage } from "./dicom-header.ts";

const tags = { extendedOffsets: 0x7fe00001, extendedLengths: 0x7fe00002 } as const;
/** Between the end of one fragment and the next one's bytes: tag and length. */
const itemHeadBytes = 8;

/** Bits of a frame as it is stored: of two pixels that share their chroma, four samples. */
export function frameBits({ rows, columns, samplesPerPixel, bitsAllocated, photometric }: DicomImage): number {
  const samples = photometric === "YBR_FULL_422" && samplesPerPixel === 3 ? 2 : samplesPerPixel;
  return rows * columns * samples * bitsAllocated;
}

/** True where the pixels lie in fragments, whatever the transfer syntax says. */
export function isEncapsulated({ pixels }: DicomImage): boolean {
  return pixels.claimed === undefinedLength;
}

/** One after another; frames of single bits begin inside a byte. @returns the bytes, and how many bits of the first belong to the frame before */
export function nativeFrame(image: DicomImage, frame: number): { bytes: Buffer; skippedBits: number } {
  const { set, pixels, frames } = image;
  const bits = frameBits(image);
  const needed = Math.ceil((bits * frames) / 8);
  if (pixels.length < needed)
    throw new DecodeError(
      "truncated",
      `${frames === 1 ? "the picture needs" : `its ${frames} frames need`} ${needed} bytes, the file has ${pixels.length}`,
    );
  const first = frame * bits;
  const from = Math.floor(first / 8);
  const to = Math.ceil((first + bits) / 8);
  return {
    bytes: isInSwappedPairs(image) ? unpaired(image, from, to) : set.bytes.subarray(pixels.start + from, pixels.start + to),
    skippedBits: first % 8,
  };
}

/** Samples of 8 bits written as words of big endian lie in pairs, the second one first (PS3.5 8.1.1). */
function isInSwappedPairs({ set, pixels, bitsAllocated }: DicomImage): boolean {
  return set.coding.bigEndian && bitsAllocated === 8 && pixels.vr === "OW";
}

/** A frame may begin or end inside a pair. */
function unpaired({ set, pixels }: DicomImage, from: number, to: number): Buffer {
  const even = from & ~1;
  const pairs = Buffer.from(set.bytes.subarray(pixels.start + even, pixels.start + ((to + 1) & ~1)));
  const whole = pairs.length % 2 === 0 ? pairs : Buffer.concat([pairs, Buffer.alloc(1)]);
  return whole.swap16().subarray(from - even, to - even);
}

/** The fragments of a frame put together. */
export function encapsulatedFrame(image: DicomImage, frame: number): Buffer {
  const { set, pixels, frames } = image;
  const { spans, isCut } = readFragments(set, pixels);
  const [table, ...fragments] = spans;
  if (table === undefined || fragments.length === 0) throw new DecodeError("truncated", "the DICOM file ends before its first frame");
  const own =
    frames === 1
      ? fragments
      : (fromExtended(image, fragments, frame) ??
        fromBasic(image, fragments, { table, frame }) ??
        fromMarkers(image, fragments, { frame, isCut }));
  const bytes = Buffer.concat(own.map(({ from, to }) => set.bytes.subarray(from, to)));
  if (bytes.length === 0) throw new DecodeError("corrupt", `frame ${frame + 1} of ${frames} has no bytes`);
  if (isCut && own.at(-1) === fragments.at(-1)) throw new DecodeError("truncated", `the file ends inside frame ${frame + 1} of ${frames}`);
  return bytes;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function fromBasic({ set }: DicomImage, fragments: readonly Span[], { table, frame }: { table: Span; frame: number }): Span[] | null {
  const entry = (index: number): number | null =>
    table.from + index * 4 + 4 <= table.to ? set.bytes.readUInt32LE(table.from + index * 4) : null;
  const begin = entry(frame);
  return begin === null || entry(0) !== 0 ? null : between(fragments, begin, entry(frame + 1));
}

function fromExtended({ set }: DicomImage, fragments: readonly Span[], frame: number): Span[] | null {
  const table = set.elements.get(tags.extendedOffsets);
  const entry = (index: number): number | null =>
    table !== undefined && table.length >= index * 8 + 8 ? Number(set.bytes.readBigUInt64LE(table.start + index * 8)) : null;
  const begin = entry(frame);
  if (begin === null || entry(0) !== 0) return null;
  const own = between(fragments, begin, entry(frame + 1));
  const lengths = set.elements.get(tags.extendedLengths);
  const only = own?.length === 1 ? own[0] : undefined;
  if (only === undefined || lengths === undefined || lengths.length < frame * 8 + 8) return own;
  const length = Number(set.bytes.readBigUInt64LE(lengths.start + frame * 8));
  return length > 0 && only.from + length <= only.to ? [{ from: only.from, to: only.from + length }] : own;
}

/** Offsets count from the head of the first fragment. Null where they do not lead to one: then the table is of no use. */
function between(fragments: readonly Span[], begin: number, end: number | null): Span[] | null {
  const origin = (fragments[0] as Span).from - itemHeadBytes;
  const place = (offset: number): number => fragments.findIndex(({ from }) => from - itemHeadBytes - origin === offset);
  const first = place(begin);
  const last = end === null ? fragments.length : place(end);
  return first < 0 || last <= first ? null : fragments.slice(first, last);
}

/** Without a table: a fragment for each frame, else a frame begins where a codestream does (JPEG's SOI, JPEG 2000's SOC). */
function fromMarkers({ set, frames }: DicomImage, fragments: readonly Span[], { frame, isCut }: { frame: number; isCut: boolean }): Span[] {
  const begins = (span: Span): boolean => {
    const head = span.to - span.from >= 2 ? set.bytes.readUInt16BE(span.from) : 0;
    return head === 0xffd8 || head === 0xff4f;
  };
  const starts = fragments.flatMap((span, index) => (begins(span) ? [index] : []));
  const places = fragments.length === frames || starts.length === 0 ? fragments.map((_, index) => index) : starts;
  const first = places[frame];
  if (first === undefined || (places.length < frames && !isCut))
    throw new DecodeError("truncated", `the header says ${frames} frames, the file has ${places.length}`);
  return fragments.slice(first, places[frame + 1] ?? fragments.length);
}
