/**
 * @file A modest, even change of tone (brightness, contrast, saturation, white balance) between two otherwise equal pictures. Fitted to
 * luma as gain and bias, to chroma as one gain and two biases; large changes are refused, so that a red apple never explains a green one.
 */
import type { Prepared } from "./prepared.ts";
import type { Tone } from "./tiles.ts";

const mostGain = 0.15;
const mostLumaBias = 16;
const mostChromaBias = 5;
const leastCorrelation = 0.985;

/** The tone that takes `a` to `b`, or null where none within bounds fits or none is needed. */
export function estimateTone(a: Prepared, b: Prepared): Tone | null {
  const luma = regress(a.blurred[0], b.blurred[0]);
  if (luma.correlation < leastCorrelation || Math.abs(luma.gain - 1) > mostGain) return null;
  if (middleShift(luma) > mostLumaBias) return null;
  const blue = regress(a.blurred[1], b.blurred[1]);
  const red = regress(a.blurred[2], b.blurred[2]);
  const chroma = evenChroma(blue, red);
  if (Math.abs(chroma.chromaGain - 1) > 2 * mostGain || chroma.furthest > mostChromaBias) return null;
  const { chromaGain, blueBias, redBias } = chroma;
  return { lumaGain: luma.gain, lumaBias: luma.bias, chromaGain, blueBias, redBias };
}

/** How far the middle of the range moves, in grey levels: gain and bias trade against each other. */
export function middleShift({ gain, bias }: { readonly gain: number; readonly bias: number }): number {
  return Math.abs(bias + (gain - 1) * 128);
}

/** b = gain a + bias, fitted to one colour difference. */
export interface ChromaLine {
  readonly gain: number;
  /** Of a. */
  readonly variance: number;
  readonly meanA: number;
  readonly meanB: number;
}

/** One gain for both colour differences, as saturation changes them, and what each is shifted by; `furthest` is the longer of the two. */
export function evenChroma(
  blue: ChromaLine,
  red: ChromaLine,
): Pick<Tone, "chromaGain" | "blueBias" | "redBias"> & { readonly furthest: number } {
  const energy = blue.variance + red.variance;
  const chromaGain = energy > 4 ? (blue.gain * blue.variance + red.gain * red.variance) / energy : 1;
  const blueBias = blue.meanB - chromaGain * blue.meanA;
  const redBias = red.meanB - chromaGain * red.meanA;
  return { chromaGain, blueBias, redBias, furthest: Math.max(Math.abs(blueBias), Math.abs(redBias)) };
}

/** The line from `a` to `b` by least squares, and how well they follow each other. */
export function regress(
  a: Float32Array,
  b: Float32Array,
): { gain: number; bias: number; correlation: number; variance: number; meanA: number; meanB: number } {
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let at = 0; at < a.length; at++) {
    sumA += a[at];
    sumB += b[at];
    squareA += a[at] * a[at];
    squareB += b[at] * b[at];
    product += a[at] * b[at];
  }
  const meanA = sumA / a.length;
  const meanB = sumB / a.length;
  const variance = Math.max(0, squareA / a.length - meanA * meanA);
  const varianceB = Math.max(0, squareB / a.length - meanB * meanB);
  const covariance = product / a.length - meanA * meanB;
  const gain = variance > 1e-3 ? covariance / variance : 1;
  const correlation = variance > 1e-3 && varianceB > 1e-3 ? covariance / Math.sqrt(variance * varianceB) : 0;
  return { gain, bias: meanB - gain * meanA, correlation, variance, meanA, meanB };
}
