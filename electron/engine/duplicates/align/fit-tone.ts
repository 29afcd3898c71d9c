/**
 * @file The change of brightness, contrast and colour that takes one picture to the other where both are seen: least squares that let go of what fits badly, and leave out what is cut off at black or white.
 */
import type { Prepared } from "../prepared.ts";
import type { Tone } from "../tiles.ts";
import { evenChroma, middleShift, type ChromaLine } from "../tone.ts";

const rounds = 4;
const bounds = { lumaGain: [0.7, 1.45], lumaBias: 40, chromaGain: [0.6, 1.6], chromaBias: 6 } as const;
const fewestPixels = 100;
/** Neighbours say the same, and a line needs few. */
const stride = 3;

/**
 * @param reached [height, width] 1 where both are seen
 * @param isGrey colour is left alone
 * @returns null where no modest change explains it
 */
export function fitTone(a: Prepared, b: Prepared, reached: Uint8Array, isGrey: boolean): Tone | null {
  // What is cut off at black or white says nothing of gain, unless next to all is.
  const within = fitLine(a.blurred[0], b.blurred[0], { reached, low: 4, high: 251 });
  let [luma, least]: [Line, number] = [same, Infinity];
  for (const line of [within, fitLine(a.blurred[0], b.blurred[0], { reached, ...anywhere }), same]) {
    const miss = line === null ? Infinity : missOf(line, a, b, reached);
    if (line !== null && miss < least) [luma, least] = [line, miss];
  }
  if (luma.gain < bounds.lumaGain[0] || luma.gain > bounds.lumaGain[1]) return null;
  if (middleShift(luma) > bounds.lumaBias) return null;
  const plain = { lumaGain: luma.gain, lumaBias: luma.bias, chromaGain: 1, blueBias: 0, redBias: 0 };
  if (isGrey) return plain;
  const [blue, red] = [1, 2].map((channel) => fitLine(a.blurred[channel], b.blurred[channel], { reached, ...anywhere }));
  if (!blue || !red) return plain;
  const { furthest, ...chroma } = evenChroma(blue, red);
  // Faint colour is mostly noise, which saving again takes away: no gain follows from it.
  if (chroma.chromaGain < bounds.chromaGain[0] || chroma.chromaGain > bounds.chromaGain[1]) return plain;
  if (furthest > bounds.chromaBias) return null;
  return { ...plain, ...chroma };
}

/** Grey levels, in the mean over what both show, that the change of brightness explains. Saving again takes contrast from what is faint: a gain may be found where nothing is worth one. */
export function worthOf({ lumaGain, lumaBias }: Tone, a: Prepared, b: Prepared, reached: Uint8Array): number {
  const seen = reached.reduce((sum, value) => sum + value, 0);
  return (missOf(same, a, b, reached) - missOf({ ...same, gain: lumaGain, bias: lumaBias }, a, b, reached)) / Math.max(1, seen);
}

interface Line extends ChromaLine {
  readonly bias: number;
}

const same: Line = { gain: 1, bias: 0, variance: 0, meanA: 0, meanB: 0 };

/** Differences of brightness that a line leaves, together, cut off where brightness is; large ones count no further. */
function missOf({ gain, bias }: Line, a: Prepared, b: Prepared, reached: Uint8Array): number {
  let sum = 0;
  // From the fainter to the stronger, as apply-tone.ts does it.
  const [from, to] = gain >= 1 ? [a.blurred[0], b.blurred[0]] : [b.blurred[0], a.blurred[0]];
  const [slope, offset] = gain >= 1 ? [gain, bias] : [1 / gain, -bias / gain];
  for (let at = 0; at < from.length; at++)
    if (reached[at] === 1) sum += Math.min(20, Math.abs(to[at] - Math.max(0, Math.min(255, slope * from[at] + offset))));
  return sum;
}

interface Where {
  readonly reached: Uint8Array;
  /** Values outside count for nothing. */
  readonly low: number;
  readonly high: number;
}

const anywhere = { low: -1000, high: 1000 };

function fitLine(a: Float32Array, b: Float32Array, { reached, low, high }: Where): Line | null {
  const ones = new Float32Array(Math.ceil(a.length / stride));
  const others = new Float32Array(ones.length);
  let pixels = 0;
  for (let at = 0; at < a.length; at += stride) {
    if (reached[at] === 0 || a[at] <= low || a[at] >= high || b[at] <= low || b[at] >= high) continue;
    ones[pixels] = a[at];
    others[pixels++] = b[at];
  }
  if (pixels < fewestPixels) return null;
  let line: Line | null = null;
  let spread = 1000;
  for (let round = 0; round < rounds; round++) {
    let [weights, sumA, sumB, sumAA, sumAB, absolute] = [0, 0, 0, 0, 0, 0];
    const [slope, offset]: [number, number] = line === null ? [0, 0] : [line.gain, line.bias];
    for (let pixel = 0; pixel < pixels; pixel++) {
      const one = ones[pixel];
      const other = others[pixel];
      const residual = round === 0 ? 0 : other - slope * one - offset;
      const share = residual / spread;
      const weight = 1 / (1 + share * share);
      weights += weight;
      sumA += weight * one;
      sumB += weight * other;
      sumAA += weight * one * one;
      sumAB += weight * one * other;
      absolute += Math.min(Math.abs(residual), 3 * spread);
    }
    const [meanA, meanB] = [sumA / weights, sumB / weights];
    const variance = Math.max(0, sumAA / weights - meanA * meanA);
    const gain = variance > 1 ? (sumAB / weights - meanA * meanB) / variance : 1;
    if (round > 0) spread = Math.max(1.5, 1.5 * (absolute / pixels));
    else spread = 20;
    line = { gain, bias: meanB - gain * meanA, variance, meanA, meanB };
  }
  return line;
}
