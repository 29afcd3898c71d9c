/**
 * @file augment in TypeScript, blur: a Gaussian cut off at three standard deviations, across and then down; beyond the border is the border's pixel.
 * The weights come from one exponential and products, so that every implementation has the same bits.
 */
import { planColumn } from "./plan.ts";
import type { Plan } from "./sample.ts";

const single = Math.fround;
/** A neighbour's weight would be exp(-50). */
const smallestSigma = 0.1;

/** @param planes [3, size, size] */
export function blur(planes: Float32Array, size: number, plan: Plan): void {
  const sigma = plan[planColumn.blurSigma];
  if (sigma < smallestSigma) return;
  const weights = gaussianWeights(sigma);
  const radius = weights.length - 1;
  const padded = new Float32Array(size + 2 * radius);
  const middle = new Float32Array(size * size);
  for (let channel = 0; channel < 3; channel++) {
    const plane = planes.subarray(channel * size * size, (channel + 1) * size * size);
    for (let row = 0; row < size; row++) {
      const line = plane.subarray(row * size, (row + 1) * size);
      padded.fill(line[0], 0, radius).fill(line[size - 1], radius + size);
      padded.set(line, radius);
      for (let column = 0; column < size; column++) {
        let sum = single(weights[0] * padded[radius + column]);
        for (let away = 1; away <= radius; away++)
          sum = single(sum + single(weights[away] * single(padded[radius + column - away] + padded[radius + column + away])));
        middle[row * size + column] = sum;
      }
    }
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        let sum = single(weights[0] * middle[row * size + column]);
        for (let away = 1; away <= radius; away++) {
          const above = middle[Math.max(0, row - away) * size + column];
          const below = middle[Math.min(size - 1, row + away) * size + column];
          sum = single(sum + single(weights[away] * single(above + below)));
        }
        plane[row * size + column] = Math.min(sum, 255);
      }
    }
  }
}

/** Of the centre and of the neighbours on one side; with those of the other side they add up to 1. */
function gaussianWeights(sigma: number): Float32Array {
  const radius = Math.ceil(3 * sigma);
  const exact = new Float64Array(radius + 1);
  // exp(-k^2 x) is exp(-(k - 1)^2 x) times exp(-x) to the power of 2 k - 1.
  let ratio = exponentialOfMinus(1 / (2 * sigma * sigma));
  const step = ratio * ratio;
  exact[0] = 1;
  let sum = 1;
  for (let away = 1; away <= radius; away++) {
    exact[away] = exact[away - 1] * ratio;
    ratio *= step;
    sum += 2 * exact[away];
  }
  return Float32Array.from(exact, (weight) => weight / sum);
}

/** exp(-x) for x in 0..50, to 12 digits, from sums and products alone: e^(-x / 1024) by its series, squared ten times. */
function exponentialOfMinus(x: number): number {
  const small = -x / 1024;
  let sum = 1;
  for (let term = 8; term >= 1; term--) sum = 1 + (small / term) * sum;
  for (let square = 0; square < 10; square++) sum *= sum;
  return sum;
}
