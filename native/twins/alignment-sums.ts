/**
 * @file alignmentSums in TypeScript: the normal equations of one step of Gauss and Newton that lays one picture over another, brightness moved by an affine map and evenly brightened (Lucas and Kanade 1981; gain
 * and bias as Baker and Matthews 2004; what fits badly weighs 1 / (1 + (residual / spread)²), as Geman and McClure 1985 have it). The slopes across and down each meet (x, y, 1), so of 36 products of eight unknowns
 * 33 are different; y is one number for a row, and what it multiplies is summed once.
 */
import { ArgumentCheck } from "../kernel-error.ts";

export interface AlignmentSumsArguments {
  /** [height, width, 4] brightness of the first picture, its slopes across and down, nothing. */
  readonly slopes: Float32Array;
  readonly width: number;
  readonly height: number;
  /** [secondHeight, secondWidth] brightness; what is nearly black or white says nothing of gain and is left out. */
  readonly second: Float32Array;
  readonly secondWidth: number;
  readonly secondHeight: number;
  /** From pixels of the second into the first: (a x + b y + c, d x + e y + f); centres of pixels lie at halves. */
  readonly affine: Float64Array;
  readonly gain: number;
  readonly bias: number;
  /** Residual of half weight, grey levels. */
  readonly spread: number;
  /** Every how many pixels is looked at, in both directions. */
  readonly stride: number;
  /**
   * [46] pixels; weights; weighed sums of first, second, first², second², first second; absolute residuals, far ones cut off; weighed first residual; weighed residual; then for the products of slopes (across²,
   * across down, down²) each with (x², x y, y², x, y, 1); for the slopes across and down alone, times first, and times residual, each with (x, y, 1).
   */
  readonly sums: Float64Array;
}

export const alignmentSumCount = 46;

const lanes = 4;
const maxAlignedSide = 4096;
const [darkest, brightest] = [5, 250];
/** Spreads. */
const farAway = 3;

export function alignmentSums(given: AlignmentSumsArguments): void {
  const check = new ArgumentCheck("alignmentSums", given);
  const width = check.integer("width", 1, maxAlignedSide);
  const height = check.integer("height", 1, maxAlignedSide);
  const slopes = check.array("slopes", "Float32Array", width * height * lanes);
  const secondWidth = check.integer("secondWidth", 1, maxAlignedSide);
  const secondHeight = check.integer("secondHeight", 1, maxAlignedSide);
  const second = check.array("second", "Float32Array", secondWidth * secondHeight);
  const affine = check.array("affine", "Float64Array", 6);
  const gain = check.number("gain", -1e6, 1e6);
  const bias = check.number("bias", -1e6, 1e6);
  const spread = check.number("spread", 1e-3, 1e6);
  const stride = check.integer("stride", 1, 64);
  const sums = check.array("sums", "Float64Array", alignmentSumCount);
  const [a0, a1, a2, a3, a4, a5] = affine as unknown as [number, number, number, number, number, number];
  sums.fill(0);
  let [pixels, weights, sumA, sumB, sumAA, sumBB, sumAB, absolute, sumAR, sumR] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let y = stride; y < secondHeight - stride; y += stride) {
    const centreY = y + 0.5;
    let [xx0, xx1, xx2, xy0, xy1, xy2, yy0, yy1, yy2] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    let [x0, x1, y0, y1, xv0, xv1, yv0, yv1, xr0, xr1, yr0, yr1] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (let x = stride; x < secondWidth - stride; x += stride) {
      const centreX = x + 0.5;
      const u = a0 * centreX + a1 * centreY + a2;
      const v = a3 * centreX + a4 * centreY + a5;
      if (!(u >= 1.5 && v >= 1.5 && u <= width - 1.5 && v <= height - 1.5)) continue;
      const wanted = second[y * secondWidth + x] as number;
      if (wanted > brightest || wanted < darkest) continue;
      const column = Math.floor(u - 0.5);
      const row = Math.floor(v - 0.5);
      const toRight = u - 0.5 - column;
      const toBottom = v - 0.5 - row;
      const at = lanes * (row * width + column);
      const value = between(slopes, at, width, toRight, toBottom);
      if (value > brightest || value < darkest) continue;
      const residual = wanted - gain * value - bias;
      const share = residual / spread;
      const weight = 1 / (1 + share * share);
      const gx = gain * between(slopes, at + 1, width, toRight, toBottom);
      const gy = gain * between(slopes, at + 2, width, toRight, toBottom);
      const [wx, wy] = [weight * gx, weight * gy];
      const [xx, xy, yy] = [wx * gx, wx * gy, wy * gy];
      const square = centreX * centreX;
      xx0 += xx;
      xx1 += xx * centreX;
      xx2 += xx * square;
      xy0 += xy;
      xy1 += xy * centreX;
      xy2 += xy * square;
      yy0 += yy;
      yy1 += yy * centreX;
      yy2 += yy * square;
      x0 += wx;
      x1 += wx * centreX;
      y0 += wy;
      y1 += wy * centreX;
      const [xv, yv] = [wx * value, wy * value];
      xv0 += xv;
      xv1 += xv * centreX;
      yv0 += yv;
      yv1 += yv * centreX;
      const [xr, yr] = [wx * residual, wy * residual];
      xr0 += xr;
      xr1 += xr * centreX;
      yr0 += yr;
      yr1 += yr * centreX;
      const weighed = weight * value;
      pixels++;
      weights += weight;
      sumA += weighed;
      sumB += weight * wanted;
      sumAA += weighed * value;
      sumBB += weight * wanted * wanted;
      sumAB += weighed * wanted;
      absolute += Math.min(Math.abs(residual), farAway * spread);
      sumAR += weighed * residual;
      sumR += weight * residual;
    }
    addSecond(sums, 10, centreY, xx0, xx1, xx2);
    addSecond(sums, 16, centreY, xy0, xy1, xy2);
    addSecond(sums, 22, centreY, yy0, yy1, yy2);
    addFirst(sums, 28, centreY, x0, x1);
    addFirst(sums, 31, centreY, y0, y1);
    addFirst(sums, 34, centreY, xv0, xv1);
    addFirst(sums, 37, centreY, yv0, yv1);
    addFirst(sums, 40, centreY, xr0, xr1);
    addFirst(sums, 43, centreY, yr0, yr1);
  }
  sums.set([pixels, weights, sumA, sumB, sumAA, sumBB, sumAB, absolute, sumAR, sumR]);
}

/** A row's sums with 1, x and x² join those with (x², x y, y², x, y, 1). */
function addSecond(sums: Float64Array, to: number, y: number, ...[of0, of1, of2]: [number, number, number]): void {
  for (const [at, value] of [of2, y * of1, y * y * of0, of1, y * of0, of0].entries()) sums[to + at] = (sums[to + at] as number) + value;
}

/** A row's sums with 1 and x join those with (x, y, 1). */
function addFirst(sums: Float64Array, to: number, y: number, ...[of0, of1]: [number, number]): void {
  for (const [at, value] of [of1, y * of0, of0].entries()) sums[to + at] = (sums[to + at] as number) + value;
}

/** Linear between the four values around. */
function between(values: Float32Array, at: number, width: number, right: number, down: number): number {
  const [upper, lower] = [values[at] as number, values[at + lanes * width] as number];
  const above = upper + right * ((values[at + lanes] as number) - upper);
  const below = lower + right * ((values[at + lanes * width + lanes] as number) - lower);
  return above + down * (below - above);
}
