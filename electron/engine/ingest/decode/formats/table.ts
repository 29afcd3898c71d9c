/**
 * @file The table of decoders. A new format is a name in `imageFormats` (the compiler then asks for its line here), magic bytes and
 * extensions in sniff.ts, and a fixture in test/fixtures/pictures.ts.
 */
import type { Decoder } from "../decoder.ts";
import type { ImageFormat } from "../types.ts";
import { decodeBitmap } from "./bmp.ts";
import { decodeDds } from "./dds.ts";
import { decodeDicom } from "./dicom.ts";
import { decodeHeic } from "./heic.ts";
import { decodeMacIcon } from "./icns.ts";
import { decodeIcon } from "./ico.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodeJp2 } from "./jp2.ts";
import { decodeJxl } from "./jxl.ts";
import { decodeNifti } from "./nifti.ts";
import { decodePnm } from "./pnm.ts";
import { decodePsd } from "./psd.ts";
import { decodeRawFile } from "./raw.ts";
import { decodeSgi } from "./sgi.ts";
import { decodeSvg } from "./svg.ts";
import { decodeTga } from "./tga.ts";
import { decodeTiff } from "./tiff.ts";
import { decodeWithVips } from "./vips.ts";

export const decoders: Readonly<Record<ImageFormat, Decoder>> = {
  jpeg: decodeJpeg,
  png: decodeWithVips,
  webp: decodeWithVips,
  gif: decodeWithVips,
  tiff: decodeTiff,
  avif: decodeWithVips,
  svg: decodeSvg,
  bmp: decodeBitmap,
  dicom: decodeDicom,
  pnm: decodePnm,
  tga: decodeTga,
  heic: decodeHeic,
  jp2: decodeJp2,
  jxl: decodeJxl,
  psd: decodePsd,
  raw: decodeRawFile,
  nifti: decodeNifti,
  sgi: decodeSgi,
  ico: decodeIcon,
  icns: decodeMacIcon,
  dds: decodeDds,
};
