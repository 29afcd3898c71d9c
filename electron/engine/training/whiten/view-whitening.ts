/**
 * @file Whitening that knows what augmentation does: linear discriminant analysis with the views of one picture as a class, then half-whitening (METHODS 3.4). Directions
 * in which views of one picture differ count for less, directions in which pictures differ whatever the view count for more. Still one matrix.
 */
import { BugError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { choleskyFactor, solveLower, solveLowerTransposed } from "../../base/cholesky.ts";
import { columnGram } from "../linear-algebra/gram.ts";
import { sampleLimit, sampleRows, unitRows } from "./checked-rows.ts";
import { principalAxes } from "./principal-axes.ts";
import { asWhitening, defaultExponent, defaultMaximumAxes, type Whitening, type WhitenOptions } from "./whitening.ts";

/** Embeddings of several augmented views of each picture. */
export interface ViewTable {
  /** Pictures. */
  readonly count: number;
  /** Views of each, 2 or more. */
  readonly views: number;
  readonly dimensions: number;
  /** [count, views, dimensions] row-major, unit length but for rounding. */
  readonly values: Float32Array;
}

export interface ViewWhitenOptions extends WhitenOptions {
  /** Share of the within-picture covariance replaced by a sphere of the same trace; .1 if not given. */
  readonly shrinkage?: number | undefined;
  /** The pictures as they are, for mean and spread; the views stand in where not given. */
  readonly plain?: VectorTable | undefined;
}

const defaultShrinkage = 0.1;

/** Axes V and spread S are taken after x -> L^-1 x, L L' the shrunk covariance within pictures; the matrix is L'^-1 V S^-exponent. */
export function fitViewWhitening(given: ViewTable, options: ViewWhitenOptions): Whitening {
  const { exponent = defaultExponent, maximumAxes = defaultMaximumAxes, shrinkage = defaultShrinkage } = options;
  const { views, dimensions } = given;
  if (views < 2) throw new BugError(`${views} view of each picture; view whitening needs 2 or more`);
  const unit = unitRows(sampleViews(given, options.seed));
  const factor = choleskyFactor(shrunk(withinPictures(unit, views, options), dimensions, shrinkage), dimensions);
  const plain = options.plain ? unitRows(sampleRows(options.plain, options.seed)) : unit;
  const turned = solveRows(plain, factor);
  const { mean, axes, spread } = principalAxes(turned, maximumAxes, options);
  const axisCount = spread.length;
  // L'^-1 turns axes of the new space into those of the old one; L m gives its mean back.
  const columns = transpose(axes, axisCount, dimensions);
  solveLowerTransposed({ factor, size: dimensions, values: columns, columns: axisCount });
  return asWhitening({
    mean: multiplyLower(factor, mean),
    axes: transpose(columns, dimensions, axisCount),
    scales: spread.map((value) => value ** -exponent),
    exponent,
  });
}

/** Whole pictures, all their views or none, as rows. */
function sampleViews({ count, views, dimensions, values }: ViewTable, seed: number): VectorTable {
  const pictures = sampleRows({ count, dimensions: views * dimensions, values }, seed, Math.floor(sampleLimit / views));
  return { count: pictures.count * views, dimensions, values: pictures.values };
}

/** Covariance of views about the mean of their picture, [dimensions, dimensions]. */
function withinPictures(unit: VectorTable, views: number, options: ViewWhitenOptions): Float64Array {
  const { count, dimensions } = unit;
  const values = Float64Array.from(unit.values);
  for (let first = 0; first < count; first += views) {
    for (let column = 0; column < dimensions; column++) {
      let sum = 0;
      for (let view = 0; view < views; view++) sum += values[(first + view) * dimensions + column];
      for (let view = 0; view < views; view++) values[(first + view) * dimensions + column] -= sum / views;
    }
  }
  const gram = columnGram({ count, dimensions, values }, options);
  const freedom = Math.max(1, count - count / views);
  return gram.map((value) => value / freedom);
}

function shrunk(covariance: Float64Array, size: number, shrinkage: number): Float64Array {
  let trace = 0;
  for (let index = 0; index < size; index++) trace += covariance[index * size + index];
  // Views that do not differ at all leave nothing to learn from: any sphere will do.
  const sphere = trace > 0 ? trace / size : 1;
  const share = trace > 0 ? shrinkage : 1;
  const result = covariance.map((value) => value * (1 - share));
  for (let index = 0; index < size; index++) result[index * size + index] += share * sphere;
  return result;
}

/** L^-1 x of each row. */
function solveRows({ count, dimensions, values }: VectorTable, factor: Float64Array): VectorTable {
  const columns = transpose(Float64Array.from(values), count, dimensions);
  solveLower({ factor, size: dimensions, values: columns, columns: count });
  return { count, dimensions, values: Float32Array.from(transpose(columns, dimensions, count)) };
}

function multiplyLower(factor: Float64Array, vector: Float64Array): Float64Array {
  return vector.map((_, row) => {
    let sum = 0;
    for (let column = 0; column <= row; column++) sum += factor[row * vector.length + column] * vector[column];
    return sum;
  });
}

function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const turned = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) turned[column * rows + row] = matrix[row * columns + column];
  return turned;
}
