/**
 * @file Whitening: vectors in units of this folder's own spread, so that a direction in which all pictures differ counts for little
 * and one in which they agree counts for much. W = inverse of the Cholesky factor of the shrunk covariance; every W with
 * W' W = inverse covariance gives the same lengths and angles, so no eigenvectors are needed. The squared length of a whitened vector is its
 * Mahalanobis distance (METHODS 4.3).
 */
import { loadKernels, usualThreads } from "#native/kernels.ts";

import { choleskyFactor } from "../base/cholesky.ts";
import { throwIfAborted } from "../base/errors.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import { samplePlaces } from "../base/sample-rows.ts";
import type { StageOptions } from "../base/stage.ts";

/** Rows that mean and covariance are taken from; beyond it more rows change nothing that can be measured. */
export const sampleLimit = 20_000;
/** Rows between two looks at the signal: well under 50 ms. */
const stride = 128;

export interface WhitenOptions extends StageOptions {
  /** Share of the covariance replaced by a sphere of the same trace, 0..1: what makes it invertible with fewer rows than dimensions. */
  readonly shrinkage: number;
  readonly seed: number;
}

/** Rows that the kernel takes at once. */
const projectedRows = 2048;
/** Rows worked on together: four independent sums keep the processor busy where one would wait for itself. */
const lanes = 4;

/** The whitened rows made unit length; a row at the very mean stays zero. */
export function whiten(table: VectorTable, options: WhitenOptions): VectorTable {
  const { count, dimensions, values } = table;
  const whitened = new Float32Array(count * dimensions);
  if (count === 0) return { count, dimensions, values: whitened };
  const { mean, covariance } = measureSpread(table, options);
  const directions = Float32Array.from(inverseOfFactor(choleskyFactor(shrink(covariance, dimensions, options.shrinkage), dimensions), dimensions)); // prettier-ignore
  const centred = new Float32Array(Math.min(count, projectedRows) * dimensions);
  for (let start = 0; start < count; start += projectedRows) {
    throwIfAborted(options.signal);
    options.onProgress?.(start, count);
    const rows = Math.min(projectedRows, count - start);
    for (let row = 0, at = 0; row < rows; row++)
      for (let index = 0; index < dimensions; index++, at++) centred[at] = values[start * dimensions + at] - mean[index];
    const products = whitened.subarray(start * dimensions, (start + rows) * dimensions);
    const vectors = centred.subarray(0, rows * dimensions);
    loadKernels().projectRows({ vectors, count: rows, dimensions, directions, width: dimensions, products, threads: usualThreads() });
    for (let row = 0; row < rows; row++) makeUnit(products.subarray(row * dimensions, (row + 1) * dimensions));
  }
  options.onProgress?.(count, count);
  return { count, dimensions, values: whitened };
}

/** A row at the mean but for rounding stays zero. */
function makeUnit(row: Float32Array): void {
  let squares = 0;
  for (let index = 0; index < row.length; index++) squares += row[index] * row[index];
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let index = 0; index < row.length; index++) row[index] *= scale;
}

/** [size, size] the inverse of a lower triangle, which is one too, column by column. */
function inverseOfFactor(factor: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++)
    for (let row = column; row < size; row++) {
      let rest = row === column ? 1 : 0;
      for (let index = column; index < row; index++) rest -= factor[row * size + index] * inverse[index * size + column];
      inverse[row * size + column] = rest / factor[row * size + row];
    }
  return inverse;
}

/** [count] squared Mahalanobis distances from the mean: the squared lengths of the whitened rows, in float64. For measuring. */
export function mahalanobis(table: VectorTable, options: WhitenOptions): Float64Array {
  const distances = new Float64Array(table.count);
  forEachWhitened(table, options, (row, _solved, _lane, squares) => (distances[row] = squares));
  return distances;
}

/** Solves L y = x - mean by forward substitution for four rows at a time. `solved` is [dimensions, lanes]. */
function forEachWhitened(
  table: VectorTable,
  options: WhitenOptions,
  use: (row: number, solved: Float64Array, lane: number, squares: number) => void,
): void {
  const { count, dimensions, values } = table;
  if (count === 0) return;
  const { mean, covariance } = measureSpread(table, options);
  const factor = choleskyFactor(shrink(covariance, dimensions, options.shrinkage), dimensions);
  const solved = new Float64Array(dimensions * lanes);
  for (let start = 0; start < count; start += lanes) {
    if (start % stride === 0) {
      throwIfAborted(options.signal);
      options.onProgress?.(start, count);
    }
    // Past the end the last row is worked on again.
    const [r0, r1, r2, r3] = [0, 1, 2, 3].map((lane) => Math.min(count - 1, start + lane) * dimensions);
    let [s0, s1, s2, s3] = [0, 0, 0, 0];
    for (let index = 0; index < dimensions; index++) {
      const line = index * dimensions;
      const centre = mean[index];
      let a = values[r0 + index] - centre;
      let b = values[r1 + index] - centre;
      let c = values[r2 + index] - centre;
      let d = values[r3 + index] - centre;
      for (let before = 0, at = 0; before < index; before++, at += lanes) {
        const weight = factor[line + before];
        a -= weight * solved[at];
        b -= weight * solved[at + 1];
        c -= weight * solved[at + 2];
        d -= weight * solved[at + 3];
      }
      const pivot = factor[line + index];
      const to = index * lanes;
      s0 += (solved[to] = a / pivot) ** 2;
      s1 += (solved[to + 1] = b / pivot) ** 2;
      s2 += (solved[to + 2] = c / pivot) ** 2;
      s3 += (solved[to + 3] = d / pivot) ** 2;
    }
    const squares = [s0, s1, s2, s3];
    for (let lane = 0; lane < lanes && start + lane < count; lane++) use(start + lane, solved, lane, squares[lane]);
  }
  options.onProgress?.(count, count);
}

/** Mean and covariance [dimensions, dimensions] (lower triangle) of at most `sampleLimit` rows, drawn without repetition. */
function measureSpread(table: VectorTable, options: WhitenOptions): { mean: Float64Array; covariance: Float64Array } {
  const { dimensions, values } = table;
  const rows = samplePlaces(table.count, sampleLimit, options.seed);
  const mean = new Float64Array(dimensions);
  for (const row of rows) for (let index = 0; index < dimensions; index++) mean[index] += values[row * dimensions + index] / rows.length;
  const covariance = new Float64Array(dimensions * dimensions);
  const centred = new Float64Array(dimensions);
  for (let position = 0; position < rows.length; position++) {
    if (position % stride === 0) throwIfAborted(options.signal);
    const start = rows[position] * dimensions;
    for (let index = 0; index < dimensions; index++) centred[index] = values[start + index] - mean[index];
    for (let index = 0; index < dimensions; index++) {
      const value = centred[index];
      const line = index * dimensions;
      for (let other = 0; other <= index; other++) covariance[line + other] += value * centred[other];
    }
  }
  for (let index = 0; index < covariance.length; index++) covariance[index] /= Math.max(1, rows.length);
  return { mean, covariance };
}

function shrink(covariance: Float64Array, dimensions: number, shrinkage: number): Float64Array {
  let trace = 0;
  for (let index = 0; index < dimensions; index++) trace += covariance[index * dimensions + index];
  // Where all rows are equal there is no spread at all: any sphere will do.
  const sphere = trace > 0 ? trace / dimensions : 1;
  const shrunk = covariance.map((value) => value * (1 - shrinkage));
  for (let index = 0; index < dimensions; index++) shrunk[index * dimensions + index] += (trace > 0 ? shrinkage : 1) * sphere;
  return shrunk;
}
