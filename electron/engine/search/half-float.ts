/**
 * @file float16 <-> float32 for whole tables (IEEE 754 binary16, round to nearest, ties to even). Embeddings are stored as float16: half the space, and an error
 * of at most 2^-11 of each number. By tables of bits, which V8 runs several times faster than its Float16Array.
 */

/** @returns as many float32 values; every float16 is exact in float32 */
export function toFloat32(halves: Uint16Array): Float32Array {
  const table = decodeTable();
  const values = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index++) values[index] = table[halves[index] as number] as number;
  return values;
}

/** @returns the bits of the nearest float16 of each value; beyond 65504 infinity, NaN stays NaN */
export function toHalf(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < halves.length; index++) halves[index] = roundToHalf(bits[index] as number);
  return halves;
}

let decoded: Float32Array | null = null;

/** The float32 of each of the 65,536 bit patterns, made at first use. */
function decodeTable(): Float32Array {
  if (decoded) return decoded;
  const table = new Float32Array(1 << 16);
  for (let bits = 0; bits < table.length; bits++) {
    const sign = bits & 0x8000 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) table[bits] = fraction ? Number.NaN : sign * Infinity;
    else table[bits] = exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  decoded = table;
  return table;
}

/** From the bits of a float32 to those of the nearest float16. */
function roundToHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size >= 0x7f800000) return sign | (size > 0x7f800000 ? 0x7e00 : 0x7c00);
  if (size >= 0x477ff000) return sign | 0x7c00; // 65520 and more
  if (size >= 0x38800000) return sign | ((size - 0x38000000 + 0xfff + ((size >>> 13) & 1)) >>> 13); // normal: 2^-14 and more
  if (size <= 0x33000000) return sign; // 2^-25 and less: nearer to 0, or half way and 0 is even
  const shift = 126 - (size >>> 23); // subnormal: count units of 2^-24
  const fraction = (size & 0x7fffff) | 0x800000;
  const whole = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  return sign | (whole + (rest > middle || (rest === middle && (whole & 1) === 1) ? 1 : 0));
}
