/**
 * @file JPEG. Ordinary ones (8 bits, grey or YCbCr, sRGB) take the first of three ways that can read them. Baseline ones that are to be made
 * smaller go through our own kernel, which decodes no more than is wanted and measures sharpness at full resolution in the same pass. Other
 * ordinary ones are decoded in full by libjpeg-turbo and reduced by whole blocks. The rest, and whatever is wrong with its data, goes
 * through libvips, shrunk while decoding: libjpeg scales by 2, 4 or 8 inside its inverse DCT. sharp always follows with a resize of its own and
 * takes a factor only with some room above it, so sizes are asked for that lie in that room.
 */
import { loadKernels } from "#native/kernels.ts";

import { centreOf } from "../centre.ts";
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { cropCentre } from "../decoder.ts";
import type { Decoded, DecodeInput, Want } from "../decoder.ts";
import { readJpegHeader } from "../jpeg-header.ts";
import type { JpegHeader } from "../jpeg-header.ts";
import { turnUpright } from "../orient.ts";
import { measureSharpnessOf, measureSharpnessOfGrey, sharpnessRectangle, sharpnessSide } from "../sharpness.ts";
import { decodeTurbo } from "../turbo.ts";
import type { Picture, PictureFacts } from "../types.ts";
import { decodeRaw } from "../vips-raw.ts";
import type { RawRequest } from "../vips-raw.ts";

/** Larger ones would hold hundreds of megabytes; libvips streams them. */
const directPixels = 40_000_000;
/** Coefficients of a progressive one; the others stream. */
const memoryPerPixel = 4;

export async function decodeJpeg({ bytes, want }: DecodeInput): Promise<Decoded> {
  const header = readJpegHeader(bytes);
  checkSize(header.width, header.height, memoryPerPixel);
  const turned = header.orientation >= 5;
  const width = turned ? header.height : header.width;
  const height = turned ? header.width : header.height;
  const facts: PictureFacts = {
    format: "jpeg",
    width,
    height,
    orientation: header.orientation,
    channels: header.components,
    bitDepth: header.bitDepth,
    hasAlpha: false,
    frameCount: 1,
    ...(header.quality === null ? {} : { jpegQuality: header.quality }),
  };
  // Whoever asks for every pixel compares them with another file's: the fast transform's level more or less would tell equal ones apart.
  const direct =
    want.kind !== "full" && isOrdinary(header) ? (decodeReduced(bytes, header, want) ?? decodeDirectly(bytes, header, want)) : null;
  if (direct !== null) return { ...direct, facts, exif: header.exif, dicom: null };
  const shrink = want.kind === "at-least" ? jpegShrink(width, height, want) : 1;
  const request: RawRequest = {
    hasAlpha: false,
    inks: header.components === 4 && header.icc === "none",
    upright: header.orientation !== 1 && want.kind !== "centre",
    ...(shrink > 1 ? { resize: { width: Math.floor(width / shrink), height: Math.floor(height / shrink) } } : {}),
    ...(want.kind === "centre" ? { crop: centreOf(header, want.side) } : {}),
  };
  return { picture: await decodeTolerant(bytes, request), facts, fullResolution: shrink === 1, exif: header.exif, dicom: null };
}

/** What needs no conversion of colours. */
function isOrdinary(header: JpegHeader): boolean {
  return (
    header.bitDepth === 8 &&
    header.frame <= 0xc2 &&
    (header.components === 1 || header.components === 3) &&
    (header.icc === "none" || (header.icc === "srgb" && header.components === 3)) &&
    (header.adobeTransform === null || header.adobeTransform === 1)
  );
}

type Direct = Pick<Decoded, "picture" | "fullResolution" | "sharpness">;

