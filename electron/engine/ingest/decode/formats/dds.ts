/**
 * @file DirectDraw surfaces (.dds): plain pixels with masks, palettes, and the block packings BC1 to BC7 of graphics cards; the first and largest level, of
 * cubes and volumes the first face or slice. Layout: see dds-header.ts and the files of the packings.
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { unpackBc6h } from "./bc6h.ts";
import { unpackBc7 } from "./bc7.ts";
import { fieldOf, shareOf } from "./bit-fields.ts";
import type { BitField } from "./bit-fields.ts";
import { unpackBc1, unpackBc2, unpackBc3, unpackBc4, unpackBc5 } from "./bc1-to-5.ts";
import { readDdsHeader } from "./dds-header.ts";
import type { BlockPacking, DdsHeader, MaskedPixels } from "./dds-header.ts";
import { onWhite } from "./samples.ts";

/** Writes 4 x 4 RGBA pixels, row-major. */
type UnpackBlock = (block: Uint8Array, pixels: Uint8Array) => void;

interface Packing {
  readonly unpack: UnpackBlock;
  readonly blockBytes: 8 | 16;
  /** How many of the four channels the picture has. */
  readonly channels: 1 | 3 | 4;
}

interface Surface {
  /** [height, width, channels] */
  readonly samples: Uint8Array;
  readonly channels: 1 | 2 | 3 | 4;
}

const packings: Readonly<Record<BlockPacking, Packing>> = {
  bc1: { unpack: unpackBc1, blockBytes: 8, channels: 4 },
  bc2: { unpack: unpackBc2, blockBytes: 16, channels: 4 },
  bc3: { unpack: unpackBc3, blockBytes: 16, channels: 4 },
  bc4: { unpack: (block, pixels) => unpackBc4(block, pixels, false), blockBytes: 8, channels: 1 },
  "bc4-signed": { unpack: (block, pixels) => unpackBc4(block, pixels, true), blockBytes: 8, channels: 1 },
  bc5: { unpack: (block, pixels) => unpackBc5(block, pixels, false), blockBytes: 16, channels: 3 },
  "bc5-signed": { unpack: (block, pixels) => unpackBc5(block, pixels, true), blockBytes: 16, channels: 3 },
  bc6h: { unpack: (block, pixels) => unpackBc6h(block, pixels, false), blockBytes: 16, channels: 3 },
  "bc6h-signed": { unpack: (block, pixels) => unpackBc6h(block, pixels, true), blockBytes: 16, channels: 3 },
  bc7: { unpack: unpackBc7, blockBytes: 16, channels: 4 },
};

const paletteBytes = 1024;

export function decodeDds({ bytes, want }: DecodeInput): Promise<Decoded> {
  const header = readDdsHeader(bytes);
  const { width, height, pixels } = header;
  checkSize(width, height);
  const surface =
    pixels === "palette"
      ? fromPalette(bytes, header)
      : typeof pixels === "string"
        ? fromBlocks(bytes, header, packings[pixels])
        : fromMasks(bytes, header, pixels);
  const { samples, channels } = surface;
  const hasAlpha = settleAlpha(surface, header);
  const facts = {
    format: "dds",
    channels: channels === 4 && !hasAlpha ? 3 : channels,
    bitDepth: bitDepthOf(pixels),
    hasAlpha,
  } as const;
  return Promise.resolve(wholePicture(want, { width, height, data: onWhite(samples, channels) }, facts));
}

function bitDepthOf(pixels: DdsHeader["pixels"]): number {
  if (typeof pixels === "string") return pixels.startsWith("bc6h") ? 16 : 8;
  return Math.max(...pixels.masks.map((mask) => 32 - Math.clz32(fieldOf(mask).largest)));
}

/** In place: straight alpha, or 255 throughout. @returns whether any pixel is not wholly opaque. */
function settleAlpha({ samples, channels }: Surface, { isPremultiplied, ignoresAlpha }: DdsHeader): boolean {
  if (channels === 1 || channels === 3) return false;
  let isTransparent = false;
  for (let at = 0; at < samples.length; at += channels) {
    const alpha = samples[at + channels - 1] as number;
    if (alpha === 255) continue;
    if (ignoresAlpha) samples[at + channels - 1] = 255;
    else isTransparent = true;
    if (isPremultiplied && alpha > 0)
      for (let channel = 0; channel < channels - 1; channel++)
        samples[at + channel] = Math.min(255, Math.round(((samples[at + channel] as number) * 255) / alpha));
  }
  return isTransparent;
}

/** Where the largest level lies, all of it. */
function pixelBytesOf(bytes: Buffer, from: number, length: number): Uint8Array {
  if (from + length > bytes.length)
    throw new DecodeError("truncated", `the surface needs ${from + length} bytes, the file has ${bytes.length}`);
  return bytes.subarray(from, from + length);
}

function fromBlocks(bytes: Buffer, { width, height, pixelsAt }: DdsHeader, { unpack, blockBytes, channels }: Packing): Surface {
  const across = Math.ceil(width / 4);
  const down = Math.ceil(height / 4);
  const stored = pixelBytesOf(bytes, pixelsAt, across * down * blockBytes);
  const samples = new Uint8Array(width * height * channels);
  const block = new Uint8Array(64);
  for (let index = 0; index < across * down; index++) {
    unpack(stored.subarray(index * blockBytes, (index + 1) * blockBytes), block);
    const left = (index % across) * 4;
    const top = Math.floor(index / across) * 4;
    const columns = Math.min(4, width - left);
    for (let row = 0; row < Math.min(4, height - top); row++) {
      let to = ((top + row) * width + left) * channels;
      for (let column = 0; column < columns; column++)
        for (let channel = 0; channel < channels; channel++) samples[to++] = block[(row * 4 + column) * 4 + channel] as number;
    }
  }
  return { samples, channels };
}

function fromMasks(bytes: Buffer, { width, height, pixelsAt }: DdsHeader, { bits, masks, isGrey }: MaskedPixels): Surface {
  const pixelBytes = bits / 8;
  const stored = pixelBytesOf(bytes, pixelsAt, width * height * pixelBytes);
  const fields = masks.map(fieldOf) as [BitField, BitField, BitField, BitField];
  const shown = [...fields.slice(0, isGrey ? 1 : 3), ...(masks[3] === 0 ? [] : [fields[3]])];
  const samples = new Uint8Array(width * height * shown.length);
  for (let pixel = 0, at = 0, to = 0; pixel < width * height; pixel++) {
    let value = 0;
    for (let byte = 0; byte < pixelBytes; byte++) value |= (stored[at++] as number) << (byte * 8);
    for (const field of shown) samples[to++] = Math.round(shareOf(value, field) * 255);
  }
  return { samples, channels: shown.length as 1 | 2 | 3 | 4 };
}

function fromPalette(bytes: Buffer, { width, height, pixelsAt }: DdsHeader): Surface {
  const stored = pixelBytesOf(bytes, pixelsAt, paletteBytes + width * height);
  const samples = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const entry = (stored[paletteBytes + pixel] as number) * 4;
    for (let channel = 0; channel < 4; channel++) samples[pixel * 4 + channel] = stored[entry + channel] as number;
  }
  return { samples, channels: 4 };
}
