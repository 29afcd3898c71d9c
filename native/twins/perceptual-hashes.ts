/**
 * @file perceptualHashes in TypeScript: the signs of a picture's 64 lowest frequencies against their median, as it lies and in the seven other ways it may lie. Turning or mirroring a picture only swaps
 * and negates frequencies, so all eight come from one transform (engine/ingest/decode/perceptual-hash.ts says what they are for).
 */
import { ArgumentCheck } from "../kernel-error.ts";

export interface PerceptualHashesArguments {
  /** [32, 32] Finite (caller's contract). */
  readonly grey: Float32Array;
  /** [32, 8] Of each place along a side, what it weighs in each frequency: given, so that all implementations have the same ones. */
  readonly cosines: Float64Array;
  /** [8 orientations, 8 bytes]; bit v * 8 + u (most significant first) is the frequency u across, v down. */
  readonly hashes: Uint8Array;
}

/** Pixels of a side, and frequencies that are looked at along it. */
export const hashSide = 32;
export const hashFrequencies = 8;
const [side, low] = [hashSide, hashFrequencies] as const;

export function perceptualHashes(given: PerceptualHashesArguments): void {
  const check = new ArgumentCheck("perceptualHashes", given);
  const grey = check.array("grey", "Float32Array", side * side);
  const cosines = check.array("cosines", "Float64Array", side * low);
  const hashes = check.array("hashes", "Uint8Array", low * 8);
  hashes.fill(0);
  const spectrum = lowFrequencies(grey, cosines);
  const turned = new Float64Array(low * low);
  turns.forEach(({ sources, signs }, orientation) => {
    for (let at = 0; at < turned.length; at++) turned[at] = (signs[at] as number) * (spectrum[sources[at] as number] as number);
    writeSigns(turned, hashes, orientation * 8);
  });
}

/** [v, u] */
function lowFrequencies(grey: Float32Array, cosines: Float64Array): Float64Array {
  const rows = new Float64Array(side * low); // [y, u]
  for (let y = 0; y < side; y++) rows.set(weighed(grey.subarray(y * side), 1, cosines), y * low);
  const columns = Array.from({ length: low }, (_, u) => weighed(rows.subarray(u), low, cosines));
  return Float64Array.from({ length: low * low }, (_, at) => (columns[at % low] as Float64Array)[Math.floor(at / low)] as number);
}

/** [low] sums of the values that lie so far apart, one for each place along a side, weighed by the cosines. */
function weighed(values: Float32Array | Float64Array, stride: number, cosines: Float64Array): Float64Array {
  const sums = new Float64Array(low);
  for (let at = 0; at < side; at++)
    for (let u = 0; u < low; u++) sums[u] = (sums[u] as number) + (values[at * stride] as number) * (cosines[at * low + u] as number);
  return sums;
}

interface Turn {
  /** [v, u] of the frequency that is found there once the picture lies so, and its sign. */
  readonly sources: Uint8Array;
  readonly signs: Float64Array;
}

/** Reversing an axis negates its odd frequencies; swapping the axes swaps u and v. Mirroring comes first, then the quarter turns. */
const turns: readonly Turn[] = Array.from({ length: 8 }, (_, orientation) => {
  const mirrored = orientation >= 4;
  const quarter = orientation & 3;
  const swapped = (quarter & 1) === 1;
  // Clockwise by 90: new(x, y) = old(y, 31 - x), so the old vertical axis is reversed; by 270 the old horizontal one; by 180 both.
  const reverseU = (quarter === 2 || quarter === 3) !== mirrored;
  const reverseV = quarter === 1 || quarter === 2;
  const places = Array.from({ length: low * low }, (__, at) => {
    const [v, u] = [Math.floor(at / low), at % low];
    return swapped ? { sourceU: v, sourceV: u } : { sourceU: u, sourceV: v };
  });
  return {
    sources: Uint8Array.from(places, ({ sourceU, sourceV }) => sourceV * low + sourceU),
    signs: Float64Array.from(places, ({ sourceU, sourceV }) => (reverseU && (sourceU & 1) === 1 ? -1 : 1) * (reverseV && (sourceV & 1) === 1 ? -1 : 1)), // prettier-ignore
  };
});

/** A hair above the median, so that the rounding noise of an empty picture sets no bits. */
function writeSigns(frequencies: Float64Array, hashes: Uint8Array, at: number): void {
  const sorted = frequencies.toSorted();
  const threshold = ((sorted[31] as number) + (sorted[32] as number)) / 2 + 1e-6;
  for (let bit = 0; bit < 64; bit++) {
    if ((frequencies[bit] as number) > threshold) hashes[at + (bit >> 3)] = (hashes[at + (bit >> 3)] as number) | (0x80 >> (bit & 7));
  }
}
