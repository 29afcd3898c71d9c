/**
 * @file Photoshop documents: the flattened picture that Photoshop writes behind the layers, 1 to 32 bits, grey, RGB, CMYK, Lab, palettes. Its colours lie on
 * white already; only what is wholly transparent is made white. Layers are not read.
 */
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import type { Picture } from "../types.ts";
import { labToRgb, linearToLevel } from "./lab.ts";
import { inksThroughProfile, throughProfile } from "./profile.ts";
import { psdModes, readPsdHeader } from "./psd-header.ts";
import type { PsdHeader } from "./psd-header.ts";
import { readPlanes } from "./psd-planes.ts";
import { onWhite } from "./samples.ts";

export async function decodePsd({ bytes, want }: DecodeInput): Promise<Decoded> {
  const header = readPsdHeader(bytes);
  const { width, height, depth, channels, hasAlpha } = header;
  const colours = coloursOf(header);
  checkSize(width, height, 4 + (2 * colours * depth) / 8);
  if (
    ![1, 8, 16, 32].includes(depth) ||
    (depth === 1) !== (header.mode === psdModes.bitmap) ||
    (header.mode === psdModes.indexed && depth !== 8)
  )
    throw new DecodeError("corrupt", `a Photoshop document of mode ${header.mode} with ${depth} bits`);
  if (channels < colours || channels > 56)
    throw new DecodeError("corrupt", `a Photoshop document of mode ${header.mode} with ${channels} channels`);
  const isTransparent = hasAlpha && channels > colours;
  const planes = readPlanes(bytes, header, colours + (isTransparent ? 1 : 0));
  const picture = await toPicture(interleave(planes, header, colours), header);
  if (isTransparent) whitenTransparent(picture, planes, { sampleBytes: depth / 8, firstPlane: colours });
  const facts = {
    format: "psd",
    channels: colours + (isTransparent && colours !== 4 ? 1 : 0),
    bitDepth: depth,
    hasAlpha: isTransparent,
  } as const;
  return { ...wholePicture(want, picture, facts), exif: header.exif };
}

/** How many channels make the colour. */
function coloursOf({ mode, channels }: PsdHeader): number {
  switch (mode) {
    case psdModes.bitmap:
    case psdModes.grey:
    case psdModes.indexed:
    case psdModes.duotone:
      return 1;
    case psdModes.rgb:
    case psdModes.lab:
      return 3;
    case psdModes.cmyk:
      return 4;
    case psdModes.multichannel:
      return channels >= 4 ? 4 : channels >= 3 ? 3 : 1;
    default:
      throw new DecodeError("corrupt", `a Photoshop document of mode ${mode}`);
  }
}

async function toPicture(samples: Uint8Array, header: PsdHeader): Promise<Picture> {
  const { width, height, mode, profile } = header;
  if (mode === psdModes.indexed) return { width, height, data: throughPalette(samples, header.palette) };
  if (mode === psdModes.lab) return { width, height, data: labToRgb(toLab(samples)) };
  const colours = coloursOf(header);
  // Inks are stored as what they leave of the paper.
  if (colours === 4) return inksThroughProfile({ width, height, data: samples.map((value) => 255 - value) }, profile);
  // Separate inks without their colours: the first three are taken for cyan, magenta and yellow, stored as what is left.
  return throughProfile({ width, height, data: onWhite(samples, colours === 1 ? 1 : 3) }, mode === psdModes.rgb ? profile : null);
}

/** Planes of any depth to [height, width, colours] of 8 bits. Floats are shares of white in linear light. */
function interleave(planes: Uint8Array, { width, height, depth }: PsdHeader, colours: number): Uint8Array {
  const pixels = width * height;
  const samples = new Uint8Array(pixels * colours);
  const view = new DataView(planes.buffer, planes.byteOffset, planes.byteLength);
  const rowBytes = Math.ceil((width * depth) / 8);
  for (let colour = 0; colour < colours; colour++) {
    for (let row = 0, to = colour; row < height; row++) {
      const from = (colour * height + row) * rowBytes;
      for (let column = 0; column < width; column++, to += colours) {
        if (depth === 8) samples[to] = planes[from + column] as number;
        else if (depth === 16) samples[to] = Math.round(view.getUint16(from + column * 2) / 257);
        else if (depth === 32) samples[to] = linearToLevel(view.getFloat32(from + column * 4));
        else samples[to] = (((planes[from + (column >> 3)] as number) >> (7 - (column & 7))) & 1) === 1 ? 0 : 255;
      }
    }
  }
  return samples;
}

/** In place: other programs than Photoshop leave any colour where nothing is to be seen. */
function whitenTransparent(
  picture: Picture,
  planes: Uint8Array,
  { sampleBytes, firstPlane }: { sampleBytes: number; firstPlane: number },
): void {
  const { width, height, data } = picture;
  for (let pixel = 0, at = firstPlane * width * height * sampleBytes; pixel < width * height; pixel++, at += sampleBytes) {
    let isSeen = false;
    for (let byte = 0; byte < sampleBytes; byte++) isSeen ||= planes[at + byte] !== 0;
    if (!isSeen) data.fill(255, pixel * 3, pixel * 3 + 3);
  }
}

/** 256 reds, then greens, then blues. */
function throughPalette(indexes: Uint8Array, palette: Buffer): Uint8Array {
  if (palette.length < 768) throw new DecodeError("corrupt", `the palette of the document has ${palette.length} of 768 bytes`);
  const rgb = new Uint8Array(indexes.length * 3);
  for (let at = 0, to = 0; at < indexes.length; at++)
    for (let channel = 0; channel < 3; channel++) rgb[to++] = palette[channel * 256 + (indexes[at] as number)] as number;
  return rgb;
}

function toLab(samples: Uint8Array): Float32Array {
  return Float32Array.from(samples, (value, at) => (at % 3 === 0 ? (value * 100) / 255 : value - 128));
}
