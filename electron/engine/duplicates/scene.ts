/**
 * @file Two pictures of one scene: a burst, neighbouring frames, another exposure. Looked for only where the encoder already says the two
 * are alike, and conservative: after a shift of at most a tenth of the side, the sketches of 64 pixels must correlate as a whole, in
 * nearly every lively part, and in colour. Nothing is ever selected for removal on this ground.
 */
import { sketch, sketchSide } from "./prepared.ts";
import { toPlanes } from "./picture.ts";
import type { Picture, Planes } from "./picture.ts";

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
  const first = summedOf(a, width, height);
  const second = summedOf(b, width, height);
  let best = { correlation: -1, x: 0, y: 0 };
  for (let y = -furthestShift; y <= furthestShift; y++) {
    for (let x = -furthestShift; x <= furthestShift; x++) {
      const window = { left: Math.max(0, -x), top: Math.max(0, -y), right: width - Math.max(0, x), bottom: height - Math.max(0, y) };
      const found = correlate(first, second, { ...window, x, y });
      if (found.correlation > best.correlation) best = { correlation: found.correlation, x, y };
    }
  }
  if (best.correlation < leastCorrelation) return 0;
  let lively = 0;
  let agreeing = 0;
  let fields = 0;
  for (let top = Math.max(0, -best.y); top + fieldSide <= height - Math.max(0, best.y); top += fieldSide) {
    for (let left = Math.max(0, -best.x); left + fieldSide <= width - Math.max(0, best.x); left += fieldSide) {
      const field = { left, top, right: left + fieldSide, bottom: top + fieldSide, x: best.x, y: best.y };
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

interface Window {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly x: number;
  readonly y: number;
}

interface Summed {
  readonly width: number;
  readonly height: number;
  /** [height, width] brightness. */
  readonly values: Float32Array;
  /** [height + 1, width + 1] sums of the values, and of their squares, above and left of a place. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

const summedBefore = new WeakMap<Picture, Summed>();

/** Kept as long as the picture: one that looks like many is asked for many times. */
function summedOf(picture: Picture, width: number, height: number): Summed {
  const known = summedBefore.get(picture);
  if (known?.width === width && known.height === height) return known;
  const made = summed(toPlanes(picture, width, height));
  summedBefore.set(picture, made);
  return made;
}

function summed({ width, height, luma: values }: Planes): Summed {
  const stride = width + 1;
  const sums = new Float64Array(stride * (height + 1));
  const squares = new Float64Array(sums.length);
  for (let y = 0; y < height; y++) {
    let [sum, square] = [0, 0];
    for (let x = 0; x < width; x++) {
      const value = values[y * width + x];
      sum += value;
      square += value * value;
      const to = (y + 1) * stride + x + 1;
      sums[to] = sums[to - stride] + sum;
      squares[to] = squares[to - stride] + square;
    }
  }
  return { width, height, values, sums, squares };
}

/** Correlation of a window of `first` with the same window of `second` moved by (x, y), and the larger of the two standard deviations. */
function correlate(first: Summed, second: Summed, window: Window): { correlation: number; deviation: number } {
  const { left, top, right, bottom, x, y } = window;
  const { width } = first;
  const [one, other] = [first.values, second.values];
  let product = 0;
  for (let row = top; row < bottom; row++) {
    const from = row * width;
    const offset = y * width + x;
    for (let at = from + left; at < from + right; at++) product += one[at] * other[at + offset];
  }
  const count = (right - left) * (bottom - top);
  const meanA = within(first.sums, window, width, 0) / count;
  const meanB = within(second.sums, window, width, 1) / count;
  const varianceA = Math.max(0, within(first.squares, window, width, 0) / count - meanA ** 2);
  const varianceB = Math.max(0, within(second.squares, window, width, 1) / count - meanB ** 2);
  const covariance = product / count - meanA * meanB;
  const correlation = varianceA > 0.01 && varianceB > 0.01 ? covariance / Math.sqrt(varianceA * varianceB) : 0;
  return { correlation, deviation: Math.sqrt(Math.max(varianceA, varianceB)) };
}

/** The sum over a window, moved by its shift that many times. */
function within(sums: Float64Array, { left, top, right, bottom, x, y }: Window, width: number, moves: 0 | 1): number {
  const stride = width + 1;
  const [above, below] = [(top + moves * y) * stride + moves * x, (bottom + moves * y) * stride + moves * x];
  return sums[below + right] - sums[below + left] - sums[above + right] + sums[above + left];
}

function meanDifference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += Math.abs(a[index] - b[index]);
  return sum / (3 * sketchSide * sketchSide);
}
