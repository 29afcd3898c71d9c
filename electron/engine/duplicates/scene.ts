/**
 * @file Two pictures of one scene: a burst, neighbouring frames, another exposure. Looked for only where the encoder already says the two
 * are alike, and conservative: after a shift of at most a tenth of the side, the sketches of 64 pixels must correlate as a whole, in
 * nearly every lively part, and in colour. Nothing is ever selected for removal on this ground.
 */
import { sketch, sketchSide } from "./prepared.ts";
import { toPlanes } from "./picture.ts";
import type { Picture } from "./picture.ts";

const side = 64;
const fieldSide = 8;
const furthestShift = 6;
const leastCorrelation = 0.92;
const leastAgreement = 0.85;
const leastLivelyShare = 0.4;
/** Icons of one set agree too easily. */
const leastSide = 160;
/** Mean difference of the 16 x 16 colour sketches, in grey levels. */
const mostColourDifference = 16;

/** 0 where it is not the same scene, else how well the two agree, up to 1. */
export function sceneAgreement(a: Picture, b: Picture): number {
  if (Math.min(a.width, a.height, b.width, b.height) < leastSide) return 0;
  if (meanDifference(sketch(a), sketch(b)) > mostColourDifference) return 0;
  const scale = Math.min(1, side / Math.max(a.width, a.height), side / Math.max(b.width, b.height));
  const width = Math.max(1, Math.round(a.width * scale));
  const height = Math.max(1, Math.round(a.height * scale));
  if (Math.min(width, height) < 3 * fieldSide || width > b.width || height > b.height) return 0;
  const first = lumaOf(a, width, height);
  const second = lumaOf(b, width, height);
  let best = { correlation: -1, x: 0, y: 0 };
  for (let y = -furthestShift; y <= furthestShift; y++) {
    for (let x = -furthestShift; x <= furthestShift; x++) {
      const window = { left: Math.max(0, -x), top: Math.max(0, -y), right: width - Math.max(0, x), bottom: height - Math.max(0, y) };
      const found = correlate(first, second, { ...window, width, x, y });
      if (found.correlation > best.correlation) best = { correlation: found.correlation, x, y };
    }
  }
  if (best.correlation < leastCorrelation) return 0;
  let lively = 0;
  let agreeing = 0;
  let fields = 0;
  for (let top = Math.max(0, -best.y); top + fieldSide <= height - Math.max(0, best.y); top += fieldSide) {
    for (let left = Math.max(0, -best.x); left + fieldSide <= width - Math.max(0, best.x); left += fieldSide) {
      const field = { left, top, right: left + fieldSide, bottom: top + fieldSide, width, x: best.x, y: best.y };
      const { correlation, deviation } = correlate(first, second, field);
      fields++;
      if (deviation < 4) continue;
      lively++;
      if (correlation > 0.75) agreeing++;
    }
  }
  if (lively < leastLivelyShare * fields || agreeing < leastAgreement * lively) return 0;
  return best.correlation * (agreeing / lively);
}

const lumaBefore = new WeakMap<Picture, { readonly width: number; readonly height: number; readonly luma: Float32Array }>();

/** Kept as long as the picture: one that looks like many is asked for many times. */
function lumaOf(picture: Picture, width: number, height: number): Float32Array {
  const known = lumaBefore.get(picture);
  if (known?.width === width && known.height === height) return known.luma;
  const { luma } = toPlanes(picture, width, height);
  lumaBefore.set(picture, { width, height, luma });
  return luma;
}

interface Window {
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  x: number;
  y: number;
}

/** Correlation of a window of `first` with the same window of `second` moved by (x, y), and the larger of the two standard deviations. */
function correlate(first: Float32Array, second: Float32Array, window: Window): { correlation: number; deviation: number } {
  let count = 0;
  let sumA = 0;
  let sumB = 0;
  let squareA = 0;
  let squareB = 0;
  let product = 0;
  for (let y = window.top; y < window.bottom; y++) {
    const from = y * window.width;
    const to = (y + window.y) * window.width + window.x;
    for (let x = window.left; x < window.right; x++) {
      const a = first[from + x];
      const b = second[to + x];
      count++;
      sumA += a;
      sumB += b;
      squareA += a * a;
      squareB += b * b;
      product += a * b;
    }
  }
  const varianceA = Math.max(0, squareA / count - (sumA / count) ** 2);
  const varianceB = Math.max(0, squareB / count - (sumB / count) ** 2);
  const covariance = product / count - (sumA / count) * (sumB / count);
  const correlation = varianceA > 0.01 && varianceB > 0.01 ? covariance / Math.sqrt(varianceA * varianceB) : 0;
  return { correlation, deviation: Math.sqrt(Math.max(varianceA, varianceB)) };
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += Math.abs(a[index] - b[index]);
  return sum / (3 * sketchSide * sketchSide);
}
