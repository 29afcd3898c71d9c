/**
 * @file BMP (Windows bitmap): 1, 2, 4, 8, 16, 24, 32 bits, bit fields, RLE4 and RLE8, bottom-up and top-down, the old OS/2 header. libvips
 * as shipped cannot read it. Layout: Microsoft, "Bitmap Storage" (BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER).
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import type { Picture } from "../types.ts";
import { fieldOf, shareOf } from "./bit-fields.ts";
import type { BitField } from "./bit-fields.ts";
import { asBitmapFile } from "./bmp-file.ts";
import { unpackRunLengths } from "./bmp-rle.ts";

interface Header {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  readonly pixelsAt: number;
  /** [count, 3] RGB */
  readonly palette: Uint8Array;
  /** Red, green, blue, alpha; 0 = absent. */
  readonly masks: readonly [number, number, number, number];
}

const compressionNone = 0;
const compressionRle8 = 1;
const compressionRle4 = 2;
const compressionFields = 3;
const compressionAlphaFields = 6;

export interface Bitmap {
  readonly picture: Picture;
  /** Of a pixel. */
  readonly bits: number;
  readonly hasAlpha: boolean;
  /** Where the stored pixels begin. */
  readonly pixelsAt: number;
}

export function decodeBitmap({ bytes, want }: DecodeInput): Promise<Decoded> {
  const { picture, bits, hasAlpha } = readBitmap(bytes);
  const bitDepth = bits === 16 ? 5 : Math.min(8, bits);
  return Promise.resolve(wholePicture(want, picture, { format: "bmp", channels: hasAlpha ? 4 : 3, bitDepth, hasAlpha }));
}

export function readBitmap(found: Buffer): Bitmap {
  const bytes = found.toString("latin1", 0, 2) === "BM" ? found : asBitmapFile(found);
  const header = readHeader(bytes);
  const { width, height, bits, pixelsAt } = header;
  checkSize(width, height);
  const data = bits <= 8 ? fromPalette(bytes, header) : fromFields(bytes, header);
  return { picture: { width, height, data }, bits, hasAlpha: header.masks[3] !== 0, pixelsAt };
}

function readHeader(bytes: Buffer): Header {
  if (bytes.length < 26) throw new DecodeError("truncated", "the file ends inside the header of the bitmap");
  const size = bytes.readUInt32LE(14);
  if (14 + size > bytes.length) throw new DecodeError("truncated", "the file ends inside the header of the bitmap");
  const old = size === 12;
  const signedHeight = old ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(old ? 24 : 28);
  const compression = size >= 20 && !old ? bytes.readUInt32LE(30) : compressionNone;
  if (bits === 0) throw new DecodeError("unsupported", "a bitmap with a JPEG or PNG inside cannot be read yet");
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw new DecodeError("corrupt", `a bitmap of ${bits} bits a pixel`);
  const fits =
    compression === compressionNone ||
    (compression === compressionRle8 && bits === 8) ||
    (compression === compressionRle4 && bits === 4) ||
    ((compression === compressionFields || compression === compressionAlphaFields) && (bits === 16 || bits === 32));
  if (!fits) throw new DecodeError("unsupported", `compression ${compression} of a bitmap of ${bits} bits`);
  const header = {
    width: old ? bytes.readUInt16LE(18) : bytes.readInt32LE(18),
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits,
    compression,
    pixelsAt: bytes.readUInt32LE(10),
  };
  return {
    ...header,
    palette: readPalette(bytes, { size, bits, old, pixelsAt: header.pixelsAt }),
    masks: readMasks(bytes, { size, bits, compression }),
  };
}

