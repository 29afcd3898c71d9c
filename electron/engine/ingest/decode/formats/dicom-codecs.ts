/**
 * @file From a frame as it is stored to whole numbers: one table of transfer syntaxes (PS3.5 section 10, annex A) and what unpacks each.
 */
import { inflateRawSync } from "node:zlib";

import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { readJpegHeader } from "../jpeg-header.ts";
import { decodeRaw } from "../vips-raw.ts";
import { decodeCodestream } from "./codestreams.ts";
import type { Codestream } from "./codestreams.ts";
import { encapsulatedFrame, frameBits, isEncapsulated, nativeFrame } from "./dicom-frames.ts";
import type { DicomImage } from "./dicom-header.ts";
import { unpackRle } from "./dicom-rle.ts";
import { integersOf, nativeSamples, signExtended } from "./dicom-samples.ts";
import type { Integers } from "./dicom-samples.ts";
import { unpackAtMost } from "./inflate.ts";
import { readJp2Header } from "./jp2-header.ts";
import { decodeLosslessJpeg } from "./jpeg-lossless.ts";
import { decodeTwelveBitJpeg } from "./jpeg-twelve.ts";

export interface StoredFrame {
  /** [rows, columns, samplesPerPixel] */
  readonly samples: Integers | Float32Array | Float64Array;
  /** What the samples are, where the codec has changed it. */
  readonly photometric: string;
  /** How many bits of each count. */
  readonly bits: number;
}

/** The codecs keep each sample as a whole number of four bytes, and then some. */
const codecBytesPerPixel = 25;

type Unpack = (image: DicomImage, frame: number) => StoredFrame | Promise<StoredFrame>;

const jpeg2000: Unpack = (image, frame) => fromCodestream("jpeg2000", image, frame);
const highThroughput: Unpack = (image, frame) => fromCodestream("highThroughput", image, frame);
const jpegLs: Unpack = (image, frame) => fromCodestream("jpegLs", image, frame);

const unpackers: Readonly<Record<string, Unpack>> = {
  "1.2.840.10008.1.2": native,
  "1.2.840.10008.1.2.1": native,
  "1.2.840.10008.1.2.1.98": native,
  "1.2.840.10008.1.2.1.99": native,
  "1.2.840.10008.1.2.2": native,
  // What GE's private one says is explicit little endian with pixels in big endian.
  "1.2.840.113619.5.2": (image, frame) => native({ ...image, set: { ...image.set, coding: { bigEndian: true, explicit: false } } }, frame),
  "1.2.840.10008.1.2.5": runLengths,
  "1.2.840.10008.1.2.8.1": deflatedFrame,
  "1.2.840.10008.1.2.4.50": anyJpeg,
  "1.2.840.10008.1.2.4.51": anyJpeg,
  "1.2.840.10008.1.2.4.53": anyJpeg,
  "1.2.840.10008.1.2.4.55": anyJpeg,
  "1.2.840.10008.1.2.4.57": anyJpeg,
  "1.2.840.10008.1.2.4.70": anyJpeg,
  "1.2.840.10008.1.2.4.80": jpegLs,
  "1.2.840.10008.1.2.4.81": jpegLs,
  "1.2.840.10008.1.2.4.90": jpeg2000,
  "1.2.840.10008.1.2.4.91": jpeg2000,
  "1.2.840.10008.1.2.4.92": jpeg2000,
  "1.2.840.10008.1.2.4.93": jpeg2000,
  "1.2.840.10008.1.2.4.201": highThroughput,
  "1.2.840.10008.1.2.4.202": highThroughput,
  "1.2.840.10008.1.2.4.203": highThroughput,
};

