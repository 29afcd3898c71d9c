import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { BugError, CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { choleskyFactor, choleskyFactorIfAny, solveCholesky, solveLower, solveLowerTransposed } from "#engine/base/cholesky.ts";
import { columnGram, rowGram } from "#engine/training/linear-algebra/gram.ts";

function randomRows(count: number, dimensions: number, seed: number): Float64Array {
  const random = createRandom(seed);
  return Float64Array.from({ length: count * dimensions }, () => random.normal());
}

/** [rows, inner] times [inner, columns]. */
function multiply(a: Float64Array, b: Float64Array, [rows, inner, columns]: readonly [number, number, number]): number[] {
  return Array.from({ length: rows * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k] * b[k * columns + (at % columns)];
    return sum;
  });
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from({ length: a.length }, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]);
}

function expectClose(seen: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(seen.length).toBe(expected.length);
  for (let at = 0; at < expected.length; at++) expect(Math.abs(seen[at] - expected[at])).toBeLessThan(tolerance);
}

describe("Gram matrices", () => {
  test.each([
    [1, 1],
    [3, 5],
    [4, 4],
    [9, 2],
    [130, 7],
  ])("of %i rows of %i numbers are X'X and XX'", (count, dimensions) => {
    const values = randomRows(count, dimensions, count);
    const turned = transposed(values, count, dimensions);
    expectClose(columnGram({ count, dimensions, values }), multiply(turned, values, [dimensions, count, dimensions]), 1e-10);
    expectClose(rowGram({ count, dimensions, values }), multiply(values, turned, [count, dimensions, count]), 1e-10);
  });

  test("are stopped by a signal and tell how far they are", () => {
    const rows = { count: 200, dimensions: 3, values: randomRows(200, 3, 1) };
    for (const gram of [columnGram, rowGram]) {
      expect(() => gram(rows, { signal: AbortSignal.abort() })).toThrow(CancellationError);
      const seen: number[] = [];
      gram(rows, { onProgress: (done) => seen.push(done) });
      expect(seen).toEqual([0, 64, 128, 192, 200]);
    }
  });
});

describe("Cholesky", () => {
  test("by hand: [[4, 2], [2, 5]] = [[2, 0], [1, 2]] times its transpose", () => {
    expect([...choleskyFactor(Float64Array.of(4, 2, 2, 5), 2)]).toEqual([2, 0, 1, 2]);
  });

  test("factors and solves any positive definite system", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 }), fc.integer(), (size, columns, seed) => {
        const matrix = columnGram({ count: size + 3, dimensions: size, values: randomRows(size + 3, size, seed) });
        for (let index = 0; index < size; index++) matrix[index * size + index] += 1;
        const factor = choleskyFactor(matrix, size);
        const turned = transposed(factor, size, size);
        expectClose(multiply(factor, turned, [size, size, size]), matrix, 1e-10);
        const right = randomRows(size, columns, seed + 1);
        const [both, lower, upper] = [right.slice(), right.slice(), right.slice()];
        solveCholesky({ factor, size, values: both, columns });
        solveLower({ factor, size, values: lower, columns });
        solveLowerTransposed({ factor, size, values: upper, columns });
        expectClose(multiply(matrix, both, [size, size, columns]), right, 1e-9);
        expectClose(multiply(factor, lower, [size, size, columns]), right, 1e-9);
        expectClose(multiply(turned, upper, [size, size, columns]), right, 1e-9);
      }),
      { numRuns: 60 },
    );
  });

  test("a matrix with too small a pivot has no factor where that is asked for", () => {
    expect(choleskyFactorIfAny(Float64Array.of(1, 2, 2, 1), 2, 0)).toBeNull();
    expect(choleskyFactorIfAny(Float64Array.of(4, 2, 2, 1.5), 2, 0.6)).toBeNull();
    expect([...(choleskyFactorIfAny(Float64Array.of(4, 2, 2, 5), 2, 0.6) ?? [])]).toEqual([2, 0, 1, 2]);
  });

  test("a matrix that is not positive definite is a bug that names the pivot", () => {
    expect(() => choleskyFactor(Float64Array.of(1, 2, 2, 1), 2)).toThrow(
      new BugError("the matrix is not positive definite (pivot 1 of 2: -3)"),
    );
  });
});
