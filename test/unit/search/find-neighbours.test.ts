/**
 * @file Which search a table gets, and that the recall told of the other one is true.
 */
import { expect, test } from "vitest";

import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { findNeighbours, measureRecall } from "#engine/search/find-neighbours.ts";

import { manyVectors } from "../../helpers/many-vectors.ts";

const table = manyVectors({ count: 3000, dimensions: 32, seed: 2 });
const exact = exactNeighbours(table, 12);

test("few rows are searched exactly, more are not, and both say so", () => {
  expect(findNeighbours(table, 12)).toEqual({ graph: exact, recall: 1 });
  const { graph, recall } = findNeighbours(table, 12, { exactUpTo: 2999 });
  expect(recall).toBeGreaterThan(0.97);
  expect(recall).toBeLessThanOrEqual(1);
  expect(graph.indices).toHaveLength(exact.indices.length);
});

test("recall is the share of true neighbours, whatever else stands in the graph", () => {
  expect(measureRecall(table, exact, { seed: 1 })).toBe(1);
  // A third of the neighbours, the farther ones, exchanged for nothing.
  const similarities = exact.similarities.map((value, at) => (at % 12 < 8 ? value : -1));
  expect(measureRecall(table, { ...exact, similarities }, { seed: 1 })).toBeCloseTo(8 / 12, 10);
});

test("the sample stands for all rows", () => {
  const spoilt = exact.similarities.map((value, at) => (Math.floor(at / 12) % 4 === 0 ? -1 : value));
  expect(Math.abs(measureRecall(table, { ...exact, similarities: spoilt }, { seed: 3 }) - 0.75)).toBeLessThan(0.06);
});

test.each([1, 2, 17, 40])("%i rows", (count) => {
  const few = { ...table, count, values: table.values.subarray(0, count * 32) };
  expect(measureRecall(few, exactNeighbours(few, 5), { seed: 1 })).toBe(1);
});

test("copies of one picture: any of them will do", () => {
  const values = Float32Array.from({ length: 200 * 32 }, (_, at) => table.values[at % 32] as number);
  expect(findNeighbours({ count: 200, dimensions: 32, values }, 5, { exactUpTo: 10 }).recall).toBe(1);
});