/** What is not unpacked, by name. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^1\.2\.840\.10008\.1\.2\.4\.(9[45]|20[45])$/, "JPIP, which points to a server"],
  [/^1\.2\.840\.10008\.1\.2\.4\.10\d/, "video"],
  [/^1\.2\.840\.10008\.1\.2\.4\.11\d/, "JPEG XL"],
];

export function unpackFrame(image: DicomImage, frame: number): StoredFrame | Promise<StoredFrame> {
  const { transferSyntax } = image;
  const unpack = unpackers[transferSyntax];
  if (unpack !== undefined) return unpack(image, frame);
  const name = others.find(([pattern]) => pattern.test(transferSyntax))?.[1];
  throw new DecodeError(
    "unsupported",
    `DICOM with transfer syntax ${transferSyntax}${name === undefined ? "" : ` (${name})`} cannot be read yet`,
  );
}

function native(image: DicomImage, frame: number): StoredFrame {
  const { bytes, skippedBits } = isEncapsulated(image)
    ? { bytes: encapsulatedFrame(image, frame), skippedBits: 0 }
    : nativeFrame(image, frame);
  return { samples: nativeSamples(image, bytes, skippedBits), photometric: spreadName(image), bits: image.bitsStored };
}

/** Shared chroma has been given to each pixel. */
function spreadName({ photometric }: DicomImage): string {
  return photometric === "YBR_FULL_422" ? "YBR_FULL" : photometric;
}

/** The bytes of a compressed frame; one that lies there without fragments is taken as a whole. */
function packedFrame(image: DicomImage, frame: number): Buffer {
  const { set, pixels, frames } = image;
  if (isEncapsulated(image)) return encapsulatedFrame(image, frame);
  if (frames > 1) throw new DecodeError("corrupt", `${frames} compressed frames that are not in fragments`);
  return set.bytes.subarray(pixels.start, pixels.start + pixels.length);
}

function runLengths(image: DicomImage, frame: number): StoredFrame {
  const { rows, columns, samplesPerPixel, bitsAllocated } = image;
  const shape = { pixels: rows * columns, samples: samplesPerPixel, bytesPerSample: Math.max(1, bitsAllocated / 8) };
  const bytes = Buffer.from(unpackRle(packedFrame(image, frame), shape).buffer);
  const interleaved = { ...image, planar: false, photometric: spreadName(image), set: littleEndian(image) };
  return { samples: nativeSamples(interleaved, bytes, 0), photometric: interleaved.photometric, bits: image.bitsStored };
}

function deflatedFrame(image: DicomImage, frame: number): StoredFrame {
  const length = Math.ceil(frameBits(image) / 8);
  const bytes = unpackAtMost(length, "a frame", (maxOutputLength) => inflateRawSync(packedFrame(image, frame), { maxOutputLength }));
  if (bytes.length < length) throw new DecodeError("truncated", `a frame unpacks to ${bytes.length} of ${length} bytes`);
  return { samples: nativeSamples(image, bytes, 0), photometric: spreadName(image), bits: image.bitsStored };
}

function littleEndian({ set }: DicomImage): DicomImage["set"] {
  return { ...set, coding: { ...set.coding, bigEndian: false } };
}

/** The frame itself says which process of JPEG it is; transfer syntaxes are often wrong about it. */
async function anyJpeg(image: DicomImage, frame: number): Promise<StoredFrame> {
  const { rows, columns, samplesPerPixel } = image;
  const bytes = packedFrame(image, frame);
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) throw new DecodeError("corrupt", `frame ${frame + 1} is no JPEG`);
  const header = readJpegHeader(bytes);
  if (header.width !== columns || header.height !== rows)
    throw new DecodeError("corrupt", `the frame is ${header.width} x ${header.height}, the header says ${columns} x ${rows}`);
  if (header.components !== samplesPerPixel)
    throw new DecodeError("corrupt", `the frame has ${header.components} components, the header says ${samplesPerPixel}`);
  const size = { width: columns, height: rows };
  if (header.frame === 0xc3) {
    const { samples, precision } = decodeLosslessJpeg(bytes, size);
    return asDescribed(image, { samples, bits: precision, signed: false });
  }
  if (header.bitDepth === 12 && header.frame <= 0xc1)
    return asDescribed(image, { samples: decodeTwelveBitJpeg(bytes, size), bits: 12, signed: false });
  if (header.bitDepth !== 8 || header.frame > 0xc2)
    throw new DecodeError("unsupported", `JPEG of ${header.bitDepth} bits, process ${header.frame - 0xc0}, cannot be read yet`);
  const isUnmarked = image.photometric === "RGB" && header.adobeTransform === null;
  const { data } = await decodeRaw(isUnmarked ? withoutColourTransform(bytes) : bytes, { hasAlpha: false });
  if (samplesPerPixel === 3) return { samples: data, photometric: "RGB", bits: 8 };
  const grey = new Uint8Array(rows * columns);
  for (let at = 0; at < grey.length; at++) grey[at] = data[at * 3] as number;
  return asDescribed(image, { samples: grey, bits: 8, signed: false });
}

