/**
 * @file JPEG XL, the first frame, by libjxl: 8 bits a channel, sRGB, upright. It says nothing of what went wrong and counts no frames; the file's own header
 * tells the size beforehand.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { isCutOff } from "../completeness.ts";
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { silent, wasmCodec } from "../wasm-codec.ts";
import { findBox, readBoxes } from "./boxes.ts";
import { readJxlHeader } from "./jxl-header.ts";
import { onWhite } from "./samples.ts";

interface Rgba {
  readonly width: number;
  readonly height: number;
  /** [height, width, 4] */
  readonly data: Uint8ClampedArray;
}

interface JxlDecoder {
  readonly HEAPU8: Uint8Array;
  decode(bytes: Uint8Array): Rgba | null;
}

const libjxl = wasmCodec<JxlDecoder>({
  load: async () => {
    // The package is made for browsers: it answers with their ImageData and would fetch its binary from an address.
    if (!("ImageData" in globalThis)) Object.assign(globalThis, { ImageData: PlainImageData });
    const create = (await import("@jsquash/jxl/codec/dec/jxl_dec.js")).default as unknown as (options: object) => Promise<JxlDecoder>;
    const wasmBinary = readFileSync(createRequire(import.meta.url).resolve("@jsquash/jxl/codec/dec/jxl_dec.wasm"));
    return create({ noInitialRun: true, wasmBinary, print: silent, printErr: silent });
  },
  heapBytes: (codec) => codec.HEAPU8.length,
});

class PlainImageData implements Rgba {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

/** The codec works in floats and keeps several copies: its 2 GB end at 44 million pixels. */
const memoryPerPixel = 54;

export async function decodeJxl({ bytes, want }: DecodeInput): Promise<Decoded> {
  if (isCutOff("jxl", bytes)) throw new DecodeError("truncated", "the file ends before its picture does");
  const { width, height, bitDepth, hasAlpha } = readJxlHeader(bytes);
  checkSize(width, height, memoryPerPixel);
  const rgba = await libjxl.run((codec) => {
    const decoded = codec.decode(bytes);
    if (decoded === null) throw new DecodeError("corrupt", "the picture is damaged or ends too early");
    return decoded;
  });
  if (rgba.width * rgba.height !== width * height)
    throw new DecodeError("corrupt", `the picture is ${rgba.width} x ${rgba.height}, the header says ${width} x ${height}`);
  const samples = new Uint8Array(rgba.data.buffer, rgba.data.byteOffset, rgba.data.byteLength);
  const picture = { width: rgba.width, height: rgba.height, data: onWhite(samples, 4) };
  return { ...wholePicture(want, picture, { format: "jxl", channels: hasAlpha ? 4 : 3, bitDepth, hasAlpha }), exif: exifOf(bytes) };
}

/** The box begins with the distance to the TIFF header. */
function exifOf(bytes: Buffer): Uint8Array | null {
  const box = bytes.readUInt16BE(0) === 0xff0a ? null : findBox(readBoxes(bytes), "Exif");
  if (box === null || box.end - box.start < 18) return null;
  const start = box.start + 4 + bytes.readUInt32BE(box.start);
  return start + 14 <= box.end ? bytes.subarray(start, box.end) : null;
}