function readPalette(bytes: Buffer, at: { size: number; bits: number; old: boolean; pixelsAt: number }): Uint8Array {
  if (at.bits > 8) return new Uint8Array(0);
  const entryBytes = at.old ? 3 : 4;
  const start = 14 + at.size;
  const claimed = at.size >= 36 ? bytes.readUInt32LE(46) : 0;
  const count = Math.min(
    claimed === 0 || claimed > 256 ? 1 << at.bits : claimed,
    Math.max(0, Math.floor((Math.max(at.pixelsAt, start) - start) / entryBytes)),
    Math.floor((bytes.length - start) / entryBytes),
  );
  const palette = new Uint8Array(256 * 3); // entries that are missing are black
  for (let index = 0; index < Math.min(count, 256); index++) {
    const entry = start + index * entryBytes;
    palette.set([bytes[entry + 2] as number, bytes[entry + 1] as number, bytes[entry] as number], index * 3);
  }
  return palette;
}

function readMasks(bytes: Buffer, at: { size: number; bits: number; compression: number }): [number, number, number, number] {
  const usual: [number, number, number, number] = at.bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
  if (at.compression !== compressionFields && at.compression !== compressionAlphaFields) return usual;
  const withAlpha = at.size >= 56 || at.compression === compressionAlphaFields;
  if (bytes.length < 54 + (withAlpha ? 16 : 12)) throw new DecodeError("truncated", "the file ends inside the bit fields of the bitmap");
  return [bytes.readUInt32LE(54), bytes.readUInt32LE(58), bytes.readUInt32LE(62), withAlpha ? bytes.readUInt32LE(66) : 0];
}

function fromPalette(bytes: Buffer, header: Header): Uint8Array {
  const { width, height, bits, palette } = header;
  const runs = header.compression === compressionNone ? null : unpackRunLengths(bytes.subarray(header.pixelsAt), header);
  const stride = rowBytes(width, bits);
  if (runs === null) checkLength(bytes, header, stride);
  const mask = (1 << bits) - 1;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, to = 0; row < height; row++) {
    const from = header.pixelsAt + storedRow(header, row) * stride;
    for (let column = 0; column < width; column++, to += 3) {
      const bit = column * bits;
      const index =
        runs === null
          ? ((bytes[from + (bit >> 3)] as number) >> (8 - bits - (bit & 7))) & mask
          : (runs[storedRow(header, row) * width + column] as number);
      data[to] = palette[index * 3] as number;
      data[to + 1] = palette[index * 3 + 1] as number;
      data[to + 2] = palette[index * 3 + 2] as number;
    }
  }
  return data;
}

function fromFields(bytes: Buffer, header: Header): Uint8Array {
  const { width, height, bits } = header;
  const stride = rowBytes(width, bits);
  checkLength(bytes, header, stride);
  const fields = header.masks.map(fieldOf);
  const [red, green, blue, alpha] = fields as [BitField, BitField, BitField, BitField];
  const data = new Uint8Array(width * height * 3);
  for (let row = 0, to = 0; row < height; row++) {
    let at = header.pixelsAt + storedRow(header, row) * stride;
    for (let column = 0; column < width; column++, to += 3, at += bits >> 3) {
      if (bits === 24) {
        data[to] = bytes[at + 2] as number;
        data[to + 1] = bytes[at + 1] as number;
        data[to + 2] = bytes[at] as number;
        continue;
      }
      const value = bits === 16 ? bytes.readUInt16LE(at) : bytes.readUInt32LE(at);
      const opacity = alpha.largest === 0 ? 1 : shareOf(value, alpha);
      data[to] = onWhite(value, red, opacity);
      data[to + 1] = onWhite(value, green, opacity);
      data[to + 2] = onWhite(value, blue, opacity);
    }
  }
  return data;
}

function onWhite(value: number, field: BitField, opacity: number): number {
  return Math.round(shareOf(value, field) * 255 * opacity + 255 * (1 - opacity));
}

/** Rows are padded to four bytes. */
export function rowBytes(width: number, bits: number): number {
  return Math.floor((width * bits + 31) / 32) * 4;
}

function storedRow(header: Header, row: number): number {
  return header.topDown ? row : header.height - 1 - row;
}

function checkLength(bytes: Buffer, header: Header, stride: number): void {
  const needed = header.pixelsAt + stride * (header.height - 1) + Math.ceil((header.width * header.bits) / 8);
  if (bytes.length < needed) throw new DecodeError("truncated", `the bitmap needs ${needed} bytes, the file has ${bytes.length}`);
}
