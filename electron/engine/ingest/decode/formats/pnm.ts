/**
 * @file The PNM family of netpbm: bitmaps, grey and colour as text (P1 to P3) and as bytes (P4 to P6), PAM (P7) with alpha, up to 16 bits, and
 * the float maps PF and Pf. Of several pictures in one file the first counts. Layout: the man pages pbm(5), pgm(5), ppm(5), pam(5), pfm(5).
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { readPnmHeader } from "./pnm-header.ts";
import type { PnmHeader } from "./pnm-header.ts";
import { onWhite, spreadToEightBits, toEightBits } from "./samples.ts";

export function decodePnm({ bytes, want }: DecodeInput): Promise<Decoded> {
  const header = readPnmHeader(bytes);
  const { width, height, channels } = header;
  checkSize(width, height);
  // Every way of writing a sample takes some room: a header that the file cannot carry is refused before memory is asked for.
  const needed = leastBytes(header);
  const left = bytes.length - header.pixelsAt;
  if (left < needed) throw new DecodeError("truncated", `the picture needs ${needed} bytes, the file has ${left} for it`);
  const data = onWhite(readSamples(bytes, header), channels);
  return Promise.resolve(
    wholePicture(want, { width, height, data }, { format: "pnm", channels, bitDepth: bitsOf(header), hasAlpha: channels % 2 === 0 }),
  );
}

function leastBytes({ kind, width, height, channels, largest }: PnmHeader): number {
  const samples = width * height * channels;
  switch (kind) {
    case "text":
      return largest === 1 ? samples : samples * 2 - 1;
    case "bits":
      return Math.ceil(width / 8) * height;
    case "bytes":
      return samples * (largest > 255 ? 2 : 1);
    case "floats":
      return samples * 4;
  }
}

function bitsOf({ kind, largest }: PnmHeader): number {
  return kind === "floats" ? 32 : largest === 1 ? 1 : largest > 255 ? 16 : 8;
}

function readSamples(bytes: Buffer, header: PnmHeader): Uint8Array {
  switch (header.kind) {
    case "text":
      return toEightBits(readText(bytes, header), header.largest);
    case "bits":
      return readBits(bytes, header);
    case "bytes":
      return readBytes(bytes, header);
    case "floats":
      return readFloats(bytes, header);
  }
}

/** Decimal numbers between white space; comments run to the end of their line. The digits of a bitmap need no space, and 1 is black. */
function readText(bytes: Buffer, { width, height, channels, largest, pixelsAt, isBitmap }: PnmHeader): Uint16Array {
  const samples = new Uint16Array(width * height * channels);
  let at = pixelsAt;
  for (let index = 0; index < samples.length; index++) {
    for (; at < bytes.length && isSpaceOrComment(bytes[at] as number); at++) {
      if (bytes[at] === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
    }
    const start = at;
    let value = 0;
    for (; at < bytes.length && isDigit(bytes[at] as number); at++) {
      value = Math.min(value * 10 + (bytes[at] as number) - 0x30, 65535);
      if (isBitmap) {
        at++;
        break;
      }
    }
    if (at === start) {
      if (at >= bytes.length) throw new DecodeError("truncated", `the file ends after ${index} of ${samples.length} samples`);
      throw new DecodeError("corrupt", `sample ${index} is not a number`);
    }
    samples[index] = isBitmap ? (value === 0 ? 1 : 0) : Math.min(value, largest);
  }
  return samples;
}

function isSpaceOrComment(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d) || byte === 0x23;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Rows of bits, each padded to a byte; 1 is black. */
function readBits(bytes: Buffer, { width, height, pixelsAt }: PnmHeader): Uint8Array {
  const grey = new Uint8Array(width * height);
  const stride = Math.ceil(width / 8);
  for (let row = 0, to = 0; row < height; row++) {
    const from = pixelsAt + row * stride;
    for (let x = 0; x < width; x++, to++) grey[to] = (((bytes[from + (x >> 3)] as number) >> (7 - (x & 7))) & 1) === 1 ? 0 : 255;
  }
  return grey;
}

function readBytes(bytes: Buffer, { width, height, channels, largest, pixelsAt }: PnmHeader): Uint8Array {
  const count = width * height * channels;
  if (largest <= 255) return toEightBits(new Uint8Array(bytes.subarray(pixelsAt, pixelsAt + count)), largest);
  const wide = new Uint16Array(count);
  for (let index = 0, at = pixelsAt; index < count; index++, at += 2)
    wide[index] = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  return toEightBits(wide, largest);
}

/** Rows from below. Colours between 0 and 1 are shares of white; all else is spread from the least to the greatest. */
function readFloats(bytes: Buffer, { width, height, channels, pixelsAt, littleEndian }: PnmHeader): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + pixelsAt, bytes.byteLength - pixelsAt);
  const rowSamples = width * channels;
  const values = new Float32Array(rowSamples * height);
  let areShares = channels === 3;
  for (let row = 0, from = 0; row < height; row++) {
    const to = (height - 1 - row) * rowSamples;
    for (let index = 0; index < rowSamples; index++, from += 4) {
      const value = view.getFloat32(from, littleEndian);
      values[to + index] = value;
      if (!(value >= 0 && value <= 1)) areShares = false;
    }
  }
  return areShares ? toEightBits(values, 1) : spreadToEightBits(values);
}
