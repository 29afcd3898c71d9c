/**
 * @file What of libheif is called, and the few places where its memory is read directly: rows of pixels, the profile, metadata.
 */

/** An enumeration value of the library. */
interface HeifCode {
  readonly value: number;
}

export interface HeifAnswer {
  readonly code: HeifCode;
  readonly subcode: HeifCode;
  readonly message: string;
}

/** `$$.ptr` is its address, for the functions that are not wrapped. */
export interface HeifHandle {
  readonly $$: { readonly ptr: number };
}

export interface HeifChannel {
  readonly width: number;
  readonly height: number;
  /** Bytes from row to row. */
  readonly stride: number;
  /** Lies in the library's memory. */
  readonly data: Uint8Array;
}

export interface HeifImage {
  readonly image: object;
  readonly channels: readonly HeifChannel[];
}

export interface Libheif {
  readonly HEAPU8: Uint8Array;
  readonly HEAPU32: Uint32Array;
  readonly heif_colorspace: { readonly heif_colorspace_RGB: HeifCode };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGB: HeifCode; readonly heif_chroma_interleaved_RGBA: HeifCode };
  heif_context_alloc(): object;
  heif_context_free(context: object): void;
  heif_context_read_from_memory(context: object, bytes: Uint8Array): HeifAnswer;
  heif_context_get_number_of_top_level_images(context: object): number;
  heif_js_context_get_primary_image_handle(context: object): HeifHandle | HeifAnswer | null;
  heif_image_handle_get_width(handle: HeifHandle): number;
  heif_image_handle_get_height(handle: HeifHandle): number;
  heif_image_handle_has_alpha_channel(handle: HeifHandle): number;
  heif_image_handle_release(handle: HeifHandle): void;
  heif_js_decode_image2(handle: HeifHandle, colours: HeifCode, layout: HeifCode): Promise<HeifImage | HeifAnswer | null>;
  heif_image_release(image: object): void;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _heif_image_handle_get_luma_bits_per_pixel(handle: number): number;
  _heif_image_handle_get_raw_color_profile_size(handle: number): number;
  _heif_image_handle_get_raw_color_profile(error: number, handle: number, target: number): void;
  _heif_image_handle_get_list_of_metadata_block_IDs(handle: number, filter: number, ids: number, most: number): number;
  _heif_image_handle_get_metadata_type(handle: number, id: number): number;
  _heif_image_handle_get_metadata_size(handle: number, id: number): number;
  _heif_image_handle_get_metadata(error: number, handle: number, id: number, target: number): void;
}

/** Structs of an error: a code, a code below it, a text. */
const errorBytes = 16;
const mostBlocks = 16;
/** Profiles and EXIF are kilobytes; anything else claims to be one. */
const mostBytes = 16 * 1024 * 1024;

/** [height, width, channels] without padding, in memory of our own. */
export function copyRows({ width, height, stride, data }: HeifChannel, channels: 3 | 4): Uint8Array {
  const rowBytes = width * channels;
  const rows = new Uint8Array(rowBytes * height);
  for (let row = 0; row < height; row++) rows.set(data.subarray(row * stride, row * stride + rowBytes), row * rowBytes);
  return rows;
}

/** The ICC profile; null without one. */
export function profileOf(codec: Libheif, { $$: { ptr } }: HeifHandle): Uint8Array | null {
  return copyOut(codec, codec._heif_image_handle_get_raw_color_profile_size(ptr), (error, target) =>
    codec._heif_image_handle_get_raw_color_profile(error, ptr, target),
  );
}

/** The first block of metadata of that type; null without one. */
export function metadataBlock(codec: Libheif, { $$: { ptr } }: HeifHandle, type: string): Uint8Array | null {
  const ids = codec._malloc(mostBlocks * 4);
  try {
    const count = codec._heif_image_handle_get_list_of_metadata_block_IDs(ptr, 0, ids, mostBlocks);
    for (let index = 0; index < Math.min(count, mostBlocks); index++) {
      const id = codec.HEAPU32[ids / 4 + index] as number;
      const name = codec._heif_image_handle_get_metadata_type(ptr, id);
      if (Buffer.from(codec.HEAPU8.subarray(name, name + type.length)).toString("latin1") !== type) continue;
      return copyOut(codec, codec._heif_image_handle_get_metadata_size(ptr, id), (error, target) =>
        codec._heif_image_handle_get_metadata(error, ptr, id, target),
      );
    }
    return null;
  } finally {
    codec._free(ids);
  }
}

function copyOut(codec: Libheif, length: number, fill: (error: number, target: number) => void): Uint8Array | null {
  if (length === 0 || length > mostBytes) return null;
  const error = codec._malloc(errorBytes + length);
  try {
    fill(error, error + errorBytes);
    const code = codec.HEAPU32[error / 4] as number;
    return code === 0 ? codec.HEAPU8.slice(error + errorBytes, error + errorBytes + length) : null;
  } finally {
    codec._free(error);
  }
}
