/**
 * @file What a decoder of one format family is: bytes in, an upright sRGB picture on white out, at about the size that was asked for.
 */
import type { DicomFacts } from "#protocol/dicom-model.ts";

import { centreOf } from "./centre.ts";
import type { Sharpness } from "./sharpness.ts";
import type { ImageFormat, Picture, PictureFacts } from "./types.ts";

/** How much of the picture is wanted. A decoder may give more than was asked for, never less. */
export type Want =
  /** Every pixel. */
  | { readonly kind: "full" }
  /**
   * Shrunk while decoding where that is cheap, as long as both sides stay at least this long (or at full size). `sharpness`: measure it where that costs no second decode. `take`: the picture may
   * lie in memory that this gives, any picture may lie elsewhere.
   */
  | {
      readonly kind: "at-least";
      readonly shortSide: number;
      readonly longSide: number;
      readonly sharpness?: boolean;
      readonly take?: (bytes: number) => Uint8Array;
    }
  /** Only the middle, at full resolution. Neither orientation nor colour matters. */
  | { readonly kind: "centre"; readonly side: number };

export interface Decoded {
  readonly picture: Picture;
  readonly facts: PictureFacts;
  /** False when `picture` was shrunk while decoding (its pixels say nothing of sharpness). */
  readonly fullResolution: boolean;
  /** Measured at full resolution before `picture` was shrunk. */
  readonly sharpness?: Sharpness;
  /** The TIFF block of EXIF, where the file has one. */
  readonly exif: Uint8Array | null;
  readonly dicom: DicomFacts | null;
}

/** Which of several pictures in one file. */
export interface View {
  /** Frame, slice or page, from 0; absent: the one that stands for the file. Formats that show but one take no notice. */
  readonly frame?: number;
  /** Which of the windows of a medical file, from 0; absent: the first. */
  readonly window?: number;
}

export interface DecodeInput extends View {
  readonly format: ImageFormat;
  readonly bytes: Buffer;
  readonly want: Want;
}

/** Throws `DecodeError` for whatever is wrong with the file. */
export type Decoder = (input: DecodeInput) => Promise<Decoded>;

/** What a decoder gives that reads every pixel whatever is wanted: an upright picture without EXIF, of one frame unless `facts` say more. */
export function wholePicture(
  want: Want,
  picture: Picture,
  facts: Pick<PictureFacts, "format" | "channels" | "bitDepth" | "hasAlpha"> & { readonly frameCount?: number },
): Decoded {
  const { width, height } = picture;
  return {
    picture: want.kind === "centre" ? cropCentre(picture, want.side) : picture,
    facts: { frameCount: 1, ...facts, width, height, orientation: 1 },
    fullResolution: true,
    exif: null,
    dicom: null,
  };
}

/** The middle of a picture, at most `side` long and high. */
export function cropCentre(picture: Picture, side: number): Picture {
  const { left, top, width, height } = centreOf(picture, side);
  if (width === picture.width && height === picture.height && picture.data.length === width * height * 3) return picture;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row++) {
    const start = ((top + row) * picture.width + left) * 3;
    data.set(picture.data.subarray(start, start + width * 3), row * width * 3);
  }
  return { width, height, data };
}
