/**
 * @file Makes a rough affine map between two pictures exact to a few hundredths of a pixel: brightness of one, moved and evenly brightened, is fitted to the other's by Gauss and Newton's steps (Lucas and
 * Kanade 1981; with gain and bias as Baker and Matthews 2004 describe). What fits badly counts little, so that a caption does not pull.
 */
import type { Affine } from "#protocol/affine.ts";

import { choleskyFactorIfAny, solveCholesky } from "../../base/cholesky.ts";
import { sampleAt, type Plane } from "./plane.ts";

export interface Refined {
  /** From the second into the first. */
  readonly affine: Affine;
  /** Correlation of what lies over each other, robustly weighed. */
  readonly correlation: number;
}

const rounds = 10;
/** The first look at every other pixel of every other row, until steps are small: the last few make it exact. */
const roughRounds = 6;
const roughStep = 0.05;
/** Unknowns: six of the map, gain and bias. */
const size = 8;
const leastPivot = 1e-9;
const fewestPixels = 400;

/** @returns null where the two do not overlap or the steps run away */
export function refine(first: Plane, second: Plane, start: Affine): Refined | null {
  let affine = start;
  let [gain, bias] = [1, 0];
  let spread = 30;
  let correlation = 0;
  const across = gradient(first, 1);
  const down = gradient(first, first.width);
  let isRough = true;
  for (let round = 0; round < rounds; round++) {
    const stride = isRough ? 2 : 1;
    const matrix = new Float64Array(size * size);
    const right = new Float64Array(size);
    const row = new Float64Array(size);
    let pixels = 0;
    let [sumA, sumB, sumAA, sumBB, sumAB, sumWeights, sumAbsolute] = [0, 0, 0, 0, 0, 0, 0];
    for (let y = stride; y < second.height - stride; y += stride) {
      for (let x = stride; x < second.width - stride; x += stride) {
        const [centreX, centreY] = [x + 0.5, y + 0.5];
        const u = affine[0] * centreX + affine[1] * centreY + affine[2];
        const v = affine[3] * centreX + affine[4] * centreY + affine[5];
        if (u < 1.5 || v < 1.5 || u > first.width - 1.5 || v > first.height - 1.5) continue;
        const value = sampleAt(first, u, v);
        const wanted = second.values[y * second.width + x];
        // Where brightness is cut off it says nothing of gain.
        if (wanted > 250 || wanted < 5 || value > 250 || value < 5) continue;
        const residual = wanted - gain * value - bias;
        const share = residual / spread;
        const weight = 1 / (1 + share * share);
        const gx = gain * sampleAt(across, u, v);
        const gy = gain * sampleAt(down, u, v);
        row[0] = gx * centreX;
        row[1] = gx * centreY;
        row[2] = gx;
        row[3] = gy * centreX;
        row[4] = gy * centreY;
        row[5] = gy;
        row[6] = value;
        row[7] = 1;
        for (let one = 0; one < size; one++) {
          right[one] += weight * row[one] * residual;
          for (let other = 0; other <= one; other++) matrix[one * size + other] += weight * row[one] * row[other];
        }
        pixels++;
        sumWeights += weight;
        sumA += weight * value;
        sumB += weight * wanted;
        sumAA += weight * value * value;
        sumBB += weight * wanted * wanted;
        sumAB += weight * value * wanted;
        sumAbsolute += Math.min(Math.abs(residual), 3 * spread);
      }
    }
    if (pixels * stride * stride < fewestPixels) return null;
    const varianceA = sumAA / sumWeights - (sumA / sumWeights) ** 2;
    const varianceB = sumBB / sumWeights - (sumB / sumWeights) ** 2;
    correlation = (sumAB / sumWeights - (sumA * sumB) / sumWeights ** 2) / Math.sqrt(Math.max(1e-6, varianceA * varianceB));
    const factor = choleskyFactorIfAny(matrix, size, leastPivot);
    if (factor === null) return null;
    solveCholesky({ factor, size, values: right, columns: 1 });
    const step = right;
    affine = affine.map((value, at) => value + step[at]) as unknown as Affine;
    gain += step[6];
    bias += step[7];
    spread = Math.max(2, 1.5 * (sumAbsolute / pixels));
    if (!isSane(affine, gain, start)) return null;
    const furthest = moved(step, second);
    if (!isRough && furthest < 0.01) break;
    if (furthest < roughStep || round + 1 >= roughRounds) isRough = false;
  }
  return { affine, correlation };
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
