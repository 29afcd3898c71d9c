/**
 * @file NIfTI volumes, in one file, plain or gzipped: one axial slice as a picture, the middle one unless another is asked for, of the first point in time.
 * Grey goes from the header's own limits, else over the range of the whole volume; pixels that are not square are made so.
 */
import { createGunzip } from "node:zlib";

import { messageOf } from "../../../base/errors.ts";
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { chooseFrame } from "../frame-choice.ts";
import { scaleTo } from "../scale.ts";
import { niftiHeadBytes, readNiftiHeader } from "./nifti-header.ts";
import type { NiftiHeader } from "./nifti-header.ts";
import { planeOf } from "./nifti-plane.ts";
import type { Plane } from "./nifti-plane.ts";
import { onWhite, rangeOf } from "./samples.ts";

/** Of one volume, unpacked. */
const volumeBytesLimit = 1024 * 1024 * 1024;
/** Thicker slices than so many times the pixels' other side are shown as they are. */
const stretchLimit = 12;

export async function decodeNifti({ bytes, want, frame }: DecodeInput): Promise<Decoded> {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const header = readNiftiHeader(isPacked ? await unpack(bytes, niftiHeadBytes) : bytes);
  const voxels = header.size[0] * header.size[1] * header.size[2];
  const needed = header.offset + voxels * header.type.bytes;
  if (needed > volumeBytesLimit)
    throw new DecodeError(
      "too-large",
      `a volume of ${header.size.join(" x ")} voxels needs ${Math.ceil(needed / 1048576)} MB; at most 1024 MB are read`,
    );
  const plane = planeOf(header);
  checkSize(plane.width, plane.height);
  const whole = isPacked ? await unpack(bytes, needed) : bytes;
  const claimed = header.offset + voxels * header.volumes * header.type.bytes;
  if (whole.length < (isPacked ? needed : claimed))
    throw new DecodeError("truncated", `the volumes end at byte ${isPacked ? needed : claimed}, the file has ${whole.length}`);
  const slice = chooseFrame({ asked: frame, frames: plane.slices, otherwise: plane.slices >> 1 });
  const { width, height } = plane;
  const data = draw(valuesOf(header, whole, voxels), { header, plane, slice });
  const isColour = header.type.meaning === "colour";
  const facts = {
    format: "nifti",
    channels: isColour ? header.type.count : 1,
    bitDepth: (header.type.bytes * 8) / (header.type.count === 1 ? 1 : header.type.count),
    hasAlpha: isColour && header.type.count === 4,
    frameCount: plane.slices,
  } as const;
  return wholePicture(want, squared({ width, height, data }, plane), facts);
}

/** The beginning of what is packed, at least `length` bytes where there are as many. */
async function unpack(bytes: Buffer, length: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let held = 0;
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  gunzip.end(bytes);
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      pieces.push(piece);
      held += piece.length;
      if (held >= length) break;
    }
  } catch (thrown) {
    const isShort = /unexpected end/i.test(messageOf(thrown));
    throw new DecodeError(isShort ? "truncated" : "corrupt", `the gzipped file cannot be unpacked: ${messageOf(thrown)}`);
  }
  return Buffer.concat(pieces, held);
}

type Values = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/** [k, j, i, count] stored numbers of the first volume. Whole numbers of 64 bits come as the nearest doubles. */
function valuesOf({ bigEndian, offset, type }: NiftiHeader, whole: Buffer, voxels: number): Values {
  const length = voxels * type.bytes;
  const width = type.bytes / type.count;
  const isAligned = (whole.byteOffset + offset) % width === 0;
  const part = whole.subarray(offset, offset + length);
  const bytes = isAligned && (!bigEndian || width === 1) ? part : Buffer.from(Uint8Array.from(part).buffer);
  if (bigEndian && width === 2) bytes.swap16();
  else if (bigEndian && width === 4) bytes.swap32();
  else if (bigEndian && width === 8) bytes.swap64();
  const at = [bytes.buffer as ArrayBuffer, bytes.byteOffset, voxels * type.count] as const;
  switch (type.name) {
    case "uint8":
      return new Uint8Array(...at);
    case "int8":
      return new Int8Array(...at);
    case "uint16":
      return new Uint16Array(...at);
    case "int16":
      return new Int16Array(...at);
    case "uint32":
      return new Uint32Array(...at);
    case "int32":
      return new Int32Array(...at);
    case "uint64":
      return Float64Array.from(new BigUint64Array(...at), Number);
    case "int64":
      return Float64Array.from(new BigInt64Array(...at), Number);
    case "float32":
      return new Float32Array(...at);
    case "float64":
      return new Float64Array(...at);
  }
}

interface Slice {
  readonly header: NiftiHeader;
  readonly plane: Plane;
  readonly slice: number;
}

/** @returns [height, width, 3] */
function draw(values: Values, { header, plane, slice }: Slice): Uint8Array {
  const { type } = header;
  const first = plane.origin + slice * plane.sliceStep;
  if (type.meaning === "colour") {
    const colours = new Uint8Array(plane.width * plane.height * type.count);
    walk(plane, first, (voxel, index) => {
      for (let channel = 0; channel < type.count; channel++)
        colours[index * type.count + channel] = values[voxel * type.count + channel] as number;
    });
    return onWhite(colours, type.count as 3 | 4);
  }
  const measured = type.meaning === "complex" ? magnitudes(values) : values;
  const { low, high } = shownRange(measured, header);
  const rgb = new Uint8Array(plane.width * plane.height * 3);
  walk(plane, first, (voxel, index) => {
    const value = (measured[voxel] as number) * header.slope + header.intercept;
    const share = high > low ? (value - low) / (high - low) : value > 0 ? 1 : 0;
    // What is no number is black.
    rgb.fill(share > 0 ? (share >= 1 ? 255 : Math.round(share * 255)) : 0, index * 3, index * 3 + 3);
  });
  return rgb;
}

function walk({ width, height, columnStep, rowStep }: Plane, first: number, visit: (voxel: number, index: number) => void): void {
  let index = 0;
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) visit(first + row * rowStep + column * columnStep, index++);
}

function shownRange(values: Values, { shown, slope, intercept }: NiftiHeader): { low: number; high: number } {
  if (shown !== null) return shown;
  const range = rangeOf(values);
  const ends = [range.low * slope + intercept, range.high * slope + intercept] as const;
  return { low: Math.min(...ends), high: Math.max(...ends) };
}

function magnitudes(values: Values): Float64Array {
  return Float64Array.from({ length: values.length / 2 }, (_, index) =>
    Math.hypot(values[index * 2] as number, values[index * 2 + 1] as number),
  );
}

function squared(picture: { width: number; height: number; data: Uint8Array }, { spacing }: Plane): typeof picture {
  const { across, down } = spacing;
  const stretch = Math.max(across, down) / Math.min(across, down);
  if (!(stretch > 1.01 && stretch <= stretchLimit)) return picture;
  const width = across > down ? Math.round(picture.width * stretch) : picture.width;
  const height = down > across ? Math.round(picture.height * stretch) : picture.height;
  checkSize(width, height);
  return scaleTo(picture, width, height);
}
