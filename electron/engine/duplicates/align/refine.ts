/**
 * @file Makes a rough affine map between two pictures exact to a few hundredths of a pixel: brightness of one, moved and evenly brightened, is fitted to the other's by Gauss and Newton's steps (Lucas and
 * Kanade 1981; with gain and bias as Baker and Matthews 2004 describe). What fits badly counts little, so that a caption does not pull.
 */
import type { Affine } from "#protocol/affine.ts";

import { choleskyFactorIfAny, solveCholesky } from "../../base/cholesky.ts";
import type { Plane } from "./plane.ts";

export interface Refined {
  /** From the second into the first. */
  readonly affine: Affine;
  /** Correlation of what lies over each other, robustly weighed. */
  readonly correlation: number;
}

/** A look at every third pixel of every third row until steps are small, then one or two at all pixels make it exact. */
const looks = [
  { stride: 3, rounds: 8, smallStep: 0.02 },
  { stride: 1, rounds: 2, smallStep: 0.01 },
];
/** Unknowns: six of the map, gain and bias. */
const size = 8;
const leastPivot = 1e-9;
const fewestPixels = 400;
/** Exactness adds a hundredth or two to the correlation of what lies roughly right. */
const hopeless = 0.8;

/** @returns null where the two do not overlap or the steps run away */
export function refine(first: Plane, second: Plane, start: Affine): Refined | null {
  let affine = start;
  let [gain, bias] = [1, 0];
  let spread = 30;
  let correlation = 0;
  const across = gradient(first, 1);
  const down = gradient(first, first.width);
  for (const { stride, rounds, smallStep } of looks) {
    // What is no copy by far is none when it lies exactly.
    if (stride === 1 && correlation < hopeless) break;
    for (let round = 0; round < rounds; round++) {
      const { pixels, matrix, right: step, ...sums } = gatherSums({ first, across, down, second }, { affine, gain, bias, spread, stride });
      if (pixels * stride * stride < fewestPixels) return null;
      correlation = sums.correlation;
      const factor = choleskyFactorIfAny(matrix, size, leastPivot);
      if (factor === null) return null;
      solveCholesky({ factor, size, values: step, columns: 1 });
      affine = affine.map((value, at) => value + step[at]) as unknown as Affine;
      gain += step[6];
      bias += step[7];
      spread = Math.max(2, 1.5 * (sums.absolute / pixels));
      if (!isSane(affine, gain, start)) return null;
      if (moved(step, second) < smallStep) break;
    }
  }
  return { affine, correlation };
}

interface Planes {
  readonly first: Plane;
  /** Slopes of the first. */
  readonly across: Plane;
  readonly down: Plane;
  readonly second: Plane;
}

interface State {
  readonly affine: Affine;
  readonly gain: number;
  readonly bias: number;
  readonly spread: number;
  readonly stride: number;
}

interface Sums {
  readonly pixels: number;
  /** [8, 8] lower triangle of the normal equations, and [8] their right side. */
  readonly matrix: Float64Array;
  readonly right: Float64Array;
  readonly correlation: number;
  /** Of the residuals, far ones cut off. */
  readonly absolute: number;
}

/**
 * The normal equations over all pixels. The slopes along x and y each meet (x, y, 1), so of 36 products of the eight unknowns 33 are different, and all samples of a pixel lie at one place: this loop is most of
 * what a comparison costs.
 */
