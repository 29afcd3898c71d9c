/**
 * @file The most similar rows of a query.
 */
import fc from "fast-check";
import { expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { mostSimilar } from "#engine/search/similar.ts";

import { referenceNeighbours } from "../../reference/neighbours.ts";

/** Directions of the plane, by degrees. */
function compass(...degrees: number[]): VectorTable {
  return {
    count: degrees.length,
    dimensions: 2,
    values: Float32Array.from(degrees.flatMap((degree) => [Math.cos((degree * Math.PI) / 180), Math.sin((degree * Math.PI) / 180)])),
  };
}

test("nearest first, equal ones by position, of any length of query", () => {
  const found = mostSimilar(compass(90, 10, 180, 10, 0), Float32Array.of(7, 0), 4);
  expect([...found.indices]).toEqual([4, 1, 3, 0]);
  expect(found.similarities[0]).toBeCloseTo(1, 6);
  expect(found.similarities[1]).toBeCloseTo(Math.cos(Math.PI / 18), 6);
});

test("rows to leave out", () => {
  const table = compass(0, 10, 20, 30);
  expect([...mostSimilar(table, Float32Array.of(1, 0), 2, { exclude: 0 }).indices]).toEqual([1, 2]);
  expect([...mostSimilar(table, Float32Array.of(1, 0), 4, { exclude: [0, 2] }).indices]).toEqual([1, 3]);
});

test.each([
  { count: 0, k: 3 },
  { count: 3, k: 0 },
])("$count rows, k $k: nothing", ({ count, k }) => {
  expect(mostSimilar(compass(...Array.from({ length: count }, (_, index) => index)), Float32Array.of(1, 0), k).indices).toHaveLength(0);
});

test.each([
  { query: [1, 0, 0], message: /has 3 numbers; expected 2/ },
  { query: [0, 0], message: /length 0/ },
  { query: [Number.NaN, 1], message: /length NaN/ },
])("query $query is refused", ({ query, message }) => {
  expect(() => mostSimilar(compass(0), Float32Array.from(query), 1)).toThrow(UserError);
  expect(() => mostSimilar(compass(0), Float32Array.from(query), 1)).toThrow(message);
});

test("equals the reference: a row's own neighbours", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 1, max: 12 }), fc.integer(), (count, dimensions, seed) => {
      const random = createRandom(seed);
      const values = Float32Array.from({ length: count * dimensions }, () => random.normal());
      for (let row = 0; row < count; row++) {
        const vector = values.subarray(row * dimensions, (row + 1) * dimensions);
        const size = Math.hypot(...vector);
        vector.forEach((value, at) => (vector[at] = value / size));
      }
      const found = mostSimilar({ count, dimensions, values }, values.slice(0, dimensions), 5, { exclude: 0 });
      const expected = (referenceNeighbours(values, count, dimensions)[0] ?? []).slice(0, 5);
      expect(found.indices).toHaveLength(expected.length);
      expected.forEach(({ similarity }, rank) => expect(found.similarities[rank]).toBeCloseTo(similarity, 5));
    }),
  );
});
