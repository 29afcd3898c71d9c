/**
 * @file A linear classifier by ridge regression on one-hot labels (METHODS 6.1): W = X'(XX' + lambda I)^-1 Y on centred X and Y, the class with the highest score
 * wins. One eigen-decomposition of the smaller Gram matrix serves all lambdas; lambda is the one with the least squared error when each training
 * row is left out in turn, which has a closed form: residual / (1 - leverage).
 */
import { throwIfAborted } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";
import { columnGram, rowGram } from "../linear-algebra/gram.ts";
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts";
import { dealFolds } from "./folds.ts";

/** For unit vectors: from hardly any shrinkage to much. */
export const lambdas = [1e-3, 1e-2, 1e-1, 1, 10] as const;
const foldCount = 5;

export interface RidgeInput {
  readonly vectors: VectorTable;
  /** [n], 0 or more. */
  readonly labels: Int32Array;
  readonly seed: number;
}

/** Share of rows that a classifier made from the other four folds puts into the right class. */
export function ridgeAccuracy({ vectors, labels, seed }: RidgeInput, { signal, onProgress }: StageOptions = {}): number {
  const folds = dealFolds(labels, foldCount, seed);
  let right = 0;
  for (let fold = 0; fold < foldCount; fold++) {
    throwIfAborted(signal);
    const classifier = fitRidge(
      rowsWhere(vectors, labels, (row) => folds[row] !== fold),
      { signal },
    );
    const test = rowsWhere(vectors, labels, (row) => folds[row] === fold);
    classify(classifier, test.vectors).forEach((label, row) => (right += label === test.labels[row] ? 1 : 0));
    onProgress?.(fold + 1, foldCount);
  }
  return right / vectors.count;
}

export interface RidgeClassifier {
  /** Labels in the order of the columns. */
  readonly classes: readonly number[];
  readonly lambda: number;
  /** [dimensions] */
  readonly mean: Float64Array;
  /** [classes] */
  readonly bias: Float64Array;
  /** [dimensions, classes] row-major. */
  readonly weights: Float64Array;
}

export function fitRidge({ vectors, labels }: Omit<RidgeInput, "seed">, options: StageOptions = {}): RidgeClassifier {
  const { count, dimensions } = vectors;
  const classes = [...new Set(labels)].sort((one, other) => one - other);
  const { mean, values: x } = centre(Float64Array.from(vectors.values), count, dimensions);
  const { mean: bias, values: y } = centre(oneHot(labels, classes), count, classes.length);
  const basis = leftBasis({ count, dimensions, values: x }, options);
  const targets = projectTargets(basis, y, classes.length);
  const errors = lambdas.map((lambda) => leaveOneOutError({ basis, targets, y, classCount: classes.length, lambda }));
  // Of equal errors the stronger shrinkage.
  const lambda = lambdas[errors.lastIndexOf(Math.min(...errors))];
  return { classes, lambda, mean, bias, weights: makeWeights({ x, dimensions, basis, targets, classCount: classes.length, lambda }) };
}

/** @returns [n] labels; of equal scores the first class */
export function classify({ classes, mean, bias, weights }: RidgeClassifier, { count, dimensions, values }: VectorTable): Int32Array {
  const scores = new Float64Array(classes.length);
  return Int32Array.from({ length: count }, (_, row) => {
    scores.set(bias);
    for (let index = 0; index < dimensions; index++) {
      const offset = values[row * dimensions + index] - mean[index];
      for (let column = 0; column < classes.length; column++) scores[column] += offset * weights[index * classes.length + column];
    }
    return classes[scores.indexOf(scores.reduce((one, other) => Math.max(one, other)))];
  });
}

/** The left singular vectors of X and the squares of its singular values. */
interface LeftBasis {
  readonly count: number;
  readonly rank: number;
  /** [count, rank] row-major. */
  readonly vectors: Float64Array;
  /** [rank] */
  readonly squares: Float64Array;
}

/** Of the largest square: what is smaller is rounding. */
const leastSquare = 1e-12;

