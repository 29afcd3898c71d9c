/**
 * @file Ridge regression on a few labelled rows that answers for all rows at once and learns one label at a time: W = (X'X + lambda I)^-1 X'(Y - 1/C) (METHODS 6.1).
 * A label more or less is a change of rank one (Sherman and Morrison, 1950): one pass over the table, whatever the number of labels. The same pass keeps every row's
 * leverage x'(X'X + lambda I)^-1 x, from which leaving one out is exact: y - (y - f) / (1 - leverage) (Cook and Weisberg, 1982), and which says how unlike the labelled rows it is.
 */
import { choleskyFactor, solveCholesky } from "../base/cholesky.ts";
import type { VectorTable } from "../base/neighbour-graph.ts";
import type { Clicks } from "./clicks.ts";
import { addOuter, project, projectAll } from "./project.ts";

export interface Ridge {
  readonly lambda: number;
  learn(row: number, label: number): void;
  forget(row: number, label: number): void;
  /** Score of each class for a row, into `scores` [classCount]. */
  score(row: number, classCount: number, scores: Float64Array): void;
  /** The same as if the row, labelled so, had not been learnt from. */
  scoreLeftOut(row: number, label: number, classCount: number, scores: Float64Array): void;
  /** 1 where nothing that was learnt resembles the row, towards 0 where it is known. */
  strangeness(row: number): number;
}

interface RidgeState {
  readonly table: VectorTable;
  readonly lambda: number;
  /** [d, d] (X'X + lambda I)^-1 */
  readonly inverse: Float64Array;
  /** [n, classLimit + 1]: fit to one-hot labels, and last to a target of ones: from both follows the fit to (label - 1 / C) for any C. */
  readonly fits: Float32Array;
  /** [n] */
  readonly leverages: Float32Array;
  readonly width: number;
}

export interface RidgeInput {
  /** Rows of about unit length. */
  readonly table: VectorTable;
  readonly clicks: Clicks;
  readonly lambda: number;
  /** Room for this many classes. */
  readonly classLimit: number;
}

/** Learns from all clicks at once; then one by one. */
export function createRidge({ table, clicks, lambda, classLimit }: RidgeInput): Ridge {
  const { count, dimensions, values } = table;
  const width = classLimit + 1;
  const state: RidgeState = {
    table,
    lambda,
    inverse: invert(table, clicks.rows, lambda),
    fits: new Float32Array(count * width),
    leverages: new Float32Array(count),
    width,
  };
  if (clicks.rows.length === 0)
    for (let row = 0; row < count; row++) state.leverages[row] = lengthSquared(values, row, dimensions) / lambda;
  else fitAll(state, clicks);
  return {
    lambda,
    learn: (row, label) => change(state, row, label, 1),
    forget: (row, label) => change(state, row, label, -1),
    score: (row, classCount, scores) => {
      const start = row * width;
      const shared = state.fits[start + classLimit] / classCount;
      for (let column = 0; column < classCount; column++) scores[column] = state.fits[start + column] - shared;
    },
    scoreLeftOut: (row, label, classCount, scores) => {
      const start = row * width;
      const rest = 1 - state.leverages[row];
      const shared = state.fits[start + classLimit] / classCount;
      for (let column = 0; column < classCount; column++) {
        const target = (column === label ? 1 : 0) - 1 / classCount;
        scores[column] = target - (target - (state.fits[start + column] - shared)) / rest;
      }
    },
    strangeness: (row) => Math.min(1, Math.max(0, state.leverages[row] * lambda)),
  };
}

