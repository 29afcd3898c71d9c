import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { measureMap } from "#engine/map/quality.ts";

import { classedVectors, slowGraph, unitTable } from "../../helpers/map-data.ts";
import { slowQuality } from "../../reference/umap.ts";

function randomMap(count: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: 2 * count }, () => random.normal());
}

describe("measureMap", () => {
  for (const [count, k] of [
    [80, 15],
    [50, 5],
    [9, 3],
  ] as const)
    test(`is the reference's over all rows: ${count} items, k = ${k}`, () => {
      const { table } = classedVectors({ count, dimensions: 8, classes: 3, seed: count });
      const coordinates = randomMap(count, 2);
      const measured = measureMap({ table, graph: slowGraph(table, k + 4), coordinates, k, seed: 1 });
      const expected = slowQuality(table, coordinates, k);
      expect(measured.recall).toBeCloseTo(expected.recall, 10);
      expect(measured.trustworthiness).toBeCloseTo(expected.trustworthiness, 3);
    });

  test("a map that keeps every neighbour has both at 1", () => {
    // Directions on a quarter circle, drawn on a line.
    const angles = Array.from({ length: 60 }, (_, row) => 0.022 * row + 0.00013 * row * row);
    const table = unitTable(angles.map((angle) => [Math.cos(angle), Math.sin(angle)]));
    const coordinates = Float32Array.from(angles.flatMap((angle) => [angle, 0]));
    expect(measureMap({ table, graph: slowGraph(table, 20), coordinates, seed: 1 })).toMatchObject({ trustworthiness: 1, recall: 1 });
  });

  test("a sample comes near the whole, and the same seed gives the same sample", () => {
    const { table } = classedVectors({ count: 600, dimensions: 8, classes: 5, seed: 3 });
    const graph = slowGraph(table, 15);
    const coordinates = Float32Array.from({ length: 1200 }, (_, at) => table.values[Math.floor(at / 2) * 8 + (at % 2)]);
    const whole = measureMap({ table, graph, coordinates, seed: 1 });
    const sample = measureMap({ table, graph, coordinates, seed: 1, sampleSize: 300, multiplications: 1 });
    expect(sample).toMatchObject({ rows: 300, rankedRows: 100 });
    expect(Math.abs(sample.trustworthiness - whole.trustworthiness)).toBeLessThan(0.03);
    expect(Math.abs(sample.recall - whole.recall)).toBeLessThan(0.04);
    expect(measureMap({ table, graph, coordinates, seed: 1, sampleSize: 300, multiplications: 1 })).toEqual(sample);
    expect(measureMap({ table, graph, coordinates, seed: 2, sampleSize: 300 }).recall).not.toBe(sample.recall);
  });

  for (const count of [0, 1, 2, 3])
    test(`${count} items`, () => {
      const { table } = classedVectors({ count, dimensions: 4, classes: 2, seed: 1 });
      const { trustworthiness, recall } = measureMap({ table, graph: slowGraph(table, 15), coordinates: randomMap(count, 1), seed: 1 });
      for (const value of [trustworthiness, recall]) expect(value >= 0 && value <= 1).toBe(true);
    });

  test("stops when asked to", () => {
    const { table } = classedVectors({ count: 30, dimensions: 4, classes: 2, seed: 1 });
    expect(() =>
      measureMap({ table, graph: slowGraph(table, 5), coordinates: randomMap(30, 1), seed: 1 }, { signal: AbortSignal.abort() }),
    ).toThrow(CancellationError);
  });
});
