import { describe, expect, test } from "vitest";

import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { lightDimensions, lightTable, nearestByDistance, standardise, type LightMetrics } from "#engine/outliers/light.ts";

const ordinary: LightMetrics = {
  brightness: [1, 2, 3, 4, 5],
  meanBrightness: 6,
  contrast: 7,
  entropy: 8,
  saturation: 0.25,
  peakSaturation: 0.5,
  sharpness: Math.E - 1,
  blurEffect: 0.75,
};

function tableOf(rows: readonly (readonly number[])[]): VectorTable {
  return { count: rows.length, dimensions: rows[0]?.length ?? 1, values: Float32Array.from(rows.flat()) };
}

describe("lightTable", () => {
  test("twelve numbers a picture, and what is not known", () => {
    const { count, dimensions, values } = lightTable([ordinary, null, { ...ordinary, sharpness: null, blurEffect: null }]);
    expect([count, dimensions]).toEqual([3, lightDimensions]);
    expect([...values.subarray(0, 12)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0.25, 0.5, 1, 0.75]);
    expect([...values.subarray(12, 24)]).toEqual(Array.from({ length: 12 }, () => NaN));
    expect([...values.subarray(24)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0.25, 0.5, NaN, NaN]);
    expect(lightTable([])).toEqual({ count: 0, dimensions: 12, values: new Float32Array(0) });
  });
});

describe("standardise", () => {
  test("in deviations from the mean of what is known", () => {
    // 0, 2, 4: mean 2, deviation sqrt(8 / 3).
    const { values } = standardise(tableOf([[0], [2], [4], [NaN]]));
    expect([...values]).toEqual([-Math.sqrt(1.5), 0, Math.sqrt(1.5), 0].map(Math.fround));
  });

  test("no further than six, and a column without spread says nothing", () => {
    const { values } = standardise(tableOf([...Array.from({ length: 99 }, () => [0, 7, NaN]), [1, 7, NaN]]));
    expect(values[99 * 3]).toBe(6);
    expect(values[0]).toBeCloseTo(-0.1005, 4);
    expect(values.every((value, at) => at % 3 === 0 || value === 0)).toBe(true);
  });
});

describe("nearestByDistance", () => {
  test.each([
    [40, 7],
    [5, 60],
    [2, 3],
    [1, 3],
    [0, 3],
  ])("%i rows, %i neighbours: as by sorting all distances", (count, k) => {
    const random = createRandom(4);
    // Whole numbers, so that many are equally far.
    const rows = Array.from({ length: count }, () => Array.from({ length: 3 }, () => random.below(4)));
    const graph = nearestByDistance(tableOf(rows), k);
    expect([graph.count, graph.k]).toEqual([count, Math.max(0, Math.min(k, count - 1))]);
    rows.forEach((row, at) => {
      const expected = rows
        .map((other, index) => ({ index, distance: Math.hypot(...row.map((value, column) => value - (other[column] as number))) }))
        .filter(({ index }) => index !== at)
        .sort((one, other) => one.distance - other.distance || one.index - other.index)
        .slice(0, k);
      const from = at * graph.k;
      expect([...graph.indices.subarray(from, from + graph.k)]).toEqual(expected.map(({ index }) => index));
      expect([...graph.similarities.subarray(from, from + graph.k)]).toEqual(expected.map(({ distance }) => Math.fround(1 - distance)));
    });
  });
});
