/**
 * @file Cholesky's factor of a symmetric positive definite matrix, and systems of equations solved with it.
 */
import { BugError } from "./errors.ts";

/** L, lower, with L L' = matrix. @param matrix [size, size]; its lower triangle is read */
export function choleskyFactor(matrix: Float64Array, size: number): Float64Array {
  const made = decompose(matrix, size, 0);
  if (made instanceof Float64Array) return made;
  throw new BugError(`the matrix is not positive definite (pivot ${made.pivot} of ${size}: ${made.rest})`);
}

/** The same; null where a pivot is no more than `leastPivot`, as of a fit that the data do not determine. */
export function choleskyFactorIfAny(matrix: Float64Array, size: number, leastPivot: number): Float64Array | null {
  const made = decompose(matrix, size, leastPivot);
  return made instanceof Float64Array ? made : null;
}

function decompose(
  matrix: Float64Array,
  size: number,
  leastPivot: number,
): Float64Array | { readonly pivot: number; readonly rest: number } {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    const line = row * size;
    for (let column = 0; column <= row; column++) {
      const other = column * size;
      let rest = matrix[line + column];
      for (let index = 0; index < column; index++) rest -= factor[line + index] * factor[other + index];
      if (column < row) factor[line + column] = rest / factor[other + column];
      else if (rest > leastPivot) factor[line + row] = Math.sqrt(rest);
      else return { pivot: row, rest };
    }
  }
  return factor;
}

interface System {
  /** [size, size] as `choleskyFactor` gives it. */
  readonly factor: Float64Array;
  readonly size: number;
  /** [size, columns] row-major: the right-hand sides, replaced by the solutions. */
  readonly values: Float64Array;
  readonly columns: number;
}

/** L L' X = values. */
export function solveCholesky(system: System): void {
  solveLower(system);
  solveLowerTransposed(system);
}

/** L X = values. */
export function solveLower({ factor, size, values, columns }: System): void {
  for (let row = 0; row < size; row++) {
    for (let before = 0; before < row; before++)
      subtractRow(values, columns, { from: before, to: row, weight: factor[row * size + before] });
    divideRow(values, columns, { row, divisor: factor[row * size + row] });
  }
}

/** L' X = values. */
export function solveLowerTransposed({ factor, size, values, columns }: System): void {
  for (let row = size - 1; row >= 0; row--) {
    divideRow(values, columns, { row, divisor: factor[row * size + row] });
    for (let before = 0; before < row; before++)
      subtractRow(values, columns, { from: row, to: before, weight: factor[row * size + before] });
  }
}

function subtractRow(values: Float64Array, columns: number, { from, to, weight }: { from: number; to: number; weight: number }): void {
  const source = from * columns;
  const target = to * columns;
  for (let column = 0; column < columns; column++) values[target + column] -= weight * values[source + column];
}

function divideRow(values: Float64Array, columns: number, { row, divisor }: { row: number; divisor: number }): void {
  for (let at = row * columns, end = at + columns; at < end; at++) values[at] /= divisor;
}
