/** @file A part of a picture in others: against windows summed the slow way, and found where it was put. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import type { CellMap } from "#engine/base/cell-map.ts";
import { bestWindow, cellsOf, meanCell, regionVector, type Box } from "#engine/search/region.ts";

function randomMap(side: number, channels: number, seed: number): CellMap {
  const random = createRandom(seed);
  return { side, channels, values: Float32Array.from({ length: channels * side * side }, () => random.normal() + 2) };
}

/** The unit cell at a place, less the centre. */
function cell({ side, channels, values }: CellMap, centre: Float32Array, row: number, column: number): number[] {
  const raw = Array.from(
    { length: channels },
    (_, channel) => (values[(channel * side + row) * side + column] as number) - (centre[channel] as number),
  );
  const length = Math.hypot(...raw);
  return raw.map((value) => value / length);
}

function slowSimilarity(
  map: CellMap,
  centre: Float32Array,
  query: Float32Array,
  [row, column, rows, columns]: readonly [number, number, number, number],
): number {
  // prettier-ignore
  const sum = Array.from({ length: map.channels }, () => 0);
  for (let r = row; r < row + rows; r++)
    for (let c = column; c < column + columns; c++) cell(map, centre, r, c).forEach((value, at) => (sum[at] = (sum[at] as number) + value));
  return sum.reduce((total, value, at) => total + value * (query[at] as number), 0) / Math.hypot(...sum);
}

describe("the best window", () => {
  test("is that of all windows summed one by one", () => {
    const numbers = fc.record({ side: fc.integer({ min: 1, max: 6 }), rows: fc.integer({ min: 1, max: 6 }), columns: fc.integer({ min: 1, max: 6 }), seed: fc.integer() }); // prettier-ignore
    fc.assert(
      fc.property(numbers, ({ side, rows: wantedRows, columns: wantedColumns, seed }) => {
        const [rows, columns] = [Math.min(side, wantedRows), Math.min(side, wantedColumns)];
        const map = randomMap(side, 5, seed);
        const centre = meanCell([map, randomMap(side, 5, seed + 1)]);
        const query = regionVector(randomMap(side, 5, seed + 2), [0, 0, 1, 1], centre) as Float32Array;
        let best = -Infinity;
        for (let row = 0; row + rows <= side; row++)
          for (let column = 0; column + columns <= side; column++) best = Math.max(best, slowSimilarity(map, centre, query, [row, column, rows, columns])); // prettier-ignore
        const found = bestWindow(map, query, { rows, columns }, centre);
        expect(found.similarity).toBeCloseTo(best, 5);
        const place = found.box.map((share) => Math.round(share * side)) as [number, number, number, number];
        expect(slowSimilarity(map, centre, query, [place[1], place[0], place[3], place[2]])).toBeCloseTo(best, 5);
      }),
    );
  });

  test("lies where the part was put, whatever stands around it", () => {
    const [side, channels] = [10, 16];
    const source = randomMap(side, channels, 1);
    const others = [2, 3, 4].map((seed) => randomMap(side, channels, seed));
    const places = [[0, 0], [7, 3], [4, 8]] as const; // prettier-ignore
    others.forEach(({ values }, at) => {
      const [row, column] = places[at] as readonly [number, number];
      for (let channel = 0; channel < channels; channel++)
        for (let r = 0; r < 3; r++)
          for (let c = 0; c < 2; c++)
            values[(channel * side + row + r) * side + column + c] = source.values[(channel * side + 5 + r) * side + 2 + c] as number;
    });
    const centre = meanCell([source, ...others]);
    const query = regionVector(source, [0.2, 0.5, 0.2, 0.3], centre) as Float32Array;
    others.forEach((map, at) => {
      const { similarity, box } = bestWindow(map, query, { rows: 3, columns: 2 }, centre);
      const [row, column] = places[at] as readonly [number, number];
      expect(similarity).toBeCloseTo(1, 5);
      box.forEach((share, side4) => expect(share).toBeCloseTo([column / side, row / side, 0.2, 0.3][side4] as number, 6));
    });
  });
});

test.each<[Box, ReturnType<typeof cellsOf>]>([
  [[0, 0, 1, 1], { column: 0, row: 0, columns: 10, rows: 10 }],
  [[0.21, 0.49, 0.19, 0.31], { column: 2, row: 5, columns: 2, rows: 3 }],
  [[0.99, 0.99, 0.005, 0.005], { column: 9, row: 9, columns: 1, rows: 1 }],
  [[0, 0.5, 0.001, 0.001], { column: 0, row: 5, columns: 1, rows: 1 }],
])("the cells of the box %j", (box, cells) => {
  expect(cellsOf(box, 10)).toEqual(cells);
});

test("a region that is everywhere alike has no vector", () => {
  const flat: CellMap = { side: 4, channels: 3, values: new Float32Array(48).fill(2) };
  expect(regionVector(flat, [0, 0, 1, 1], meanCell([flat]))).toBe(null);
});
