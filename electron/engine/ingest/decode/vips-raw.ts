/**
 * @file One libvips pipeline from bytes to RGB: sRGB by the embedded profile, 8 bits, on white, upright. The only place that sets sharp's
 * options for decoding.
 */
import type { Sharp, SharpOptions } from "sharp";

import { messageOf } from "../../base/errors.ts";
import { inksToRgb } from "./formats/samples.ts";
import { pixelLimit } from "./check-size.ts";
import { fromVips } from "./decode-error.ts";
import { loadSharp } from "./load-sharp.ts";
import type { Picture } from "./types.ts";

/**
 * `error` reports what is truncated and what is broken (a JPEG that stops early comes as an error and not as a grey lower half), and lets
 * pass what only raises a warning: stray bytes between segments, odd metadata: every browser shows those pictures.
 */
const decodeOptions = { failOn: "error", limitInputPixels: pixelLimit, sequentialRead: true } as const;

export interface RawRequest {
  readonly upright?: boolean;
  /** Exact size to scale to, in displayed orientation; JPEG shrinks while decoding. */
  readonly resize?: { readonly width: number; readonly height: number };
  readonly crop?: { readonly left: number; readonly top: number; readonly width: number; readonly height: number };
  readonly hasAlpha: boolean;
  /** Inks (CMYK) without a profile, which libvips would take for those of one certain press. */
  readonly inks?: boolean;
  readonly options?: SharpOptions;
}

export async function decodeRaw(bytes: Buffer, request: RawRequest): Promise<Picture> {
  try {
    return await runPipeline(bytes, request);
  } catch (thrown) {
    // A profile that is none must not cost the picture: without it the pixels are taken for sRGB, as browsers do.
    if (!/ICC/i.test(messageOf(thrown)) || request.options?.ignoreIcc === true) throw fromVips(thrown);
    return decodeRaw(bytes, { ...request, options: { ...request.options, ignoreIcc: true } });
  }
}

async function runPipeline(bytes: Buffer, request: RawRequest): Promise<Picture> {
  let pipeline: Sharp = loadSharp()(bytes, { ...decodeOptions, ...request.options });
  if (request.upright === true) pipeline = pipeline.autoOrient();
  if (request.crop !== undefined) pipeline = pipeline.extract(request.crop);
  if (request.resize !== undefined)
    pipeline = pipeline.resize(request.resize.width, request.resize.height, { fit: "fill", kernel: "cubic" });
  if (request.hasAlpha) pipeline = pipeline.flatten({ background: "#ffffff" });
  if (request.inks === true) pipeline = pipeline.pipelineColourspace("cmyk").toColourspace("cmyk");
  const { data, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const inks = request.inks === true && info.channels === 4;
  if (inks) return { width: info.width, height: info.height, data: inksToRgb(data, 4) };
  return { width: info.width, height: info.height, data: toThreeChannels(data, info.channels, info.width * info.height) };
}

/** sharp with our limits, for facts only. */
export function openWithVips(bytes: Buffer, options: SharpOptions = {}): Sharp {
  return loadSharp()(bytes, { ...decodeOptions, ...options });
}

function toThreeChannels(data: Buffer, channels: number, pixels: number): Uint8Array {
  if (channels === 3) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const rgb = new Uint8Array(pixels * 3);
  const colour = channels >= 3;
  for (let pixel = 0, to = 0, from = 0; pixel < pixels; pixel++, to += 3, from += channels) {
    rgb[to] = data[from] as number;
    rgb[to + 1] = data[colour ? from + 1 : from] as number;
    rgb[to + 2] = data[colour ? from + 2 : from] as number;
  }
  return rgb;
}
