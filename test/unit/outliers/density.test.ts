import { describe, expect, test } from "vitest";

import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { distanceRatio, localOutlierFactor, meanDistance } from "#engine/outliers/density.ts";
import { meanRank, shareRanks } from "#engine/outliers/ranks.ts";
import { mahalanobis, whiten } from "#engine/outliers/whiten.ts";

import { slowDistanceRatio, slowLof, slowMahalanobis, slowMeanDistance, slowNeighbours } from "../../reference/outliers.ts";

function randomTable(count: number, dimensions: number, seed: number): VectorTable {
  const random = createRandom(seed);
  const values = new Float32Array(count * dimensions);
  for (let row = 0; row < count; row++) {
    const line = Array.from({ length: dimensions }, (_, column) => random.normal() * (1 + column) + (column === 0 ? 4 : 0));
    const length = Math.hypot(...line);
    line.forEach((value, column) => (values[row * dimensions + column] = value / length));
  }
  return { count, dimensions, values };
}

const shapes = [
  [7, 3],
  [40, 5],
  [61, 12],
  [10, 20], // fewer rows than dimensions: the covariance alone has no inverse
] as const;

describe("against the slow references", () => {
  test.each(shapes)("LOF of %i rows of %i numbers", (count, dimensions) => {
    const table = randomTable(count, dimensions, count);
    for (const k of [1, 5, 20]) {
      const expected = slowLof(table, Math.min(k, count - 1));
      localOutlierFactor(slowNeighbours(table, 32), k).forEach((value, row) =>
        expect(Math.abs(value / expected[row]! - 1)).toBeLessThan(1e-3),
      );
    }
  });

  test.each(shapes)("distance ratio of %i rows of %i numbers", (count, dimensions) => {
    const table = randomTable(count, dimensions, count + 3);
    for (const k of [1, 5, 20]) {
      const expected = slowDistanceRatio(table, Math.min(k, count - 1));
      distanceRatio(slowNeighbours(table, k), k).forEach((value, row) => expect(Math.abs(value / expected[row]! - 1)).toBeLessThan(1e-3));
    }
  });

  test.each(shapes)("mean distance of %i rows of %i numbers", (count, dimensions) => {
    const table = randomTable(count, dimensions, count + 1);
    const expected = slowMeanDistance(table, 2, 5);
    meanDistance(slowNeighbours(table, 32), 2, 5).forEach((value, row) => expect(value).toBeCloseTo(expected[row]!, 6));
  });

  test.each(shapes)("Mahalanobis distance of %i rows of %i numbers", (count, dimensions) => {
    const table = randomTable(count, dimensions, count + 2);
    for (const shrinkage of [0.05, 0.3, 1]) {
      const expected = slowMahalanobis(table, shrinkage);
      mahalanobis(table, { shrinkage, seed: 1 }).forEach((value, row) => expect(Math.abs(value / expected[row]! - 1)).toBeLessThan(1e-6));
    }
  });

  test("whitened rows are of unit length, and without shrinkage their covariance before that is the identity", () => {
    const table = randomTable(203, 6, 9);
    const whitened = whiten(table, { shrinkage: 0, seed: 1 });
    const lengths = mahalanobis(table, { shrinkage: 0, seed: 1 }).map(Math.sqrt);
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < 6; b++) {
        let sum = 0;
        for (let row = 0; row < 203; row++) sum += whitened.values[row * 6 + a]! * whitened.values[row * 6 + b]! * lengths[row]! ** 2;
        expect(sum / 203).toBeCloseTo(a === b ? 1 : 0, 4);
      }
    }
    for (let row = 0; row < 203; row++) expect(Math.hypot(...whitened.values.subarray(row * 6, row * 6 + 6))).toBeCloseTo(1, 5);
  });
});

describe("edges", () => {
  test("a graph that is shorter than asked gives its last neighbours; an empty one zeros and ones", () => {
    const table = randomTable(4, 3, 2);
    const expected = slowMeanDistance(table, 3, 3);
    meanDistance(slowNeighbours(table, 32), 20, 32).forEach((value, row) => expect(value).toBeCloseTo(expected[row]!, 6));
    const single = slowNeighbours(randomTable(1, 3, 2), 32);
    expect([...meanDistance(single, 5, 20)]).toEqual([0]);
    expect([...localOutlierFactor(single, 20)]).toEqual([1]);
  });

  test("equal rows: LOF is 1, whitening gives zeros, nothing is infinite", () => {
    const table = { count: 5, dimensions: 2, values: Float32Array.from([1, 0, 1, 0, 1, 0, 1, 0, 1, 0]) };
    expect([...localOutlierFactor(slowNeighbours(table, 4), 4)]).toEqual([1, 1, 1, 1, 1]);
    expect([...whiten(table, { shrinkage: 0.3, seed: 1 }).values]).toEqual(Array.from({ length: 10 }, () => 0));
    expect(whiten({ count: 0, dimensions: 2, values: new Float32Array(0) }, { shrinkage: 0.3, seed: 1 }).count).toBe(0);
  });
});

describe("ranks", () => {
  test.each([
    [[], []],
    [[8], [0.5]],
    [
      [3, 1, 2],
      [1, 0, 0.5],
    ],
    [
      [1, 5, 1, 1, 9],
      [0.25, 0.75, 0.25, 0.25, 1],
    ], // places 0, 1, 2 of 4 shared: 1 / 4
  ])("%j ranks %j", (values, expected) => {
    expect([...shareRanks(values)]).toEqual(expected);
  });

  test("the mean of two rankings", () => {
    expect([
      ...meanRank([
        [1, 2, 3],
        [30, 10, 20],
      ]),
    ]).toEqual([0.5, 0.25, 0.75]);
    expect([...meanRank([[], []])]).toEqual([]);
  });
});
