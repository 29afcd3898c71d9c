/**
 * @file Makes a rough affine map between two pictures exact to a few hundredths of a pixel: brightness of one, moved and evenly brightened, is fitted to the other's by Gauss and Newton's steps (Lucas and
 * Kanade 1981; with gain and bias as Baker and Matthews 2004 describe). What fits badly counts little, so that a caption does not pull.
 */
import { loadKernels } from "#native/kernels.ts";
import { alignmentSumCount } from "#native/twins/alignment-sums.ts";
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
  for (const { stride, rounds, smallStep } of looks) {
    // What is no copy by far is none when it lies exactly.
    if (stride === 1 && correlation < hopeless) break;
    for (let round = 0; round < rounds; round++) {
      const { pixels, matrix, right: step, ...fit } = normalEquations(first, second, { affine, gain, bias, spread, stride });
      if (pixels * stride * stride < fewestPixels) return null;
      correlation = fit.correlation;
      const factor = choleskyFactorIfAny(matrix, size, leastPivot);
      if (factor === null) return null;
      solveCholesky({ factor, size, values: step, columns: 1 });
      affine = affine.map((value, at) => value + step[at]) as unknown as Affine;
      gain += step[6];
      bias += step[7];
      spread = Math.max(2, 1.5 * (fit.absolute / pixels));
      if (!isSane(affine, gain, start)) return null;
      if (moved(step, second) < smallStep) break;
    }
  }
  return { affine, correlation };
}

interface State {
  readonly affine: Affine;
  readonly gain: number;
  readonly bias: number;
  readonly spread: number;
  readonly stride: number;
}

interface Equations {
  readonly pixels: number;
  /** [8, 8] lower triangle of the normal equations, and [8] their right side. */
  readonly matrix: Float64Array;
  readonly right: Float64Array;
  readonly correlation: number;
  /** Of the residuals, far ones cut off. */
  readonly absolute: number;
}

const sums = new Float64Array(alignmentSumCount);

/** The sums are most of what a comparison costs. */
function normalEquations(first: Plane, second: Plane, { affine, ...state }: State): Equations {
  loadKernels().alignmentSums({
    slopes: slopesOf(first),
    width: first.width,
    height: first.height,
    second: second.values,
    secondWidth: second.width,
    secondHeight: second.height,
    affine: Float64Array.from(affine),
    ...state,
    sums,
  });
  const [pixels, weights, sumA, sumB, sumAA, sumBB, sumAB, absolute, sumAR, sumR] = sums;
  const [xxXX, xxXY, xxYY, xxX, xxY, xx1, xyXX, xyXY, xyYY, xyX, xyY, xy1, yyXX, yyXY, yyYY, yyX, yyY, yy1] = sums.subarray(10);
  const [xX, xY, x1, yX, yY, y1, xvX, xvY, xv1, yvX, yvY, yv1, ...slopesWithResidual] = sums.subarray(28);
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
    right: Float64Array.of(...slopesWithResidual, sumAR, sumR),
    correlation: (sumAB / weights - (sumA * sumB) / weights ** 2) / Math.sqrt(Math.max(1e-6, varianceA * varianceB)),
    absolute,
  };
}

const slopesBefore = new WeakMap<Plane, Float32Array>();

/** [height, width, 4] brightness, its slopes across and down, nothing; kept as long as the plane. */
function slopesOf(plane: Plane): Float32Array {
  const known = slopesBefore.get(plane);
  if (known !== undefined) return known;
  const { width, height, values } = plane;
  const slopes = new Float32Array(4 * values.length);
  for (let y = 0; y < height; y++) {
    const isInner = y > 0 && y < height - 1;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      slopes[4 * at] = values[at];
      if (!isInner || x === 0 || x === width - 1) continue;
      slopes[4 * at + 1] = (values[at + 1] - values[at - 1]) / 2;
      slopes[4 * at + 2] = (values[at + width] - values[at - width]) / 2;
    }
  }
  slopesBefore.set(plane, slopes);
  return slopes;
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
