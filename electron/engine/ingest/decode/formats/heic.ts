/**
 * @file HEIC (HEIF with HEVC inside, ISO/IEC 23008-12): the primary image by libheif, grids put together, cropped, mirrored and turned as its properties
 * say. The orientation in its EXIF says the same once more and is not followed. Colours go through the embedded profile.
 */
import { createRequire } from "node:module";

import { isCutOff } from "../completeness.ts";
import { checkSize } from "../check-size.ts";
import { DecodeError } from "../decode-error.ts";
import { wholePicture } from "../decoder.ts";
import type { Decoded, DecodeInput } from "../decoder.ts";
import { silent, wasmCodec } from "../wasm-codec.ts";
import { copyRows, metadataBlock, profileOf } from "./heic-memory.ts";
import type { HeifAnswer, HeifHandle, Libheif } from "./heic-memory.ts";
import { throughProfile } from "./profile.ts";
import { onWhite } from "./samples.ts";
import { decodeWithVips } from "./vips.ts";

const libheif = wasmCodec<Libheif>({
  load: () => {
    const create = createRequire(import.meta.url)("libheif-js/libheif-wasm/libheif-bundle.js") as (options: object) => Libheif;
    return create({ print: silent, printErr: silent });
  },
  heapBytes: (codec) => codec.HEAPU8.length,
});

/** Planes, colours, and two copies of ours. */
const memoryPerPixel = 14;

export async function decodeHeic(input: DecodeInput): Promise<Decoded> {
  if (isCutOff("heic", input.bytes)) throw new DecodeError("truncated", "the file ends before its picture does");
  try {
    return await decodePrimary(input);
  } catch (thrown) {
    // The same container may hold AV1, which libvips reads.
    if (!(thrown instanceof DecodeError) || thrown.code !== "unsupported") throw thrown;
    return await decodeWithVips(input).catch(() => {
      throw thrown;
    });
  }
}

interface Primary {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], or 4 with alpha */
  readonly data: Uint8Array;
  readonly hasAlpha: boolean;
  readonly bitDepth: number;
  readonly frameCount: number;
  readonly profile: Uint8Array | null;
  readonly exif: Uint8Array | null;
}

async function decodePrimary({ bytes, want }: DecodeInput): Promise<Decoded> {
  const primary = await libheif.run((codec) => readPrimary(codec, bytes));
  const { width, height, hasAlpha, bitDepth, frameCount } = primary;
  const channels = hasAlpha ? 4 : 3;
  const picture = await throughProfile({ width, height, data: onWhite(primary.data, channels) }, primary.profile);
  return { ...wholePicture(want, picture, { format: "heic", channels, bitDepth, hasAlpha, frameCount }), exif: tiffBlock(primary.exif) };
}

async function readPrimary(codec: Libheif, bytes: Buffer): Promise<Primary> {
  const context = codec.heif_context_alloc();
  let handle: HeifHandle | null = null;
  try {
    mustBeGood(codec.heif_context_read_from_memory(context, bytes));
    handle = good(codec.heif_js_context_get_primary_image_handle(context));
    const width = codec.heif_image_handle_get_width(handle);
    const height = codec.heif_image_handle_get_height(handle);
    checkSize(width, height, memoryPerPixel);
    const hasAlpha = codec.heif_image_handle_has_alpha_channel(handle) !== 0;
    const layout = hasAlpha ? codec.heif_chroma.heif_chroma_interleaved_RGBA : codec.heif_chroma.heif_chroma_interleaved_RGB;
    const image = good(await codec.heif_js_decode_image2(handle, codec.heif_colorspace.heif_colorspace_RGB, layout));
    const channel = image.channels[0];
    if (channel === undefined || channel.width !== width || channel.height !== height)
      throw new DecodeError(
        "corrupt",
        `the picture is ${channel?.width ?? 0} x ${channel?.height ?? 0}, the header says ${width} x ${height}`,
      );
    const data = copyRows(channel, hasAlpha ? 4 : 3);
    codec.heif_image_release(image.image);
    return {
      width,
      height,
      data,
      hasAlpha,
      bitDepth: Math.max(8, codec._heif_image_handle_get_luma_bits_per_pixel(handle.$$.ptr)),
      frameCount: Math.max(1, codec.heif_context_get_number_of_top_level_images(context)),
      profile: profileOf(codec, handle),
      exif: metadataBlock(codec, handle, "Exif"),
    };
  } finally {
    if (handle !== null) codec.heif_image_handle_release(handle);
    codec.heif_context_free(context);
  }
}

function good<T extends object>(answer: T | HeifAnswer | null | undefined): T {
  if (answer === null || answer === undefined) throw new DecodeError("corrupt", "the HEIC has no primary image");
  if ("code" in answer) mustBeGood(answer);
  return answer as T;
}

const endOfData = 100;
const failures = { 3: "unsupported", 4: "unsupported", 6: "too-large" } as const;

/** heif_error: 3 and 4 are what it does not know, 6 what it will not hold, everything else is damage. */
function mustBeGood({ code, subcode, message }: HeifAnswer): void {
  if (code.value === 0) return;
  const kind = subcode.value === endOfData ? "truncated" : (failures[code.value as keyof typeof failures] ?? "corrupt");
  throw new DecodeError(kind, message);
}

/** The block begins with the distance to the TIFF header. */
function tiffBlock(exif: Uint8Array | null): Uint8Array | null {
  if (exif === null || exif.length < 18) return null;
  const start = 4 + new DataView(exif.buffer, exif.byteOffset, exif.byteLength).getUint32(0);
  return start + 14 <= exif.length ? exif.subarray(start) : null;
}
