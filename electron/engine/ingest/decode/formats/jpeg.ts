/**
 * @file JPEG: shrunk while decoding. libjpeg scales by 2, 4 or 8 inside its inverse DCT, so a 12-megapixel photo costs a third. sharp always
 * follows with a resize of its own and takes a factor only with some room above it, so sizes are asked for that lie in that room.
 */
import { checkSize, DecodeError } from "../decode-error.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { readJpegHeader } from "../jpeg-header.ts";
import type { JpegHeader } from "../jpeg-header.ts";
import type { Picture } from "../types.ts";
import { decodeRaw } from "../vips-raw.ts";
import type { RawRequest } from "../vips-raw.ts";

export async function decodeJpeg({ bytes, want }: DecodeInput): Promise<Decoded> {
  const header = readJpegHeader(bytes);
  checkSize(header.width, header.height);
  const turned = header.orientation >= 5;
  const width = turned ? header.height : header.width;
  const height = turned ? header.width : header.height;
  const shrink = want.kind === "at-least" ? jpegShrink(width, height, want) : 1;
  const request: RawRequest = {
    hasAlpha: false,
    upright: header.orientation !== 1 && want.kind !== "centre",
    ...(shrink > 1 ? { resize: { width: Math.floor(width / shrink), height: Math.floor(height / shrink) } } : {}),
    ...(want.kind === "centre" ? { crop: centreOf(header, want.side) } : {}),
  };
  return {
    picture: await decodeTolerant(bytes, request),
    facts: {
      format: "jpeg",
      width,
      height,
      orientation: header.orientation,
      channels: header.components,
      bitDepth: header.bitDepth,
      hasAlpha: false,
      frameCount: 1,
    },
    fullResolution: shrink === 1,
    exif: header.exif,
    dicom: null,
  };
}

/** The smallest total shrink for the largest factor inside the decoder that still leaves what is wanted; 1 = decode in full. */
function jpegShrink(width: number, height: number, want: { shortSide: number; longSide: number }): number {
  const short = Math.min(width, height);
  const long = Math.max(width, height);
  const most = Math.min(want.shortSide > 0 ? short / want.shortSide : Infinity, long / want.longSide);
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

function centreOf(header: JpegHeader, side: number): { left: number; top: number; width: number; height: number } {
  const width = Math.min(side, header.width);
  const height = Math.min(side, header.height);
  return { left: (header.width - width) >> 1, top: (header.height - height) >> 1, width, height };
}
