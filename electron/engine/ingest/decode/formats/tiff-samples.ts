/**
 * @file Reads the strips or tiles of a TIFF into one array of samples: any whole bits from 1 to 16, 32 and 64, floats of 16, 32 and 64 bits, by pixel or
 * by plane.
 */
/// <reference lib="esnext.float16" />
import { DecodeError } from "../decode-error.ts";
import { canUnpack, compressionName, unpack } from "./tiff-codecs.ts";
import type { TiffDirectory } from "./tiff-directory.ts";
import { chunksOf } from "./tiff-layout.ts";
import type { TiffLayout } from "./tiff-layout.ts";
import { undoDifferences, undoFloatDifferences } from "./tiff-predictor.ts";

export type Samples = Uint8Array | Uint16Array | Float32Array | Float64Array;

/** More than this is not held as numbers (a float picture of 134 million samples is half a gigabyte). */
const sampleLimit = 134_217_728;
/** No packing of ours makes more than this out of a byte. */
const largestRatio = 4096;

/** @returns [height, width, wanted]: the first `wanted` samples of every pixel */
export function readSamples(directory: TiffDirectory, layout: TiffLayout, wanted: number): Samples {
  const { width, height, bits, samplesPerPixel, planar, chunkWidth, chunkHeight } = layout;
  checkReadable(layout);
  const { offsets, lengths } = chunksOf(directory, layout);
  const across = Math.ceil(width / chunkWidth);
  const down = Math.ceil(height / chunkHeight);
  const inChunk = planar ? 1 : samplesPerPixel;
  const rowBytes = Math.ceil((chunkWidth * inChunk * bits) / 8);
  const planes = planar ? wanted : 1;
  if (offsets.length < across * down * planes || lengths.length < across * down * planes)
    throw new DecodeError("corrupt", `the TIFF lists ${offsets.length} strips or tiles of ${across * down * planes}`);
  if (width * height * wanted > sampleLimit || rowBytes * chunkHeight > sampleLimit * 8)
    throw new DecodeError(
      "too-large",
      `${width} x ${height} pixels of ${bits} bits; TIFFs of this kind are read up to ${sampleLimit} samples`,
    );
  const carried = lengths.reduce((sum, length) => sum + Math.min(length, directory.file.bytes.length), 0);
  if (carried * largestRatio < rowBytes * height * planes)
    throw new DecodeError("truncated", "the strips of the TIFF are too short for the picture");
  const samples = emptySamples(layout, width * height * wanted);
  for (let index = 0; index < across * down * planes; index++) {
    const place = index % (across * down);
    const top = Math.floor(place / across) * chunkHeight;
    // The last strip may be short; tiles are always whole.
    const rows = layout.isTiled ? chunkHeight : Math.min(chunkHeight, height - top);
    const chunk = readChunk(directory, layout, {
      offset: offsets[index] as number,
      length: lengths[index] as number,
      rowBytes,
      rows,
      inChunk,
    });
    const read = sampleReader(chunk.data, layout, chunk.little);
    const left = (place % across) * chunkWidth;
    const shownRows = Math.min(rows, height - top);
    const shownColumns = Math.min(chunkWidth, width - left);
    const first = planar ? Math.floor(index / (across * down)) : 0;
    const count = planar ? 1 : wanted;
    for (let row = 0; row < shownRows; row++) {
      let to = ((top + row) * width + left) * wanted + first;
      for (let column = 0; column < shownColumns; column++, to += wanted)
        for (let sample = 0; sample < count; sample++) samples[to + sample] = read(row * rowBytes, column * inChunk + sample);
    }
  }
  return samples;
}

function checkReadable({
  isMixed,
  bits,
  sampleFormat,
  compression,
  predictor,
  chunkWidth,
  chunkHeight,
  samplesPerPixel,
  fillOrder,
}: TiffLayout): void {
  if (!canUnpack(compression)) throw new DecodeError("unsupported", `TIFF with ${compressionName(compression)} inside cannot be read yet`);
  if (isMixed) throw new DecodeError("unsupported", "TIFF with samples of several widths");
  const readable =
    sampleFormat === 3 ? [16, 32, 64].includes(bits) : sampleFormat <= 2 && ((bits >= 1 && bits <= 16) || bits === 32 || bits === 64);
  if (!readable) throw new DecodeError("unsupported", `TIFF with samples of ${bits} bits, kind ${sampleFormat}`);
  if (fillOrder !== 1) throw new DecodeError("unsupported", "TIFF with reversed bits");
  if (predictor > 3 || (predictor > 1 && bits % 8 !== 0))
    throw new DecodeError("unsupported", `TIFF with predictor ${predictor} over ${bits} bits`);
  if (!(chunkWidth > 0 && chunkHeight > 0 && samplesPerPixel > 0))
    throw new DecodeError("corrupt", "the TIFF has strips or tiles without a size");
}

function emptySamples({ bits, sampleFormat }: TiffLayout, length: number): Samples {
  if (sampleFormat === 1 && bits <= 8) return new Uint8Array(length);
  if (sampleFormat === 1 && bits <= 16) return new Uint16Array(length);
  return bits === 64 ? new Float64Array(length) : new Float32Array(length);
}

function readChunk(
  { file }: TiffDirectory,
  layout: TiffLayout,
  at: { offset: number; length: number; rowBytes: number; rows: number; inChunk: number },
): { data: Uint8Array; little: boolean } {
  const { bytes, little } = file;
  if (at.offset + at.length > bytes.length)
    throw new DecodeError("truncated", `a strip of the TIFF ends at byte ${at.offset + at.length}, the file has ${bytes.length}`);
  const length = at.rowBytes * at.rows;
  const data = unpack(bytes.subarray(at.offset, at.offset + at.length), layout.compression, length).subarray(0, length);
  if (layout.predictor === 1) return { data, little };
  const shape = { sampleBytes: layout.bits / 8, samplesPerPixel: at.inChunk, rowBytes: at.rowBytes, little };
  const own = layout.compression === 1 ? Uint8Array.from(data) : data; // the file's own bytes stay as they are
  if (layout.predictor === 3) return { data: undoFloatDifferences(own, shape), little: false };
  undoDifferences(own, shape);
  return { data: own, little };
}

type Read = (rowAt: number, index: number) => number;

function sampleReader(data: Uint8Array, { bits, sampleFormat }: TiffLayout, little: boolean): Read {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (sampleFormat === 3) {
    if (bits === 16) return (row, index) => view.getFloat16(row + index * 2, little);
    return bits === 32
      ? (row, index) => view.getFloat32(row + index * 4, little)
      : (row, index) => view.getFloat64(row + index * 8, little);
  }
  const signed = sampleFormat === 2;
  if (bits === 64)
    return signed
      ? (row, index) => Number(view.getBigInt64(row + index * 8, little))
      : (row, index) => Number(view.getBigUint64(row + index * 8, little));
  if (bits === 32)
    return signed ? (row, index) => view.getInt32(row + index * 4, little) : (row, index) => view.getUint32(row + index * 4, little);
  if (bits === 16)
    return signed ? (row, index) => view.getInt16(row + index * 2, little) : (row, index) => view.getUint16(row + index * 2, little);
  if (bits === 8) return signed ? (row, index) => view.getInt8(row + index) : (row, index) => data[row + index] as number;
  const unused = 32 - bits;
  return (row, index) => {
    const bit = index * bits;
    const at = row + (bit >> 3);
    const three = ((data[at] as number) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    const value = (three >>> (24 - bits - (bit & 7))) << unused;
    return signed ? value >> unused : value >>> unused;
  };
}
