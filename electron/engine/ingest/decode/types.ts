/**
 * @file What decoding takes and gives. Everything here crosses a process border, so it is plain data and typed arrays. One decode of
 * a file feeds all of it: facts, thumbnail, encoder tensor, perceptual hash, colour signature, quality.
 */

import type { DicomFacts, DicomPatient } from "#protocol/dicom-model.ts";

import type { TensorPlace } from "./tensor-place.ts";

/** What decoding needs to know of an encoder: the side of the square it looks at. Turning bytes into numbers is the runtime's work. */
export interface TensorShape {
  readonly size: number;
}

export interface IngestRequest {
  /** Bytes of the absolute path. */
  readonly path: Uint8Array;
  /** null: no tensor is made. */
  readonly input: TensorShape | null;
  /** Where the tensor is written to; absent: it comes with the result. */
  readonly place?: TensorPlace;
  /** Folder that thumbnails go to (`<first 2 hex>/<contentHash>.jpg`); null: none is written. */
  readonly thumbnail: string | null;
}

/** A file whose content was among those that the request named: it is not decoded. */
export interface KnownFile extends FileIdentity {
  readonly isKnown: true;
}

export interface FileIdentity {
  /** SHA-256 of the file's bytes, the first 32 hexadecimal digits. */
  readonly contentHash: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

export interface PictureFacts {
  readonly format: ImageFormat;
  /** As displayed, after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation 1..8 as stored. */
  readonly orientation: number;
  /** As stored: 1 grey, 2 grey + alpha, 3 colour, 4 colour + alpha or CMYK. */
  readonly channels: number;
  /** Bits per channel as stored. */
  readonly bitDepth: number;
  readonly hasAlpha: boolean;
  /** Frames, slices, pages or layers in the file; the first one is decoded, of medical files the middle one. */
  readonly frameCount: number;
  /** 1..100 as told by the quantisation tables of a JPEG; absent where there are none. */
  readonly jpegQuality?: number;
}

export interface IngestResult extends FileIdentity, PictureFacts {
  /** 0xRRGGBB. */
  readonly averageColour: number;
  /** 8 orientations x 8 bytes: DCT hashes, the picture as displayed first (perceptual-hash.ts names the order). */
  readonly perceptual: Uint8Array;
  /** 4 x 4 x RGB means, row-major, 48 bytes: tells a red from a green apple where grey hashes cannot. */
  readonly colour: Uint8Array;
  readonly quality: PictureQuality;
  readonly metadata: PictureMetadata;
  /** Of a DICOM file: who is in it. Kept apart from everything that is shown. */
  readonly patient: DicomPatient | null;
  /** size x size x RGB bytes, row-major, ready for (v - mean) / std; null when no encoder input was asked for. */
  readonly tensor: Uint8Array | null;
}

/** What tells copies from others, and nothing more. */
export type FileLikeness = Pick<IngestResult, "format" | "width" | "height" | "perceptual" | "colour">;

/** Measured on the picture scaled to at most 256 px, but for the two of sharpness. */
export interface PictureQuality {
  /** Variance of the Laplacian of the grey centre (512 x 512 at full resolution); null when the picture was shrunk while decoding. */
  readonly sharpness: number | null;
  /** 0 sharp .. 1 blurred (Crete et al. 2007), on the same centre; null together with `sharpness`. */
  readonly blurEffect: number | null;
  /** Percentiles 1, 5, 50, 95, 99 of grey, 0..255. */
  readonly brightness: readonly [number, number, number, number, number];
  readonly meanBrightness: number;
  /** Standard deviation of grey, 0..127.5. */
  readonly contrast: number;
  /** Bits of the 256-bin histogram of grey, 0..8. */
  readonly entropy: number;
  /** Mean of (max - min of R, G, B) / 255, 0..1. */
  readonly saturation: number;
  /** 99th percentile of the same, 0..1: near 0 = a greyscale picture. */
  readonly peakSaturation: number;
  /** Share that is flat middle grey from the stored end on: data were lost; absent where nothing is. */
  readonly lostRows?: number;
  /** Letters in lines of text that are part of the pixels; absent where there are none. */
  readonly letters?: number;
}

/** Facts for the details panel. Only fields that say nothing of a patient or a place. */
export interface PictureMetadata {
  /** Milliseconds since 1970; without a recorded offset the camera's clock is taken as local time. */
  readonly capturedAt?: number;
  readonly cameraMake?: string;
  readonly cameraModel?: string;
  readonly lens?: string;
  readonly iso?: number;
  /** Seconds. */
  readonly exposure?: number;
  readonly fNumber?: number;
  readonly focalLength?: number;
  readonly hasLocation?: boolean;
  readonly colourProfile?: ColourProfile;
  readonly dicom?: Omit<DicomFacts, "patient">;
}

/** What an embedded colour profile says of itself. */
export interface ColourProfile {
  /** "sRGB" for every name of it; empty where it has none. */
  readonly name: string;
  /** The colours it is for: "RGB", "GRAY", "CMYK", "Lab". */
  readonly space: string;
  /** Too short, or not a profile: colours are taken for sRGB. */
  readonly damaged: boolean;
}

export const imageFormats = [
  "jpeg",
  "png",
  "webp",
  "gif",
  "tiff",
  "avif",
  "svg",
  "bmp",
  "dicom",
  "pnm",
  "tga",
  "heic",
  "jp2",
  "jxl",
  "psd",
  "raw",
  "nifti",
  "sgi",
  "ico",
  "icns",
  "dds",
] as const;
/** Formats with a decoder. */
export type ImageFormat = (typeof imageFormats)[number];

/** Which frame of a volume stands for it; of everything else the first one does. */
export function standingFrame(format: string, frameCount: number): number {
  return format === "dicom" || format === "nifti" ? frameCount >> 1 : 0;
}

/** Formats of which any frame, slice or page can be shown. */
export const framedFormats: readonly string[] = ["dicom", "nifti", "tiff"] satisfies ImageFormat[];

export const failureCodes = [
  "truncated",
  "corrupt",
  "empty",
  "too-large",
  "timeout",
  "crash",
  "unsupported",
  "permission",
  "missing",
  "unreadable",
] as const;
export type FailureCode = (typeof failureCodes)[number];

/** Why a file gave no picture: an outcome, not an error. */
export interface DecodeFailure {
  readonly code: FailureCode;
  readonly message: string;
}

/** RGB, 8 bits, row-major, without padding: sRGB, upright, on white. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly data: Uint8Array;
}
