/**
 * @file Reads of a DICOM file what describes its pixels and what a person may see (PS3.3 C.7.6.3, C.11). Tags are read by name from a fixed list:
 * nothing about a patient is among them.
 */
import { inflateRawSync } from "node:zlib";

import dicomParser from "dicom-parser";
import type { DataSet, Element } from "dicom-parser";

import { DecodeError } from "../decode-error.ts";

export interface DicomImage {
  readonly facts: {
    readonly rows: number;
    readonly columns: number;
    readonly windowCentre: number | null;
    readonly windowWidth: number | null;
  };
  readonly transferSyntax: string;
  readonly photometric: string;
  readonly samplesPerPixel: number;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Colour by plane and not by pixel. */
  readonly planar: boolean;
  readonly bigEndian: boolean;
  /** Bytes were written as 16-bit words (VR OW), which matters for 8-bit samples in big endian. */
  readonly words: boolean;
  readonly frames: number;
  readonly slope: number;
  readonly intercept: number;
  readonly windowFunction: string;
  /** Values that stand for "no picture here". */
  readonly padding: number | null;
  /** Red, green and blue tables of PALETTE COLOR. */
  readonly palette: readonly [DicomTable, DicomTable, DicomTable] | null;
  /** Bytes of the first frame, as stored. */
  readonly frame: () => Uint8Array;
}

export interface DicomTable {
  readonly first: number;
  readonly values: Uint8Array;
}

const implicitLittleEndian = "1.2.840.10008.1.2";
const explicitBigEndian = "1.2.840.10008.1.2.2";
/** No header inflates to more. */
const inflatedLimit = 1024 * 1024 * 1024;

export function readDicom(bytes: Buffer): DicomImage {
  const set = parse(bytes);
  const pixels = set.elements["x7fe00010"];
  if (pixels === undefined) {
    const other = set.elements["x7fe00008"] !== undefined || set.elements["x7fe00009"] !== undefined;
    if (other) throw new DecodeError("unsupported", "DICOM with floating-point pixels cannot be read yet");
    // A header that describes pixels promises some; reports and plans do not.
    if (set.elements["x00280010"] !== undefined) throw new DecodeError("truncated", "the DICOM file ends before its picture");
    throw new DecodeError("unsupported", "this DICOM file holds no picture");
  }
  const transferSyntax = set.string("x00020010") ?? implicitLittleEndian;
  const rows = set.uint16("x00280010") ?? 0;
  const columns = set.uint16("x00280011") ?? 0;
  const bitsAllocated = set.uint16("x00280100") ?? 16;
  const bitsStored = set.uint16("x00280101") ?? bitsAllocated;
  const samplesPerPixel = set.uint16("x00280002") ?? 1;
  if (![1, 8, 16, 32].includes(bitsAllocated) || bitsStored < 1 || bitsStored > bitsAllocated)
    throw new DecodeError("unsupported", `DICOM with ${bitsAllocated} bits a sample (${bitsStored} of them used)`);
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) throw new DecodeError("unsupported", `DICOM with ${samplesPerPixel} samples a pixel`);
  const photometric = set.string("x00280004") ?? (samplesPerPixel === 3 ? "RGB" : "MONOCHROME2");
  const signed = (set.uint16("x00280103") ?? 0) === 1;
  const frames = Math.max(1, set.intString("x00280008") ?? 1);
  const frameBytes = frameLength({ rows, columns, bitsAllocated, samplesPerPixel, photometric });
  return {
    facts: {
      rows,
      columns,
      windowCentre: finite(set.floatString("x00281050")) ?? null,
      windowWidth: finite(set.floatString("x00281051")) ?? null,
    },
    transferSyntax,
    photometric,
    samplesPerPixel,
    bitsAllocated,
    bitsStored,
    signed,
    frames,
    highBit: set.uint16("x00280102") ?? bitsStored - 1,
    planar: samplesPerPixel > 1 && set.uint16("x00280006") === 1,
    bigEndian: transferSyntax === explicitBigEndian,
    words: pixels.vr === "OW",
    slope: nonZero(set.floatString("x00281053")) ?? 1,
    intercept: finite(set.floatString("x00281052")) ?? 0,
    windowFunction: set.string("x00281056") ?? "LINEAR",
    padding: (signed ? set.int16("x00280120") : set.uint16("x00280120")) ?? null,
    palette: photometric === "PALETTE COLOR" ? readPalette(set) : null,
    frame: () => (pixels.encapsulatedPixelData === true ? encapsulatedFrame(set, pixels, frames) : nativeFrame(set, pixels, frameBytes)),
  };
}