function gatherSums({ first, across, down, second }: Planes, { affine, gain, bias, spread, stride }: State): Sums {
  const { width, height } = first;
  const [firstValues, acrossValues, downValues] = [first.values, across.values, down.values];
  const [a0, a1, a2, a3, a4, a5] = affine;
  let pixels = 0;
  let [weights, sumA, sumB, sumAA, sumBB, sumAB, absolute] = [0, 0, 0, 0, 0, 0, 0];
  // Of the squared slopes (xx, xy, yy) with (x x, x y, y y, x, y, 1).
  let [xxXX, xxXY, xxYY, xxX, xxY, xx1] = [0, 0, 0, 0, 0, 0];
  let [xyXX, xyXY, xyYY, xyX, xyY, xy1] = [0, 0, 0, 0, 0, 0];
  let [yyXX, yyXY, yyYY, yyX, yyY, yy1] = [0, 0, 0, 0, 0, 0];
  // Of each slope with (x, y, 1): alone, times the value, times the residual.
  let [xX, xY, x1, yX, yY, y1] = [0, 0, 0, 0, 0, 0];
  let [xvX, xvY, xv1, yvX, yvY, yv1] = [0, 0, 0, 0, 0, 0];
  let [xrX, xrY, xr1, yrX, yrY, yr1, vr, r] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let y = stride; y < second.height - stride; y += stride) {
    const centreY = y + 0.5;
    for (let x = stride; x < second.width - stride; x += stride) {
      const centreX = x + 0.5;
      const u = a0 * centreX + a1 * centreY + a2;
      const v = a3 * centreX + a4 * centreY + a5;
      if (u < 1.5 || v < 1.5 || u > width - 1.5 || v > height - 1.5) continue;
      const wanted = second.values[y * second.width + x];
      // Where brightness is cut off it says nothing of gain.
      if (wanted > 250 || wanted < 5) continue;
      const column = Math.floor(u - 0.5);
      const row = Math.floor(v - 0.5);
      const toRight = u - 0.5 - column;
      const toBottom = v - 0.5 - row;
      const at = row * width + column;
      const value = between(firstValues, at, width, toRight, toBottom);
      if (value > 250 || value < 5) continue;
      const residual = wanted - gain * value - bias;
      const share = residual / spread;
      const weight = 1 / (1 + share * share);
      const gx = gain * between(acrossValues, at, width, toRight, toBottom);
      const gy = gain * between(downValues, at, width, toRight, toBottom);
      const [wx, wy] = [weight * gx, weight * gy];
      const [xx, xy, yy] = [wx * gx, wx * gy, wy * gy];
      const [squareX, product, squareY] = [centreX * centreX, centreX * centreY, centreY * centreY];
      xxXX += xx * squareX;
      xxXY += xx * product;
      xxYY += xx * squareY;
      xxX += xx * centreX;
      xxY += xx * centreY;
      xx1 += xx;
      xyXX += xy * squareX;
      xyXY += xy * product;
      xyYY += xy * squareY;
      xyX += xy * centreX;
      xyY += xy * centreY;
      xy1 += xy;
      yyXX += yy * squareX;
      yyXY += yy * product;
      yyYY += yy * squareY;
      yyX += yy * centreX;
      yyY += yy * centreY;
      yy1 += yy;
      xX += wx * centreX;
      xY += wx * centreY;
      x1 += wx;
      yX += wy * centreX;
      yY += wy * centreY;
      y1 += wy;
      const [xv, yv] = [wx * value, wy * value];
      xvX += xv * centreX;
      xvY += xv * centreY;
      xv1 += xv;
      yvX += yv * centreX;
      yvY += yv * centreY;
      yv1 += yv;
      const [xr, yr] = [wx * residual, wy * residual];
      xrX += xr * centreX;
      xrY += xr * centreY;
      xr1 += xr;
      yrX += yr * centreX;
      yrY += yr * centreY;
      yr1 += yr;
      const weighed = weight * value;
      vr += weighed * residual;
      r += weight * residual;
      pixels++;
      weights += weight;
      sumA += weighed;
      sumB += weight * wanted;
      sumAA += weighed * value;
      sumBB += weight * wanted * wanted;
      sumAB += weighed * wanted;
      absolute += Math.min(Math.abs(residual), 3 * spread);
    }
  }
  const varianceA = sumAA / weights - (sumA / weights) ** 2;
  const varianceB = sumBB / weights - (sumB / weights) ** 2;
  const matrix = Float64Array.of(
    ...[xxXX, 0, 0, 0, 0, 0, 0, 0],
    ...[xxXY, xxYY, 0, 0, 0, 0, 0, 0],
    ...[xxX, xxY, xx1, 0, 0, 0, 0, 0],
    ...[xyXX, xyXY, xyX, yyXX, 0, 0, 0, 0],
    ...[xyXY, xyYY, xyY, yyXY, yyYY, 0, 0, 0],
    ...[xyX, xyY, xy1, yyX, yyY, yy1, 0, 0],
    ...[xvX, xvY, xv1, yvX, yvY, yv1, sumAA, 0],
    ...[xX, xY, x1, yX, yY, y1, sumA, weights],
  );
  return {
    pixels,
    matrix,
    right: Float64Array.of(xrX, xrY, xr1, yrX, yrY, yr1, vr, r),
    correlation: (sumAB / weights - (sumA * sumB) / weights ** 2) / Math.sqrt(Math.max(1e-6, varianceA * varianceB)),
    absolute,
  };
}

/** Linear between the four values around. */
function between(values: Float32Array, at: number, width: number, right: number, down: number): number {
  const above = values[at] + right * (values[at + 1] - values[at]);
  const below = values[at + width] + right * (values[at + width + 1] - values[at + width]);
  return above + down * (below - above);
}

/** No step may leave what the corners said by far. */
function isSane(affine: Affine, gain: number, start: Affine): boolean {
  const scale = Math.hypot(start[0], start[3]);
  return (
    gain > 0.3 &&
    gain < 3 &&
    [0, 1, 3, 4].every((at) => Math.abs(affine[at] - start[at]) < 0.12 * scale) &&
    affine.every((value) => Number.isFinite(value))
  );
}

/** Furthest that a corner of the picture moves. */
function moved(step: Float64Array, { width, height }: Plane): number {
  return Math.max(
    Math.abs(step[0]) * width + Math.abs(step[1]) * height + Math.abs(step[2]),
    Math.abs(step[3]) * width + Math.abs(step[4]) * height + Math.abs(step[5]),
  );
}

function gradient({ width, height, values }: Plane, offset: number): Plane {
  const slopes = new Float32Array(values.length);
  for (let y = 1; y < height - 1; y++)
    for (let at = y * width + 1; at < (y + 1) * width - 1; at++) slopes[at] = (values[at + offset] - values[at - offset]) / 2;
  return { width, height, values: slopes };
}
