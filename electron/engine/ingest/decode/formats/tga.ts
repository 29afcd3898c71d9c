/**
 * @file TGA (Truevision): palettes, colour of 15 to 32 bits and grey, plain or as run lengths, from any corner. Such a file has no first bytes of
 * its own and is known by its name. Layout: Truevision TGA File Format Specification 2.0.
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { onWhite } from "./samples.ts";

interface Header {
  readonly width: number;
  readonly height: number;
  /** 1 palette, 2 colour, 3 grey. */
  readonly kind: 1 | 2 | 3;
  readonly runLengths: boolean;
  /** Bytes of a stored pixel. */
  readonly pixelBytes: number;
  /** Bits of a colour: of the pixel, or of an entry of the palette. */
  readonly colourBits: number;
  readonly hasAlpha: boolean;
  readonly fromRight: boolean;
  readonly fromAbove: boolean;
  readonly paletteAt: number;
  readonly paletteFirst: number;
  readonly paletteCount: number;
  readonly pixelsAt: number;
}

const headerBytes = 18;
const longestRun = 128;

export function decodeTga({ bytes, want }: DecodeInput): Promise<Decoded> {
  const header = readHeader(bytes);
  const { width, height, hasAlpha } = header;
  checkSize(width, height);
  const stored = header.runLengths ? unpackRuns(bytes, header) : plainPixels(bytes, header);
  const channels = header.kind === 3 ? (hasAlpha ? 2 : 1) : hasAlpha ? 4 : 3;
  const data = onWhite(toSamples(stored, bytes, header), channels);
  return Promise.resolve(
    wholePicture(
      want,
      { width, height, data },
      { format: "tga", channels, bitDepth: header.colourBits < 24 && header.kind !== 3 ? 5 : 8, hasAlpha },
    ),
  );
}

/** What is named .tga and has no header that makes sense is no TGA. */
function readHeader(bytes: Buffer): Header {
  if (bytes.length < headerBytes) throw new DecodeError("truncated", "the file ends inside the header of the TGA");
  const type = bytes[2] as number;
  const kind = type & 7;
  if (type === 0) throw new DecodeError("corrupt", "the TGA says that it holds no picture");
  if (![1, 2, 3, 9, 10, 11].includes(type) || (bytes[1] as number) > 1)
    throw new DecodeError("corrupt", `this is no TGA: its type is ${type}`);
  const pixelBits = bytes[16] as number;
  const paletteBits = bytes[7] as number;
  const hasPalette = bytes[1] === 1;
  const colourBits = kind === 1 ? paletteBits : pixelBits;
  const fits = kind === 1 ? hasPalette && (pixelBits === 8 || pixelBits === 16) : kind === 3 ? pixelBits === 8 || pixelBits === 16 : true;
  if (!fits || (kind !== 3 && ![15, 16, 24, 32].includes(colourBits)))
    throw new DecodeError("corrupt", `this is no TGA: type ${type} with ${pixelBits} bits a pixel`);
  const descriptor = bytes[17] as number;
  const paletteAt = headerBytes + (bytes[0] as number);
  const paletteCount = hasPalette ? bytes.readUInt16LE(5) : 0;
  return {
    width: bytes.readUInt16LE(12),
    height: bytes.readUInt16LE(14),
    kind: kind as 1 | 2 | 3,
    runLengths: type >= 9,
    pixelBytes: (pixelBits + 7) >> 3,
    colourBits,
    // 32 bits have room for alpha; only where the header says so is it any. Many writers leave zeros there.
    hasAlpha: kind === 3 ? pixelBits === 16 : colourBits === 32 && (descriptor & 15) === 8,
    fromRight: (descriptor & 0x10) !== 0,
    fromAbove: (descriptor & 0x20) !== 0,
    paletteAt,
    paletteFirst: bytes.readUInt16LE(3),
    paletteCount,
    pixelsAt: paletteAt + paletteCount * ((paletteBits + 7) >> 3),
  };
}

/** [height, width, pixelBytes] in stored order */
function plainPixels(bytes: Buffer, { width, height, pixelBytes, pixelsAt }: Header): Uint8Array {
  const needed = width * height * pixelBytes;
  if (bytes.length < pixelsAt + needed)
    throw new DecodeError("truncated", `the TGA needs ${pixelsAt + needed} bytes, the file has ${bytes.length}`);
  return bytes.subarray(pixelsAt, pixelsAt + needed);
}