function leftBasis(rows: { count: number; dimensions: number; values: Float64Array }, options: StageOptions): LeftBasis {
  const { count, dimensions, values } = rows;
  const primal = dimensions <= count;
  const size = Math.min(dimensions, count);
  const eigen = symmetricEigen(primal ? columnGram(rows, options) : rowGram(rows, options), size, options);
  const squares = eigen.values.filter((value) => value > Math.max(0, eigen.values[0]) * leastSquare);
  const rank = squares.length;
  const vectors = new Float64Array(count * rank);
  for (let row = 0; row < count; row++)
    for (let axis = 0; axis < rank; axis++) {
      if (!primal) {
        vectors[row * rank + axis] = eigen.vectors[axis * size + row];
        continue;
      }
      let sum = 0;
      for (let index = 0; index < dimensions; index++) sum += values[row * dimensions + index] * eigen.vectors[axis * size + index];
      vectors[row * rank + axis] = sum / Math.sqrt(squares[axis]);
    }
  return { count, rank, vectors, squares };
}

/** U'Y, [rank, classes]. */
function projectTargets({ count, rank, vectors }: LeftBasis, y: Float64Array, classCount: number): Float64Array {
  const targets = new Float64Array(rank * classCount);
  for (let row = 0; row < count; row++)
    for (let axis = 0; axis < rank; axis++) {
      const weight = vectors[row * rank + axis];
      for (let column = 0; column < classCount; column++) targets[axis * classCount + column] += weight * y[row * classCount + column];
    }
  return targets;
}

interface Trial {
  readonly basis: LeftBasis;
  readonly targets: Float64Array;
  readonly y: Float64Array;
  readonly classCount: number;
  readonly lambda: number;
}

/** Sum of squares of (y - fit) / (1 - leverage); the mean that is taken off counts into the leverage with 1 / n. */
function leaveOneOutError({ basis, targets, y, classCount, lambda }: Trial): number {
  const { count, rank, vectors, squares } = basis;
  const shares = squares.map((square) => square / (square + lambda));
  const fit = new Float64Array(classCount);
  let error = 0;
  for (let row = 0; row < count; row++) {
    let leverage = 1 / count;
    fit.fill(0);
    for (let axis = 0; axis < rank; axis++) {
      const weight = vectors[row * rank + axis] * shares[axis];
      leverage += weight * vectors[row * rank + axis];
      for (let column = 0; column < classCount; column++) fit[column] += weight * targets[axis * classCount + column];
    }
    for (let column = 0; column < classCount; column++) error += ((y[row * classCount + column] - fit[column]) / (1 - leverage)) ** 2;
  }
  return error;
}

/** X' U (S^2 + lambda)^-1 U'Y. */
function makeWeights(given: Omit<Trial, "y"> & { readonly x: Float64Array; readonly dimensions: number }): Float64Array {
  const { x, dimensions, basis, targets, classCount, lambda } = given;
  const { count, rank, vectors, squares } = basis;
  const weights = new Float64Array(dimensions * classCount);
  const dual = new Float64Array(classCount);
  for (let row = 0; row < count; row++) {
    dual.fill(0);
    for (let axis = 0; axis < rank; axis++) {
      const weight = vectors[row * rank + axis] / (squares[axis] + lambda);
      for (let column = 0; column < classCount; column++) dual[column] += weight * targets[axis * classCount + column];
    }
    for (let index = 0; index < dimensions; index++) {
      const value = x[row * dimensions + index];
      for (let column = 0; column < classCount; column++) weights[index * classCount + column] += value * dual[column];
    }
  }
  return weights;
}

function oneHot(labels: Int32Array, classes: readonly number[]): Float64Array {
  const hot = new Float64Array(labels.length * classes.length);
  labels.forEach((label, row) => (hot[row * classes.length + classes.indexOf(label)] = 1));
  return hot;
}

/** Takes the mean row off, in place. */
function centre(values: Float64Array, count: number, width: number): { mean: Float64Array; values: Float64Array } {
  const mean = new Float64Array(width);
  for (let at = 0; at < values.length; at++) mean[at % width] += values[at] / count;
  for (let at = 0; at < values.length; at++) values[at] -= mean[at % width];
  return { mean, values };
}

function rowsWhere(vectors: VectorTable, labels: Int32Array, wanted: (row: number) => boolean): Omit<RidgeInput, "seed"> {
  const { dimensions } = vectors;
  const rows = [...labels.keys()].filter(wanted);
  const values = new Float32Array(rows.length * dimensions);
  rows.forEach((row, at) => values.set(vectors.values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
  return { vectors: { count: rows.length, dimensions, values }, labels: Int32Array.from(rows, (row) => labels[row]) };
}
