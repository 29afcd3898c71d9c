/** @file Equal to the last pixel: two files that decode to the same picture (a PNG saved again, a JPEG with other metadata). */
import type { Picture } from "./picture.ts";

/** Call with full decodes; scaled ones would prove nothing. */
export function pixelsIdentical(a: Picture, b: Picture): boolean {
  if (a.width !== b.width || a.height !== b.height || a.data.length !== b.data.length) return false;
  return Buffer.compare(bytesOf(a.data), bytesOf(b.data)) === 0;
}

function bytesOf(data: Uint8Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
