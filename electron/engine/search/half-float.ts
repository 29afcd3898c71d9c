/**
 * @file float16 <-> float32 for whole tables (IEEE 754 binary16, round to nearest, ties to even). Embeddings are stored as float16: half the space, and an error
 * of at most 2^-11 of each number. The engine's Node and Electron both have Float16Array; here it is kept as its bits, which is what is stored.
 */
/// <reference lib="esnext.float16" />

/** @returns as many float32 values; every float16 is exact in float32 */
export function toFloat32(halves: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(new Float16Array(halves.buffer, halves.byteOffset, halves.length));
}

/** @returns the bits of the nearest float16 of each value; 65520 and beyond become infinity, NaN stays NaN */
export function toHalf(values: Float32Array): Uint16Array<ArrayBuffer> {
  return new Uint16Array(new Float16Array(values).buffer);
}
