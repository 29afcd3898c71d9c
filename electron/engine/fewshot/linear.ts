/**
 * @file The ridge's straight lines by themselves, as weights that can be written into a model: what it answers with, without the table of all images around it.
 */
import { choleskyFactor, solveCholesky } from "../base/cholesky.ts";
import type { Clicks } from "./clicks.ts";
import type { FeatureSpace } from "./feature-space.ts";
import { ridgeLambda, ridgeSteepness } from "./models.ts";

export interface LinearModel {
  /** [dimensions of the space's rows, classes] row-major; the last row is that of the constant. */
  readonly weights: Float32Array;
  /** Scores times this, through a softmax, are the calibrated probabilities. */
  readonly sharpness: number;
}

/** (X'X + lambda I)^-1 X'(Y - 1/C). @param power of the calibration (calibration.ts) */
export function linearModel({ table }: FeatureSpace, { rows, labels, classCount }: Clicks, power: number): LinearModel {
  const { dimensions, values } = table;
  const gram = new Float64Array(dimensions * dimensions);
  const targets = new Float64Array(dimensions * classCount);
  rows.forEach((row, at) => {
    const start = row * dimensions;
    for (let index = 0; index < dimensions; index++) {
      const value = values[start + index];
      for (let other = 0; other <= index; other++) gram[index * dimensions + other] += value * values[start + other];
      for (let column = 0; column < classCount; column++)
        targets[index * classCount + column] += value * ((column === labels[at] ? 1 : 0) - 1 / classCount);
    }
  });
  for (let index = 0; index < dimensions; index++) gram[index * dimensions + index] += ridgeLambda;
  solveCholesky({ factor: choleskyFactor(gram, dimensions), size: dimensions, values: targets, columns: classCount });
  return { weights: Float32Array.from(targets), sharpness: ridgeSteepness * power };
}
