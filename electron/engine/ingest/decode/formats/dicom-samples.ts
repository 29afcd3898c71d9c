/**
 * @file The samples of an unpacked frame as whole numbers: any depth, either order of bytes, the used bits alone, signs, planes, shared chroma.
 */
import { DecodeError } from "../decode-error.ts";
import type { DicomImage } from "./dicom-header.ts";

export type Integers = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

/** @returns [rows, columns, samplesPerPixel] */
export function nativeSamples(image: DicomImage, bytes: Buffer, skippedBits: number): Integers | Float32Array | Float64Array {
  const { rows, columns, samplesPerPixel, bitsAllocated, photometric } = image;
  const pixels = rows * columns;
  const isShared = photometric === "YBR_FULL_422" && samplesPerPixel === 3;
  const count = isShared ? pixels * 2 : pixels * samplesPerPixel;
  const needed = Math.ceil((count * bitsAllocated) / 8);
  if (bytes.length < needed) throw new DecodeError("truncated", `the frame needs ${needed} bytes, the file has ${bytes.length}`);
  if (image.isFloat) return floats(image, bytes, count);
  if (bitsAllocated === 1) return Uint8Array.from({ length: count }, (_, index) => bitAt(bytes, index + skippedBits));
  const ordered = inOrder(image, bytes.subarray(0, needed));
  const samples = usedBits(
    integersOf(ordered, { bytesPerSample: bitsAllocated / 8, signed: false, planes: image.planar ? samplesPerPixel : 1 }),
    image,
  );
  return isShared ? spreadChroma(samples, pixels) : samples;
}

/** @param planes more than 1: component after component, which is brought into pixel after pixel */
export function integersOf(
  bytes: Uint8Array,
  { bytesPerSample, signed, planes }: { bytesPerSample: number; signed: boolean; planes: number },
): Integers {
  const copy = bytes.byteOffset % bytesPerSample === 0 ? bytes : Uint8Array.from(bytes);
  const count = Math.floor(copy.length / bytesPerSample);
  const { byteOffset } = copy;
  const buffer = copy.buffer as ArrayBuffer;
  const samples =
    bytesPerSample === 1
      ? new (signed ? Int8Array : Uint8Array)(buffer, byteOffset, count)
      : bytesPerSample === 2
        ? new (signed ? Int16Array : Uint16Array)(buffer, byteOffset, count)
        : new (signed ? Int32Array : Uint32Array)(buffer, byteOffset, count);
  return planes === 1 ? samples : byPixel(samples, planes);
}

/** Samples of `bits` bits whose highest is the sign. */
export function signExtended(samples: Integers, bits: number): Integers {
  const unused = 32 - bits;
  const target = bits <= 8 ? new Int8Array(samples.length) : bits <= 16 ? new Int16Array(samples.length) : new Int32Array(samples.length);
  for (let at = 0; at < target.length; at++) target[at] = ((samples[at] as number) << unused) >> unused;
  return target;
}

function bitAt(bytes: Buffer, index: number): number {
  return ((bytes[index >> 3] as number) >> (index & 7)) & 1;
}

/** Little-endian bytes. */
function inOrder({ set, bitsAllocated }: DicomImage, bytes: Buffer): Buffer {
  if (!set.coding.bigEndian || bitsAllocated === 8) return bytes;
  const copy = Buffer.from(bytes);
  return bitsAllocated === 32 ? copy.swap32() : copy.swap16();
}

function usedBits(samples: Integers, { bitsAllocated, bitsStored, highBit, signed }: DicomImage): Integers {
  const drop = highBit + 1 - bitsStored;
  const isWhole = drop === 0 && bitsStored === bitsAllocated;
  if (isWhole && !signed) return samples;
  const unused = 32 - bitsStored;
  if (signed) return signExtended(drop === 0 ? samples : samples.map((value) => value >>> drop), bitsStored);
  return samples.map((value) => ((value >>> drop) << unused) >>> unused);
}

function floats({ set, bitsAllocated }: DicomImage, bytes: Buffer, count: number): Float32Array | Float64Array {
  const isDouble = bitsAllocated === 64;
  const copy = Buffer.from(bytes.subarray(0, count * (isDouble ? 8 : 4)));
  if (set.coding.bigEndian && isDouble) copy.swap64();
  else if (set.coding.bigEndian) copy.swap32();
  const { buffer } = Uint8Array.from(copy);
  return isDouble ? new Float64Array(buffer) : new Float32Array(buffer);
}

function byPixel<T extends Integers>(samples: T, planes: number): T {
  const result = samples.slice() as T;
  const pixels = Math.floor(samples.length / planes);
  for (let plane = 0, from = 0; plane < planes; plane++)
    for (let pixel = 0, to = plane; pixel < pixels; pixel++, to += planes) result[to] = samples[from++] as number;
  return result;
}

/** Two lumas share their chromas: Y Y Cb Cr. */
function spreadChroma(samples: Integers, pixels: number): Integers {
  const result = new Uint16Array(pixels * 3);
  for (let pixel = 0, to = 0; pixel < pixels; pixel++) {
    const from = (pixel >> 1) * 4;
    result[to++] = samples[from + (pixel & 1)] as number;
    result[to++] = samples[from + 2] as number;
    result[to++] = samples[from + 3] as number;
  }
  return result;
}