function parse(bytes: Buffer): DataSet {
  const hasPreamble = bytes.length > 132 && bytes.toString("latin1", 128, 132) === "DICM";
  const inflater = (all: Uint8Array, position: number): Uint8Array => {
    const head = Buffer.from(all.buffer, all.byteOffset, position);
    return Buffer.concat([
      head,
      inflateRawSync(Buffer.from(all.buffer, all.byteOffset + position, all.length - position), { maxOutputLength: inflatedLimit }),
    ]);
  };
  try {
    // The package's types forget that an inflater gives its result back.
    const options = {
      ...(hasPreamble ? {} : { TransferSyntaxUID: implicitLittleEndian }),
      inflater: inflater as (all: Uint8Array, position: number) => void,
    };
    return dicomParser.parseDicom(bytes, options);
  } catch (thrown) {
    const message =
      typeof thrown === "string"
        ? thrown
        : thrown instanceof Error
          ? thrown.message
          : typeof thrown === "object" && thrown !== null && "exception" in thrown
            ? String(thrown.exception)
            : "unknown";
    const short = /past end|overrun|overread|unexpected end|beyond|out of range|basic offset table not found/i.test(message);
    throw new DecodeError(short ? "truncated" : "corrupt", `the DICOM header cannot be read: ${message}`);
  }
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function nonZero(value: number | undefined): number | undefined {
  return finite(value) === 0 ? undefined : finite(value);
}

function frameLength(of: { rows: number; columns: number; bitsAllocated: number; samplesPerPixel: number; photometric: string }): number {
  const perPixel = of.photometric === "YBR_FULL_422" && of.samplesPerPixel === 3 ? 2 : of.samplesPerPixel;
  return Math.ceil((of.rows * of.columns * perPixel * of.bitsAllocated) / 8);
}

function nativeFrame(set: DataSet, pixels: Element, frameBytes: number): Uint8Array {
  const available = Math.min(pixels.length, set.byteArray.length - pixels.dataOffset);
  if (available < frameBytes)
    throw new DecodeError("truncated", `the picture needs ${frameBytes} bytes, the file has ${Math.max(0, available)}`);
  return set.byteArray.subarray(pixels.dataOffset, pixels.dataOffset + frameBytes);
}

/** One frame: all fragments. Several: the offset table says where the second begins; without one each fragment is taken as a frame. */
function encapsulatedFrame(set: DataSet, pixels: Element, frames: number): Uint8Array {
  const fragments = pixels.fragments ?? [];
  const second = frames > 1 ? pixels.basicOffsetTable?.[1] : undefined;
  const own =
    frames === 1 ? fragments : second === undefined ? fragments.slice(0, 1) : fragments.filter((fragment) => fragment.offset < second);
  if (own.length === 0) throw new DecodeError("truncated", "the DICOM file ends before its first frame");
  return Buffer.concat(own.map((fragment) => set.byteArray.subarray(fragment.position, fragment.position + fragment.length)));
}

/** PS3.3 C.7.6.3.1.5: entries, first value, bits; then the table as bytes or words. */
function readPalette(set: DataSet): readonly [DicomTable, DicomTable, DicomTable] {
  const read = (descriptor: string, tag: string): DicomTable => {
    const element = set.elements[tag];
    const entries = set.uint16(descriptor, 0);
    if (element === undefined || entries === undefined)
      throw new DecodeError("unsupported", "DICOM with a segmented or missing palette cannot be read yet");
    const count = entries === 0 ? 65536 : entries;
    const first = set.uint16(descriptor, 1) ?? 0;
    if (element.length < count * 2)
      return {
        first,
        values: Uint8Array.from(set.byteArray.subarray(element.dataOffset, element.dataOffset + Math.min(count, element.length))),
      };
    const wide = Uint16Array.from({ length: count }, (_, index) => set.uint16(tag, index) ?? 0);
    const isByte = wide.every((value) => value < 256);
    return { first, values: Uint8Array.from(wide, (value) => (isByte ? value : value >> 8)) };
  };
  return [read("x00281101", "x00281201"), read("x00281102", "x00281202"), read("x00281103", "x00281203")];
}
