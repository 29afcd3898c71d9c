/**
 * @file The table of decoders. A new format is a name in `imageFormats` (the compiler then asks for its line here), magic bytes and
 * extensions in sniff.ts, and a fixture in test/fixtures/pictures.ts. What few folders hold is loaded with its first file: a child that has to load
 * every decoder before its first photo starts a third later.
 */
import type { Decoder } from "../decoder.ts";
import type { ImageFormat } from "../types.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodeWithVips } from "./vips.ts";

/** A module that is loaded already is had again in some microseconds. */
function later(load: () => Promise<Decoder>): Decoder {
  return async (input) => {
    const decode = await load();
    return await decode(input);
  };
}

export const decoders: Readonly<Record<ImageFormat, Decoder>> = {
  jpeg: decodeJpeg,
  png: decodeWithVips,
  webp: decodeWithVips,
  gif: decodeWithVips,
  tiff: later(async () => (await import("./tiff.ts")).decodeTiff),
  avif: decodeWithVips,
  svg: later(async () => (await import("./svg.ts")).decodeSvg),
  bmp: later(async () => (await import("./bmp.ts")).decodeBitmap),
  dicom: later(async () => (await import("./dicom.ts")).decodeDicom),
  pnm: later(async () => (await import("./pnm.ts")).decodePnm),
  tga: later(async () => (await import("./tga.ts")).decodeTga),
  heic: later(async () => (await import("./heic.ts")).decodeHeic),
  jp2: later(async () => (await import("./jp2.ts")).decodeJp2),
  jxl: later(async () => (await import("./jxl.ts")).decodeJxl),
  psd: later(async () => (await import("./psd.ts")).decodePsd),
  raw: later(async () => (await import("./raw.ts")).decodeRawFile),
  nifti: later(async () => (await import("./nifti.ts")).decodeNifti),
  sgi: later(async () => (await import("./sgi.ts")).decodeSgi),
  ico: later(async () => (await import("./ico.ts")).decodeIcon),
  icns: later(async () => (await import("./icns.ts")).decodeMacIcon),
  dds: later(async () => (await import("./dds.ts")).decodeDds),
};
