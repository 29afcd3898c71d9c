/**
 * @file The ridge's straight lines by themselves, as weights that can be written into a model: what it answers with, without the table of all images around it.
 */
import type { Clicks } from "./clicks.ts";
import type { FeatureSpace } from "./feature-space.ts";
import { ridgeLambda, ridgeSteepness } from "./models.ts";
import { invert } from "./ridge.ts";

export interface LinearModel {
  /** [dimensions of the space's rows, classes] row-major; the last row is that of the constant. */
  readonly weights: Float32Array;
  /** Scores times this, through a softmax, are the calibrated probabilities. */
  readonly sharpness: number;
}

/** (X'X + lambda I)^-1 X'(Y - 1/C). @param power of the calibration (calibration.ts) */
export function linearModel({ table }: FeatureSpace, { rows, labels, classCount }: Clicks, power: number): LinearModel {
  const { dimensions, values } = table;
  const inverse = invert(table, rows, ridgeLambda);
  const sums = new Float64Array(dimensions * classCount);
  rows.forEach((row, at) => {
    for (let index = 0; index < dimensions; index++)
      for (let column = 0; column < classCount; column++)
        sums[index * classCount + column] += values[row * dimensions + index] * ((column === labels[at] ? 1 : 0) - 1 / classCount);
  });
  const weights = new Float32Array(dimensions * classCount);
  for (let index = 0; index < dimensions; index++)
    for (let column = 0; column < classCount; column++) {
      let sum = 0;
      for (let other = 0; other < dimensions; other++) sum += inverse[index * dimensions + other] * sums[other * classCount + column];
      weights[index * classCount + column] = sum;
    }
  return { weights, sharpness: ridgeSteepness * power };
}
