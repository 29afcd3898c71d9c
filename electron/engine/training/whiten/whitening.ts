/**
 * @file Half-whitening: the closed-form adaptation to a folder (METHODS 3.4). Z = (X - mean) V S^-exponent, made unit length: X the folder's unit embeddings, V and S
 * its principal axes and the spread along each. With exponent 1/2 an axis counts half as much as its spread says; 0 is a rotation, 1 full whitening.
 */
import { BugError, throwIfAborted } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import type { StageOptions } from "../../base/stage.ts";
import { sampleRows, unitRows } from "./checked-rows.ts";
import { principalAxes } from "./principal-axes.ts";

/** x -> unit((unit(x) - mean) matrix) */
export interface Whitening {
  readonly dimensions: number;
  /** Axes kept: numbers of the whitened vector. */
  readonly axisCount: number;
  /** [dimensions] */
  readonly mean: Float32Array;
  /** [dimensions, axisCount] row-major. */
  readonly matrix: Float32Array;
  readonly exponent: number;
}

export interface WhitenOptions extends StageOptions {
  /** Draws the rows where there are more than 20,000. */
  readonly seed: number;
  /** 0..1, 1/2 if not given. */
  readonly exponent?: number | undefined;
  /** The widest axes are kept; 256 if not given. */
  readonly maximumAxes?: number | undefined;
}

export const defaultExponent = 0.5;
export const defaultMaximumAxes = 256;

/** @param table embeddings of the folder, unit length but for rounding; they must differ. Bad rows are a `UserError` */
export function fitWhitening(table: VectorTable, options: WhitenOptions): Whitening {
  const { exponent = defaultExponent, maximumAxes = defaultMaximumAxes } = options;
  const { mean, axes, spread } = principalAxes(unitRows(sampleRows(table, options.seed)), maximumAxes, options);
  return asWhitening({ mean, axes, scales: spread.map((value) => value ** -exponent), exponent });
}

interface ScaledAxes {
  readonly mean: Float64Array;
  /** [axisCount, dimensions] row-major. */
  readonly axes: Float64Array;
  /** [axisCount] */
  readonly scales: Float64Array;
  readonly exponent: number;
}

/** The matrix has the scaled axes as columns. Lengths do not matter, so the largest scale becomes 1: numbers that any runtime can hold. */
export function asWhitening({ mean, axes, scales, exponent }: ScaledAxes): Whitening {
  const dimensions = mean.length;
  const axisCount = scales.length;
  const largest = scales.reduce((one, other) => Math.max(one, other), 0);
  const matrix = new Float32Array(dimensions * axisCount);
  for (let axis = 0; axis < axisCount; axis++)
    for (let row = 0; row < dimensions; row++) matrix[row * axisCount + axis] = (axes[axis * dimensions + row] * scales[axis]) / largest;
  return { dimensions, axisCount, mean: Float32Array.from(mean), matrix, exponent };
}

/** Rows between two looks at the signal. */
const stride = 64;

/** @returns unit vectors of `axisCount` numbers; a row at the very mean stays zero */
export function applyWhitening(table: VectorTable, whitening: Whitening, { signal, onProgress }: StageOptions = {}): VectorTable {
  const { dimensions, axisCount, mean, matrix } = whitening;
  if (table.dimensions !== dimensions) throw new BugError(`vectors of ${table.dimensions} numbers meet a whitening of ${dimensions}`);
  const unit = unitRows(table);
  const values = new Float32Array(table.count * axisCount);
  const sums = new Float64Array(axisCount);
  for (let row = 0; row < table.count; row++) {
    if (row % stride === 0) {
      throwIfAborted(signal);
      onProgress?.(row, table.count);
    }
    sums.fill(0);
    for (let index = 0; index < dimensions; index++) {
      const offset = unit.values[row * dimensions + index] - mean[index];
      const line = index * axisCount;
      for (let axis = 0; axis < axisCount; axis++) sums[axis] += offset * matrix[line + axis];
    }
    let squares = 0;
    for (let axis = 0; axis < axisCount; axis++) squares += sums[axis] * sums[axis];
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let axis = 0; axis < axisCount; axis++) values[row * axisCount + axis] = sums[axis] * scale;
  }
  onProgress?.(table.count, table.count);
  return { count: table.count, dimensions: axisCount, values };
}

/**
 * Two vectors of each picture as one: unit vectors side by side, made unit length. Cosines become the mean of the two.
 * @param share of the other in that mean, 0 to 1
 */
export function joinVectors(one: VectorTable, other: VectorTable, share = 0.5): VectorTable {
  if (one.count !== other.count) throw new BugError(`${one.count} vectors cannot be joined with ${other.count}`);
  const dimensions = one.dimensions + other.dimensions;
  const values = new Float32Array(one.count * dimensions);
  const [scale, otherScale] = [Math.sqrt(1 - share), Math.sqrt(share)];
  for (let row = 0; row < one.count; row++) {
    const at = row * dimensions;
    for (let axis = 0; axis < one.dimensions; axis++) values[at + axis] = scale * one.values[row * one.dimensions + axis];
    for (let axis = 0; axis < other.dimensions; axis++)
      values[at + one.dimensions + axis] = otherScale * other.values[row * other.dimensions + axis];
  }
  return { count: one.count, dimensions, values };
}