/** By our own kernel. Null for progressive ones, small ones and all that are not exactly as the standard says; without a compiled kernel for all. */
function decodeReduced(bytes: Buffer, header: JpegHeader, want: Exclude<Want, { kind: "full" }>): Direct | null {
  const kernels = loadKernels();
  const isCentre = want.kind === "centre";
  if (kernels.kind !== "native" || header.frame > 0xc1 || (isCentre && want.side !== sharpnessSide)) return null;
  const { width, height } = header;
  const factor = isCentre ? 8 : blockFactor(width, height, want);
  if (factor === 1) return null;
  const measures = isCentre || want.sharpness === true;
  const centre = measures ? sharpnessRectangle(header) : { left: 0, top: 0, width: 0, height: 0 };
  const grey = greyBuffer.subarray(0, centre.width * centre.height);
  const target = { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
  const data = memoryFor(want, target.width * target.height * 3);
  const done = kernels.jpegReduce({
    source: bytes,
    width,
    height,
    factor,
    target: data,
    left: centre.left,
    top: centre.top,
    centreWidth: centre.width,
    centreHeight: centre.height,
    grey,
  });
  if (done === 0) return null;
  if (isCentre) return { picture: greyPicture(grey, centre), fullResolution: true };
  const picture = turnUpright({ ...target, data }, header.orientation);
  return { picture, fullResolution: false, ...(measures ? { sharpness: measureSharpnessOfGrey(grey, centre) } : {}) };
}

function memoryFor(want: Want, size: number): Uint8Array {
  return want.kind === "at-least" && want.take !== undefined ? want.take(size) : new Uint8Array(size);
}

/** Read before the next picture comes. */
const greyBuffer = new Uint8Array(sharpnessSide * sharpnessSide);

function greyPicture(grey: Uint8Array, { width, height }: { width: number; height: number }): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0, to = 0; pixel < width * height; pixel++, to += 3) data.fill(grey[pixel] as number, to, to + 3);
  return { width, height, data };
}

/**
 * By libjpeg-turbo. It is called with its fast inverse DCT, one level off on average and up to twenty where the steps of quantisation are
 * finest (quality 96 and more), which would pass for sharpness: null for those.
 */
function decodeDirectly(bytes: Buffer, header: JpegHeader, want: Exclude<Want, { kind: "full" }>): Direct | null {
  if (header.finestStep <= 1 || header.width * header.height > directPixels) return null;
  const full = decodeTurbo(bytes, header.width, header.height);
  if (full === null) return null;
  if (want.kind === "centre") return { picture: cropCentre(full, want.side), fullResolution: true };
  const factor = blockFactor(header.width, header.height, want);
  const picture = turnUpright(reduce(full, factor, want), header.orientation);
  return {
    picture,
    fullResolution: factor === 1,
    ...(want.kind === "at-least" && want.sharpness === true ? { sharpness: measureSharpnessOf(full) } : {}),
  };
}

/** Blocks of factor x factor averaged into other memory. */
function reduce(full: Picture, factor: number, want: Want): Picture {
  const width = Math.ceil(full.width / factor);
  const height = Math.ceil(full.height / factor);
  const data = memoryFor(want, width * height * 3);
  loadKernels().boxReduce({ source: full.data, sourceWidth: full.width, sourceHeight: full.height, factor, target: data });
  return { width, height, data };
}

/** The blocks of both ways: a power of two up to 8, so that they agree. */
function blockFactor(width: number, height: number, want: { shortSide: number; longSide: number }): 1 | 2 | 4 | 8 {
  const most = largestShrink(width, height, want);
  return most >= 8 ? 8 : most >= 4 ? 4 : most >= 2 ? 2 : 1;
}

function largestShrink(width: number, height: number, want: { shortSide: number; longSide: number }): number {
  const most = Math.max(width, height) / want.longSide;
  return want.shortSide > 0 ? Math.min(most, Math.min(width, height) / want.shortSide) : most;
}

/** The smallest total shrink for the largest factor inside the decoder that still leaves what is wanted; 1 = decode in full. */
function jpegShrink(width: number, height: number, want: { shortSide: number; longSide: number }): number {
  const most = largestShrink(width, height, want);
  // sharp halves the factor when the asked shrink has the same whole part, so 2, 4 and 8 need at least 3, 5 and 9.
  return most >= 9 ? 9 : most >= 5 ? 5 : most >= 3 ? 3 : 1;
}

/** A file that lacks nothing but its end marker is whole: with the marker put back libjpeg has not even a warning. */
async function decodeTolerant(bytes: Buffer, request: RawRequest): Promise<Picture> {
  try {
    return await decodeRaw(bytes, request);
  } catch (thrown) {
    if (!(thrown instanceof DecodeError) || thrown.code !== "truncated") throw thrown;
    try {
      return await decodeRaw(Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]), { ...request, options: { failOn: "warning" } });
    } catch {
      throw thrown;
    }
  }
}
