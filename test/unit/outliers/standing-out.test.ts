/** @file The place at which a picture is unlike ordinary ones: found where it was put, and nothing told where there is none. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { CellMap } from "#engine/base/cell-map.ts";
import { createRandom, type Random } from "#engine/base/random.ts";
import { findStandingOut } from "#engine/outliers/standing-out.ts";

const side = 10;
const channels = 8;

/** What ordinary pictures show: one of three kinds of cells at each place, and noise. */
function ordinaryMap(random: Random): CellMap {
  const values = new Float32Array(channels * side * side);
  for (let cell = 0; cell < side * side; cell++) {
    const kind = random.below(3);
    for (let channel = 0; channel < channels; channel++)
      values[channel * side * side + cell] = (channel === kind ? 3 : 0) + 0.3 * random.normal();
  }
  return { side, channels, values };
}

/** Cells of a kind that ordinary pictures do not have, in a square. */
function withPatch(map: CellMap, row: number, column: number, size: number): CellMap {
  const values = map.values.slice();
  for (let y = row; y < row + size; y++)
    for (let x = column; x < column + size; x++)
      for (let channel = 0; channel < channels; channel++) values[channel * side * side + y * side + x] = channel === 6 ? 4 : 0;
  return { ...map, values };
}

describe("what stands out", () => {
  test("is a strange patch, wherever it lies", () => {
    fc.assert(
      fc.property(fc.record({ row: fc.nat(6), column: fc.nat(6), seed: fc.integer() }), ({ row, column, seed }) => {
        const random = createRandom(seed);
        const ordinary = Array.from({ length: 5 }, () => ordinaryMap(random));
        const { box, strengths, share } = findStandingOut(withPatch(ordinaryMap(random), row, column, 4), ordinary);
        // Whole neighbourhoods of 3 x 3 in the patch are as strange as can be.
        for (let y = row + 1; y < row + 3; y++) for (let x = column + 1; x < column + 3; x++) expect(strengths[y * side + x]).toBe(1);
        const [left, top, width, height] = box as NonNullable<typeof box>;
        // The middle of the box, in cells; a neighbourhood of 3 x 3 may blur an edge.
        expect(Math.abs((left + width / 2) * side - column - 2)).toBeLessThanOrEqual(1.5);
        expect(Math.abs((top + height / 2) * side - row - 2)).toBeLessThanOrEqual(1.5);
        expect(share).toBeGreaterThan(0.02);
        expect(share).toBeLessThan(0.5);
      }),
      { numRuns: 30 },
    );
  });

  test("is nothing in a picture that has only what the ordinary ones have", () => {
    const random = createRandom(4);
    const ordinary = Array.from({ length: 5 }, () => ordinaryMap(random));
    const copy = findStandingOut(ordinary[2] as CellMap, ordinary);
    expect(copy.box).toBeNull();
    expect(copy.share).toBe(0);
    expect(Math.max(...copy.strengths)).toBeLessThanOrEqual(0.5);
  });

  test("is all of a picture that shares nothing", () => {
    const random = createRandom(5);
    const ordinary = Array.from({ length: 5 }, () => ordinaryMap(random));
    const { share, box } = findStandingOut(withPatch(ordinaryMap(random), 0, 0, side), ordinary);
    expect(share).toBe(1);
    expect(box).toEqual([0, 0, 1, 1]);
  });

  test("is the same whatever the order of the ordinary pictures", () => {
    const random = createRandom(6);
    const ordinary = Array.from({ length: 3 }, () => ordinaryMap(random));
    const picture = ordinaryMap(random);
    const there = findStandingOut(picture, ordinary);
    const back = findStandingOut(picture, [...ordinary].reverse());
    there.strengths.forEach((strength, cell) => expect(back.strengths[cell]).toBeCloseTo(strength, 4));
  });

  test("needs two ordinary pictures of the same cells", () => {
    const random = createRandom(7);
    const map = ordinaryMap(random);
    expect(() => findStandingOut(map, [map])).toThrow(/two at least/);
    const other = { side: 9, channels, values: new Float32Array(81 * channels) };
    expect(() => findStandingOut(other, [map, map])).toThrow(/cells of 9/);
  });
});
