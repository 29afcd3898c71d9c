/**
 * @file Classes told by straight lines from an encoder's vectors: what a few clicks made, in the form that can be written into a model. Plain arithmetic here, so that the file can be held
 * against it.
 */
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { makeUnitRows } from "../../base/unit-length.ts";
import { applyWhitening, type Whitening } from "../../training/whiten/whitening.ts";

export interface LinearClassifier {
  /** In the order of the columns. */
  readonly classes: readonly string[];
  /** Of the unit vectors; null: they are taken as they are. */
  readonly whitening: Whitening | null;
  /** [dimensions] of the vectors after whitening: taken off before they are made unit length again. */
  readonly mean: Float32Array;
  /** A number that stands behind each vector. */
  readonly intercept: number;
  /** [dimensions + 1, classes] row-major. */
  readonly weights: Float32Array;
  /** Scores are multiplied by it before the softmax. */
  readonly sharpness: number;
  /** Confidence below which no class is said. */
  readonly threshold: number;
}

/** @param table unit rows of the encoder  @returns [count, classes], each row with sum 1 */
export function probabilitiesOf(classifier: LinearClassifier, table: VectorTable): Float32Array {
  const { classes, whitening, mean, intercept, weights, sharpness } = classifier;
  const { count, dimensions, values } = whitening === null ? table : applyWhitening(table, whitening);
  const centred = makeUnitRows(
    values.map((value, at) => value - (mean[at % dimensions] as number)),
    dimensions,
  );
  const probabilities = new Float32Array(count * classes.length);
  const scores = new Float64Array(classes.length);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < classes.length; column++) {
      let sum = intercept * (weights[dimensions * classes.length + column] as number);
      for (let at = 0; at < dimensions; at++)
        sum += (centred[row * dimensions + at] as number) * (weights[at * classes.length + column] as number);
      scores[column] = sharpness * sum;
    }
    const largest = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    for (let column = 0; column < classes.length; column++)
      probabilities[row * classes.length + column] = Math.exp((scores[column] as number) - largest) / total;
  }
  return probabilities;
}
