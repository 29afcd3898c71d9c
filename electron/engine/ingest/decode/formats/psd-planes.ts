/**
 * @file The planes of a flattened Photoshop picture: one channel after the other, plain, as PackBits with a table of row lengths, or deflated with and
 * without differences. Nothing is asked for that the file cannot fill.
 */
import { DecodeError } from "../decode-error.ts";
import { inflate } from "./inflate.ts";
import { unpackBits } from "./pack-bits.ts";
import type { PsdHeader } from "./psd-header.ts";
import { undoDifferences, undoFloatDifferences } from "./tiff-predictor.ts";

/** PackBits makes at most 128 bytes of two. */
const largestRunRatio = 64;
/** Deflate makes at most about a thousand bytes of one. */
const largestDeflateRatio = 1100;

/** @returns the first `wanted` planes, [wanted, height, row bytes], big-endian */
export function readPlanes(bytes: Buffer, header: PsdHeader, wanted: number): Uint8Array {
  const { width, height, depth, channels, dataAt } = header;
  const rowBytes = Math.ceil((width * depth) / 8);
  const length = rowBytes * height * wanted;
  const data = bytes.subarray(dataAt + 2);
  const compression = bytes.readUInt16BE(dataAt);
  switch (compression) {
    case 0:
      if (data.length < length) throw new DecodeError("truncated", `the picture needs ${length} bytes, the file has ${data.length} for it`);
      return data.subarray(0, length);
    case 1:
      return unpackRows(data, { header, rowBytes, rows: height * wanted });
    case 2:
    case 3: {
      const packedLength = rowBytes * height * channels;
      if (data.length * largestDeflateRatio < packedLength) throw new DecodeError("truncated", "the packed picture is too short");
      const whole = inflate(data, packedLength, "the packed picture").subarray(0, length);
      if (whole.length < length) throw new DecodeError("truncated", `the packed picture holds ${whole.length} of ${length} bytes`);
      if (compression === 2) return whole;
      const shape = { sampleBytes: Math.max(1, depth / 8), samplesPerPixel: 1, rowBytes, little: false };
      if (depth === 32) return undoFloatDifferences(whole, shape);
      undoDifferences(whole, shape);
      return whole;
    }
    default:
      throw new DecodeError("corrupt", `compression ${compression} of a Photoshop document`);
  }
}

function unpackRows(data: Buffer, { header, rowBytes, rows }: { header: PsdHeader; rowBytes: number; rows: number }): Uint8Array {
  const countBytes = header.isLarge ? 4 : 2;
  let at = header.height * header.channels * countBytes;
  if (at > data.length) throw new DecodeError("truncated", "the file ends inside the table of row lengths");
  if ((data.length - at) * largestRunRatio < rowBytes * rows)
    throw new DecodeError("truncated", "the packed rows are too short for the picture");
  const planes = new Uint8Array(rowBytes * rows);
  for (let row = 0; row < rows; row++) {
    const count = header.isLarge ? data.readUInt32BE(row * 4) : data.readUInt16BE(row * 2);
    if (at + count > data.length) throw new DecodeError("truncated", `the file ends inside row ${row} of ${rows}`);
    const target = planes.subarray(row * rowBytes, (row + 1) * rowBytes);
    const written = unpackBits(data.subarray(at, at + count), target);
    if (written < rowBytes) throw new DecodeError("corrupt", `row ${row} holds ${written} of ${rowBytes} bytes`);
    at += count;
  }
  return planes;
}
