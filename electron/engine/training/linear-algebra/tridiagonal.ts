/**
 * @file A symmetric matrix made tridiagonal by Householder's reflections: T = Q' A Q (Golub and Van Loan, Matrix Computations, 8.3.1). Works from the last
 * row up, so that all that is left to do is a leading block whose rows lie one after another.
 */
import { throwIfAborted } from "../../base/errors.ts";

export interface Tridiagonal {
  /** [size] */
  readonly diagonal: Float64Array;
  /** [size]: element i couples i and i + 1; the last is 0. */
  readonly offDiagonal: Float64Array;
  /** [size, size] row-major: Q, whose columns are the new axes; empty if it was not asked for. */
  readonly basis: Float64Array;
}

export interface TridiagonalOptions {
  readonly withBasis: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** @param matrix [size, size]; its lower triangle is read, nothing is written */
export function reduceToTridiagonal(matrix: Float64Array, size: number, { withBasis, signal }: TridiagonalOptions): Tridiagonal {
  const work = matrix.slice();
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(size);
  /** 2 / |u|^2 of each row's reflection; u itself stays in the row. */
  const factors = new Float64Array(size);
  const product = new Float64Array(size);
  for (let row = size - 1; row > 0; row--) {
    throwIfAborted(signal);
    const u = work.subarray(row * size, row * size + row);
    diagonal[row] = work[row * size + row];
    offDiagonal[row - 1] = makeReflection(u, factors, row);
    if (factors[row] !== 0) reflectBlock(work, size, { u, factor: factors[row], product: product.subarray(0, row) });
  }
  if (size > 0) diagonal[0] = work[0];
  return { diagonal, offDiagonal, basis: withBasis ? accumulate(work, size, factors) : new Float64Array(0) };
}

/** Makes `row` the u of the reflection that leaves nothing of it but its last element. @returns that element */
function makeReflection(u: Float64Array, factors: Float64Array, row: number): number {
  let largest = 0;
  for (let index = 0; index < row - 1; index++) largest = Math.max(largest, Math.abs(u[index]));
  const last = u[row - 1];
  // Already as it should be.
  if (largest === 0) return last;
  largest = Math.max(largest, Math.abs(last));
  let squares = 0;
  for (let index = 0; index < row; index++) squares += (u[index] /= largest) ** 2;
  const length = Math.sqrt(squares);
  const left = u[row - 1] > 0 ? -length : length;
  squares -= u[row - 1] * left;
  u[row - 1] -= left;
  factors[row] = 1 / squares;
  return left * largest;
}

interface Reflection {
  readonly u: Float64Array;
  readonly factor: number;
  /** Scratch of u's length. */
  readonly product: Float64Array;
}

/** A <- H A H on the leading block, H = 1 - factor u u': A - u w' - w u' with w = p - factor / 2 (p'u) u, p = factor A u. */
function reflectBlock(work: Float64Array, size: number, { u, factor, product }: Reflection): void {
  const length = u.length;
  product.fill(0);
  for (let row = 0; row < length; row++) {
    const start = row * size;
    const own = u[row];
    let sum = 0;
    for (let column = 0; column < row; column++) {
      const value = work[start + column];
      sum += value * u[column];
      product[column] += value * own;
    }
    product[row] += sum + work[start + row] * own;
  }
  let dot = 0;
  for (let index = 0; index < length; index++) dot += (product[index] *= factor) * u[index];
  const half = (factor / 2) * dot;
  for (let index = 0; index < length; index++) product[index] -= half * u[index];
  for (let row = 0; row < length; row++) {
    const start = row * size;
    const a = u[row];
    const b = product[row];
    for (let column = 0; column <= row; column++) work[start + column] -= a * product[column] + b * u[column];
  }
}

/** Q as the product of the reflections, from the smallest on: each meets only the block that is no longer the identity. */
function accumulate(work: Float64Array, size: number, factors: Float64Array): Float64Array {
  const basis = new Float64Array(size * size);
  for (let index = 0; index < size; index++) basis[index * size + index] = 1;
  const product = new Float64Array(size);
  for (let row = 1; row < size; row++) {
    const factor = factors[row];
    if (factor === 0) continue;
    const u = work.subarray(row * size, row * size + row);
    product.fill(0, 0, row);
    for (let inner = 0; inner < row; inner++) {
      const weight = u[inner] * factor;
      const start = inner * size;
      for (let column = 0; column < row; column++) product[column] += weight * basis[start + column];
    }
    for (let inner = 0; inner < row; inner++) {
      const weight = u[inner];
      const start = inner * size;
      for (let column = 0; column < row; column++) basis[start + column] -= weight * product[column];
    }
  }
  return basis;
}
