import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { BugError, CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { symmetricEigen, symmetricEigenvalues } from "#engine/training/linear-algebra/symmetric-eigen.ts";

type Rule = (row: number, column: number) => number;

function symmetric(size: number, rule: Rule): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row++)
    for (let column = 0; column <= row; column++) matrix[row * size + column] = matrix[column * size + row] = rule(row, column);
  return matrix;
}

/** A = V L V', V'V = 1, values in order, to `tolerance` of the largest value. */
function expectDecomposition(matrix: Float64Array, size: number, tolerance = 1e-12): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, size);
  const scale = Math.max(1e-300, ...values.map(Math.abs));
  for (let row = 0; row < size; row++) {
    if (row > 0) expect(values[row]).toBeLessThanOrEqual(values[row - 1]);
    for (let column = 0; column < size; column++) {
      let product = 0;
      let dot = 0;
      for (let at = 0; at < size; at++) {
        product += vectors[at * size + row] * values[at] * vectors[at * size + column];
        dot += vectors[row * size + at] * vectors[column * size + at];
      }
      expect(Math.abs(product - matrix[row * size + column])).toBeLessThan(tolerance * scale * size);
      expect(Math.abs(dot - (row === column ? 1 : 0))).toBeLessThan(tolerance * size);
    }
  }
  const alone = symmetricEigenvalues(matrix, size);
  alone.forEach((value, at) => expect(Math.abs(value - values[at])).toBeLessThan(tolerance * scale * size));
  return values;
}

describe("symmetricEigen", () => {
  test("of 2 x 2 by hand: [[2, 1], [1, 2]] has 3 along (1, 1) and 1 along (1, -1)", () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect([...values]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
    expect(Math.abs(vectors[0] + vectors[1])).toBeCloseTo(Math.SQRT2, 14);
    expect(Math.abs(vectors[2] - vectors[3])).toBeCloseTo(Math.SQRT2, 14);
  });

  test("of the second difference: 2 - 2 cos(pi k / (n + 1))", () => {
    const size = 37;
    const values = expectDecomposition(
      symmetric(size, (row, column) => (row === column ? 2 : row - column === 1 ? -1 : 0)),
      size,
    );
    values.forEach((value, at) => expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * (size - at)) / (size + 1)), 12));
  });

  test.each<[string, number, Rule]>([
    ["nothing", 0, () => 0],
    ["one number", 1, () => -7],
    ["zeros", 6, () => 0],
    ["the identity", 9, (row, column) => (row === column ? 1 : 0)],
    ["all ones: one value, the rest zero", 12, () => 1],
    ["two blocks", 8, (row, column) => (row < 4 === column < 4 ? 1 / (1 + row - column) : 0)],
    ["values of very different size", 20, (row, column) => (row === column ? 10 ** (row - 10) : 0)],
    ["tiny numbers", 7, (row, column) => 1e-200 * Math.sin(row * 3 + column)],
    ["huge numbers", 7, (row, column) => 1e150 * Math.sin(row * 3 + column)],
    ["Hilbert's matrix, nearly singular", 30, (row, column) => 1 / (row + column + 1)],
  ])("%s", (_, size, rule) => {
    expectDecomposition(symmetric(size, rule), size);
  });

  test("384 x 384 of rank 40", () => {
    const size = 384;
    const random = createRandom(3);
    const factors = Float64Array.from({ length: size * 40 }, () => random.normal());
    const matrix = symmetric(size, (row, column) => {
      let sum = 0;
      for (let at = 0; at < 40; at++) sum += factors[row * 40 + at] * factors[column * 40 + at];
      return sum;
    });
    const { values, vectors } = symmetricEigen(matrix, size);
    expect(values[39]).toBeGreaterThan(1);
    expect(Math.abs(values[40])).toBeLessThan(1e-10);
    for (const index of [0, 17, 39])
      for (let row = 0; row < size; row++) {
        let product = 0;
        for (let at = 0; at < size; at++) product += matrix[row * size + at] * vectors[index * size + at];
        expect(Math.abs(product - values[index] * vectors[index * size + row])).toBeLessThan(1e-10);
      }
  });

  test("any symmetric matrix", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (size, seed, density) => {
        const random = createRandom(seed);
        expectDecomposition(
          symmetric(size, () => (random.unit() < density ? random.normal() : 0)),
          size,
        );
      }),
      { numRuns: 150 },
    );
  });

  test("leaves the matrix as it is, reads its lower triangle only", () => {
    const matrix = Float64Array.of(2, NaN, 1, 2);
    expect([...symmetricEigen(matrix, 2).values]).toEqual([expect.closeTo(3, 14), expect.closeTo(1, 14)]);
    expect([...matrix]).toEqual([2, NaN, 1, 2]);
  });

  test("a wrong size is a bug, an abort stops it", () => {
    expect(() => symmetricEigen(new Float64Array(5), 2)).toThrow(BugError);
    expect(() => symmetricEigen(new Float64Array(16), 4, { signal: AbortSignal.abort() })).toThrow(CancellationError);
  });
});
