/**
 * @file RLE frames of DICOM (PS3.5 annex G): up to 15 segments of PackBits, one per byte plane, the most significant byte first.
 */
import { DecodeError } from "../decode-error.ts";

/** @returns [pixels, samples] little-endian, colour by pixel */
export function unpackRle(frame: Uint8Array, shape: { pixels: number; samples: number; bytesPerSample: number }): Uint8Array<ArrayBuffer> {
  const { pixels, samples, bytesPerSample } = shape;
  if (frame.length < 64) throw new DecodeError("truncated", "the frame ends inside its RLE header");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const segments = view.getUint32(0, true);
  if (segments !== samples * bytesPerSample)
    throw new DecodeError("corrupt", `${segments} RLE segments where ${samples * bytesPerSample} were expected`);
  // Two bytes make a run of at most 128.
  if (frame.length * 64 < pixels * segments)
    throw new DecodeError("truncated", `${frame.length} bytes of run lengths cannot hold ${pixels * segments} bytes`);
  const result = new Uint8Array(pixels * segments);
  for (let segment = 0; segment < segments; segment++) {
    const start = view.getUint32(4 + segment * 4, true);
    const end = segment + 1 < segments ? view.getUint32(8 + segment * 4, true) : frame.length;
    if (start < 64 || start > end || end > frame.length) throw new DecodeError("truncated", "an RLE segment lies outside its frame");
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    const written = unpackBits(frame.subarray(start, end), result, { at: sample * bytesPerSample + byte, step: segments, count: pixels });
    if (written < pixels) throw new DecodeError("truncated", `an RLE segment holds ${written} of ${pixels} bytes`);
  }
  return result;
}

function unpackBits(packed: Uint8Array, target: Uint8Array, to: { at: number; step: number; count: number }): number {
  let written = 0;
  let out = to.at;
  const put = (value: number): void => {
    if (written === to.count) return;
    target[out] = value;
    out += to.step;
    written++;
  };
  for (let at = 0; at < packed.length && written < to.count;) {
    const control = packed[at++] as number;
    if (control < 128) {
      for (let left = Math.min(control + 1, packed.length - at); left > 0; left--) put(packed[at++] as number);
    } else if (control > 128 && at < packed.length) {
      const value = packed[at++] as number;
      for (let left = 257 - control; left > 0; left--) put(value);
    }
  }
  return written;
}