/** libjpeg takes three unmarked components for YCbCr. Where the header says RGB, an Adobe segment with transform 0 tells it. */
function withoutColourTransform(frame: Buffer): Buffer {
  const adobe = Buffer.from([0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0]);
  return Buffer.concat([frame.subarray(0, 2), adobe, frame.subarray(2)]);
}

async function fromCodestream(kind: Codestream, image: DicomImage, frame: number): Promise<StoredFrame> {
  const { rows, columns, samplesPerPixel } = image;
  const bytes = packedFrame(image, frame);
  const claimed = kind === "jpegLs" ? jpegLsSize(bytes) : sizeOfJpeg2000(bytes);
  if (claimed.width !== columns || claimed.height !== rows)
    throw new DecodeError("corrupt", `the frame is ${claimed.width} x ${claimed.height}, the header says ${columns} x ${rows}`);
  checkSize(columns, rows, codecBytesPerPixel);
  const found = await decodeCodestream(kind, bytes);
  const pixels = rows * columns;
  const bytesPerSample = found.bits > 8 ? 2 : 1;
  if (found.components !== samplesPerPixel || found.bytes.length !== pixels * samplesPerPixel * bytesPerSample)
    throw new DecodeError(
      "corrupt",
      `the frame gives ${found.bytes.length} bytes in ${found.components} components, ${samplesPerPixel} components of ${pixels} samples were expected`,
    );
  const samples = integersOf(found.bytes, { bytesPerSample, signed: found.signed, planes: found.planar ? samplesPerPixel : 1 });
  // The codecs undo the transforms of JPEG 2000 themselves.
  const described = asDescribed(image, { samples, bits: found.bits, signed: found.signed });
  return /^YBR_(RCT|ICT)$/.test(image.photometric) ? { ...described, photometric: "RGB" } : described;
}

function sizeOfJpeg2000(bytes: Buffer): { width: number; height: number } {
  if (bytes.length < 16) throw new DecodeError("truncated", "the frame ends inside its header");
  const header = readJp2Header(bytes);
  if (header.isSubsampled) throw new DecodeError("unsupported", "JPEG 2000 with components of different sizes cannot be read yet");
  return header;
}

/** ISO/IEC 14495-1 C.2.2: SOF55. */
function jpegLsSize(bytes: Buffer): { width: number; height: number } {
  for (let at = 2; at + 9 <= bytes.length && bytes[at] === 0xff;) {
    if (bytes[at + 1] === 0xf7) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  throw new DecodeError("corrupt", "the frame has no header of JPEG-LS");
}

/** Codestreams hold unsigned samples of their own depth; the header says that they are signed. */
function asDescribed(image: DicomImage, found: { samples: Integers; bits: number; signed: boolean }): StoredFrame {
  const photometric = spreadName(image);
  const isColour = image.samplesPerPixel === 3;
  const samples = image.signed && !found.signed && !isColour ? signExtended(found.samples, found.bits) : found.samples;
  return { samples, photometric, bits: isColour ? found.bits : Math.min(image.bitsStored, found.bits) };
}