/** sign 1: f += (x'u / s) (y - f(row)), with u = inverse row and s = 1 + row'u; sign -1 takes the same back. */
function change({ table, inverse, fits, leverages, width }: RidgeState, row: number, label: number, sign: 1 | -1): void {
  const { count, dimensions, values } = table;
  const start = row * dimensions;
  const direction = new Float64Array(dimensions);
  let along = 0;
  for (let index = 0; index < dimensions; index++) {
    let sum = 0;
    const line = index * dimensions;
    for (let other = 0; other < dimensions; other++) sum += inverse[line + other] * values[start + other];
    direction[index] = sum;
    along += sum * values[start + index];
  }
  const scale = sign / (1 + sign * along);
  addOuter(inverse, direction, -scale);
  const steps = new Float64Array(width);
  for (let column = 0; column < width; column++) {
    const target = column === label || column === width - 1 ? 1 : 0;
    steps[column] = scale * (target - fits[row * width + column]);
  }
  const reach = project(table, direction);
  // Most columns of a table with room for many classes are idle.
  const active = [...steps.keys()].filter((column) => steps[column] !== 0);
  const columns = Int32Array.from(active);
  for (let each = 0; each < count; each++) {
    const value = reach[each];
    leverages[each] -= scale * value * value;
    const line = each * width;
    for (let at = 0; at < columns.length; at++) fits[line + columns[at]] += value * steps[columns[at]];
  }
}

/** (X'X + lambda I)^-1 of the given rows. */
export function invert({ dimensions, values }: VectorTable, rows: Int32Array, lambda: number): Float64Array {
  const inverse = new Float64Array(dimensions * dimensions);
  if (rows.length === 0) {
    for (let index = 0; index < dimensions; index++) inverse[index * dimensions + index] = 1 / lambda;
    return inverse;
  }
  const gram = new Float64Array(dimensions * dimensions);
  for (const row of rows) {
    const start = row * dimensions;
    for (let index = 0; index < dimensions; index++) {
      const value = values[start + index];
      const line = index * dimensions;
      for (let other = 0; other <= index; other++) gram[line + other] += value * values[start + other];
    }
  }
  for (let index = 0; index < dimensions; index++) {
    gram[index * dimensions + index] += lambda;
    inverse[index * dimensions + index] = 1;
  }
  solveCholesky({ factor: choleskyFactor(gram, dimensions), size: dimensions, values: inverse, columns: dimensions });
  return inverse;
}

/** Weights in closed form, then a pass for each column that is used, and the leverages through the factor of the inverse. */
function fitAll(state: RidgeState, { rows, labels }: Clicks): void {
  const { table, inverse, fits, width } = state;
  const { count, dimensions, values } = table;
  const sums = new Map<number, Float64Array>();
  const sumOf = (column: number): Float64Array => {
    let sum = sums.get(column);
    if (!sum) sums.set(column, (sum = new Float64Array(dimensions)));
    return sum;
  };
  rows.forEach((row, at) => {
    for (const sum of [sumOf(labels[at]), sumOf(width - 1)])
      for (let index = 0; index < dimensions; index++) sum[index] += values[row * dimensions + index];
  });
  const used = [...sums];
  const weights = new Float32Array(used.length * dimensions);
  used.forEach(([, sum], at) => {
    for (let index = 0; index < dimensions; index++) {
      let weight = 0;
      for (let other = 0; other < dimensions; other++) weight += inverse[index * dimensions + other] * sum[other];
      weights[at * dimensions + index] = weight;
    }
  });
  const found = projectAll(table, weights);
  for (let row = 0, at = 0; row < count; row++) for (const [column] of used) fits[row * width + column] = found[at++];
  addLeverages(state, choleskyFactor(inverse, dimensions));
}

/** Columns of the factor that are looked at together: their products with all rows fit in memory easily. */
const columnsAtOnce = 32;

/** x' L L' x for every row. @param root [d, d] L, lower */
function addLeverages({ table, leverages }: RidgeState, root: Float64Array): void {
  const { count, dimensions } = table;
  for (let first = 0; first < dimensions; first += columnsAtOnce) {
    const width = Math.min(columnsAtOnce, dimensions - first);
    const directions = new Float32Array(width * dimensions);
    for (let column = 0; column < width; column++)
      for (let row = first + column; row < dimensions; row++)
        directions[column * dimensions + row] = root[row * dimensions + first + column];
    const products = projectAll(table, directions);
    for (let row = 0, at = 0; row < count; row++) {
      let sum = 0;
      for (const end = at + width; at < end; at++) sum += products[at] * products[at];
      leverages[row] += sum;
    }
  }
}

function lengthSquared(values: Float32Array, row: number, dimensions: number): number {
  let sum = 0;
  for (let at = row * dimensions; at < (row + 1) * dimensions; at++) sum += values[at] * values[at];
  return sum;
}
