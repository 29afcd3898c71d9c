import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { fuzzyGraph, type FuzzyGraph } from "#engine/map/fuzzy-graph.ts";

import { classedVectors, slowGraph, unitTable } from "../../helpers/map-data.ts";
import { slowFuzzyGraph } from "../../reference/umap.ts";

function asMatrix({ count, offsets, targets, weights }: FuzzyGraph): number[][] {
  const matrix = Array.from({ length: count }, () => new Array<number>(count).fill(0));
  for (let row = 0; row < count; row++)
    for (let edge = offsets[row]; edge < offsets[row + 1]; edge++) matrix[row][targets[edge]] = weights[edge];
  return matrix;
}

function largestDifference(left: number[][], right: number[][]): number {
  return Math.max(...left.flatMap((row, index) => row.map((value, column) => Math.abs(value - right[index][column]))));
}

describe("fuzzyGraph", () => {
  for (const [count, k, neighbours, seed] of [
    [60, 20, 15, 1],
    [40, 5, 15, 2],
    [25, 24, 4, 3],
    [3, 2, 15, 4],
    [2, 1, 15, 5],
  ] as const)
    test(`is the reference's: ${count} items, ${k} in the graph, ${neighbours} asked`, () => {
      const graph = slowGraph(classedVectors({ count, dimensions: 8, classes: 3, spread: 0.4, seed }).table, k);
      expect(largestDifference(asMatrix(fuzzyGraph(graph, neighbours)), slowFuzzyGraph(graph, neighbours))).toBeLessThan(2e-4);
    });

  test("is the reference's with copies among the items", () => {
    const { table } = classedVectors({ count: 40, dimensions: 8, classes: 3, spread: 0.4, seed: 6 });
    // Rows 0-9 are one picture ten times.
    for (let row = 1; row < 10; row++) table.values.copyWithin(row * 8, 0, 8);
    const graph = slowGraph(table, 14);
    expect(largestDifference(asMatrix(fuzzyGraph(graph, 15)), slowFuzzyGraph(graph, 15))).toBeLessThan(2e-4);
  });

  test("is symmetric, without self edges, sorted, weights in (0, 1]", () => {
    const fuzzy = fuzzyGraph(slowGraph(classedVectors({ count: 80, dimensions: 8, classes: 4, seed: 7 }).table, 14), 15);
    const matrix = asMatrix(fuzzy);
    matrix.forEach((row, index) => {
      expect(row[index]).toBe(0);
      row.forEach((value, column) => expect(matrix[column][index]).toBe(value));
      const targets = Array.from(fuzzy.targets.subarray(fuzzy.offsets[index], fuzzy.offsets[index + 1]));
      expect(targets).toEqual(targets.toSorted((one, two) => one - two));
    });
    expect(fuzzy.weights.every((weight) => weight > 0 && weight <= 1)).toBe(true);
  });

  test("identical vectors belong together fully", () => {
    const fuzzy = fuzzyGraph(slowGraph(unitTable(Array.from({ length: 6 }, () => [1, 0])), 3), 15);
    expect(Array.from(fuzzy.weights).every((weight) => weight === 1)).toBe(true);
  });

  test("stops when asked to", () => {
    const graph = slowGraph(classedVectors({ count: 20, dimensions: 4, classes: 2, seed: 8 }).table, 5);
    expect(() => fuzzyGraph(graph, 15, AbortSignal.abort())).toThrow(CancellationError);
  });
});