/** A byte of count (the low seven bits, less one) and either one pixel to repeat (high bit set) or that many. */
function unpackRuns(bytes: Buffer, { width, height, pixelBytes, pixelsAt }: Header): Uint8Array {
  const length = width * height * pixelBytes;
  const least = Math.ceil((width * height) / longestRun) * (1 + pixelBytes);
  if (bytes.length - pixelsAt < least) throw new DecodeError("truncated", `the runs of the TGA need at least ${least} bytes`);
  const pixels = new Uint8Array(length);
  let at = pixelsAt;
  for (let to = 0; to < length;) {
    const control = bytes[at++];
    if (control === undefined) throw new DecodeError("truncated", "the file ends inside the runs of the TGA");
    const runBytes = Math.min(((control & 127) + 1) * pixelBytes, length - to);
    const takenBytes = control >= 128 ? pixelBytes : runBytes;
    if (at + takenBytes > bytes.length) throw new DecodeError("truncated", "the file ends inside the runs of the TGA");
    if (control >= 128) for (let index = 0; index < runBytes; index++) pixels[to + index] = bytes[at + (index % pixelBytes)] as number;
    else pixels.set(bytes.subarray(at, at + takenBytes), to);
    at += takenBytes;
    to += runBytes;
  }
  return pixels;
}

/** [height, width, channels] from the upper left */
function toSamples(stored: Uint8Array, bytes: Buffer, header: Header): Uint8Array {
  const { width, height, kind, pixelBytes, fromRight, fromAbove, hasAlpha } = header;
  const channels = kind === 3 ? pixelBytes : hasAlpha ? 4 : 3;
  const palette = kind === 1 ? readPalette(bytes, header, channels) : null;
  const samples = new Uint8Array(width * height * channels);
  for (let row = 0, to = 0; row < height; row++) {
    const line = (fromAbove ? row : height - 1 - row) * width;
    for (let column = 0; column < width; column++, to += channels) {
      const from = (line + (fromRight ? width - 1 - column : column)) * pixelBytes;
      if (palette !== null) {
        const index = ((stored[from] as number) | (pixelBytes === 2 ? (stored[from + 1] as number) << 8 : 0)) * channels;
        for (let channel = 0; channel < channels; channel++) samples[to + channel] = palette[index + channel] ?? 0;
      } else if (kind === 3) for (let channel = 0; channel < channels; channel++) samples[to + channel] = stored[from + channel] as number;
      else putColour(samples, to, { stored, from, bits: header.colourBits, channels });
    }
  }
  return samples;
}

/** [65536, channels] at most, so that an index always hits; entries that are missing are black. */
function readPalette(bytes: Buffer, header: Header, channels: number): Uint8Array {
  const { paletteAt, paletteFirst, paletteCount, colourBits } = header;
  const entryBytes = (colourBits + 7) >> 3;
  if (paletteAt + paletteCount * entryBytes > bytes.length)
    throw new DecodeError("truncated", "the file ends inside the palette of the TGA");
  const palette = new Uint8Array((paletteFirst + paletteCount) * channels);
  for (let index = 0; index < paletteCount; index++)
    putColour(palette, (paletteFirst + index) * channels, {
      stored: bytes,
      from: paletteAt + index * entryBytes,
      bits: colourBits,
      channels,
    });
  return palette;
}

/** Blue, green, red and alpha, or five bits of each in two bytes. */
function putColour(
  target: Uint8Array,
  to: number,
  { stored, from, bits, channels }: { stored: Uint8Array; from: number; bits: number; channels: number },
): void {
  if (bits >= 24) {
    target[to] = stored[from + 2] as number;
    target[to + 1] = stored[from + 1] as number;
    target[to + 2] = stored[from] as number;
    if (channels === 4) target[to + 3] = stored[from + 3] as number;
    return;
  }
  const value = (stored[from] as number) | ((stored[from + 1] as number) << 8);
  for (let channel = 0; channel < 3; channel++) target[to + channel] = Math.round((((value >> (10 - channel * 5)) & 31) * 255) / 31);
}
