import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { makeUnitRows } from "#engine/base/unit-length.ts";
import type { ContentFacts } from "#engine/duplicates/types.ts";
import { compareSpaces, comparedNeighbours, type SpacesInput } from "#engine/stages/comparison/compare-spaces.ts";

import { classedVectors } from "../../../helpers/map-data.ts";

const count = 400;
const { table, classes } = classedVectors({ count, dimensions: 24, classes: 8, seed: 2 });

/** Of different hashes and colours: only vectors bring them together. */
function strangers(many: number): ContentFacts[] {
  const random = createRandom(77);
  return Array.from({ length: many }, (_, row) => ({
    id: row + 1,
    byteSize: 1000 + row,
    width: 400,
    height: 300,
    format: "png",
    perceptual: Uint8Array.from({ length: 64 }, () => random.below(256)),
    colour: Uint8Array.from({ length: 48 }, () => 100 + random.below(40)),
  }));
}

function inputOf(after: VectorTable, change: Partial<SpacesInput> = {}): SpacesInput {
  return { before: table, after, known: null, groups: new Int32Array(count).fill(-1), contents: strangers(count), seed: 1, ...change };
}

/** The same vectors with some rows put where others of another class are. */
function withSwapped(rows: readonly number[]): VectorTable {
  const { dimensions } = table;
  const values = table.values.slice();
  const random = createRandom(6);
  for (const row of rows) {
    const other = classes.findIndex((label, at) => label === (classes[row] + 3) % 8 && at > 200);
    for (let at = 0; at < dimensions; at++) values[row * dimensions + at] = table.values[other * dimensions + at] + 0.05 * random.normal();
  }
  return { count, dimensions, values: makeUnitRows(values, dimensions) };
}

describe("compareSpaces", () => {
  test("pictures that went to another class moved most, and nearly nothing else moved", () => {
    const rows = [3, 40, 77, 120, 161];
    const made = compareSpaces(inputOf(withSwapped(rows)));
    expect([...made.moves.most.subarray(0, 5)].sort((a, b) => a - b)).toEqual(rows);
    expect(made.k).toBe(15);
    expect(made.agreement.after).toBeGreaterThan(0.9);
    for (const row of rows) {
      expect(made.moves.kept[row]).toBeLessThan(0.1);
      expect(made.moves.distances[row]).toBeGreaterThan(1.5 * made.moves.chance.reach);
    }
    const at = made.moves.most.indexOf(40);
    const nearest = (which: Int32Array): number[] => [...which.subarray(at * 5, at * 5 + 5)].map((other) => classes[other]);
    expect(nearest(made.nearest.before).every((label) => label === classes[40])).toBe(true);
    expect(made.nearest.after[at * 5]).toBeGreaterThan(200);
    expect(nearest(made.nearest.after).filter((label) => label === (classes[40] + 3) % 8).length).toBeGreaterThanOrEqual(3);
  });

  test("of the very same vectors nothing is said to have changed", () => {
    const { moves, outliers, pairs } = compareSpaces(inputOf({ ...table, values: table.values.slice() }));
    expect(moves.most).toHaveLength(0);
    expect(moves.kept.every((share) => share === 1)).toBe(true);
    expect([outliers.joined, outliers.left, pairs.onlyBefore, pairs.onlyAfter]).toEqual([[], [], [], []]);
  });

  test("a picture whose vector leaves all others joins the oddest; another leaves them", () => {
    const values = table.values.slice();
    for (let at = 0; at < table.dimensions; at++)
      values[9 * table.dimensions + at] = -values[9 * table.dimensions + at] + (at % 2 === 0 ? 0.9 : -0.9);
    const { outliers } = compareSpaces(inputOf({ ...table, values: makeUnitRows(values, table.dimensions) }));
    const joined = outliers.joined.find(({ row }) => row === 9);
    expect(joined?.after).toBe(1);
    expect(outliers.left.length).toBe(outliers.joined.length);
  });

  test("two pictures that come together become a pair to be looked at, and another pair ceases to be one", () => {
    const { dimensions } = table;
    const moved = (row: number, onto: number): VectorTable => {
      const values = table.values.slice();
      const random = createRandom(4);
      for (let at = 0; at < dimensions; at++) values[row * dimensions + at] = table.values[onto * dimensions + at] + 1e-3 * random.normal();
      return { count, dimensions, values: makeUnitRows(values, dimensions) };
    };
    const together = { a: 5, b: classes.findIndex((label, at) => label !== classes[5] && at > 5) };
    const { pairs } = compareSpaces(inputOf(moved(together.b, together.a)));
    expect(pairs.onlyAfter[0]).toMatchObject(together);
    const back = compareSpaces({ ...inputOf(table), before: moved(together.b, together.a) }).pairs;
    expect(back.onlyBefore[0]).toMatchObject(together);
  });

  test("a known map of these pictures is the map of before, and the one of after begins there", () => {
    const known = compareSpaces(inputOf(table)).maps.before.coordinates;
    const turned = known.map((value, at) => (at % 2 === 0 ? -known[at + 1] : known[at - 1]) + 0 * value);
    const made = compareSpaces(inputOf(withSwapped([3]), { known: { places: turned, whole: true } }));
    expect(made.maps.before.coordinates).toEqual(turned);
    expect(made.agreement.after).toBeGreaterThan(0.9);
  });

  test("the same input gives the same comparison; progress never falls; a stop is heard", () => {
    const input = inputOf(withSwapped([1, 2]));
    const told: number[] = [];
    const one = compareSpaces(input, { onProgress: (done, total) => told.push(done / total) });
    expect(compareSpaces(input)).toEqual(one);
    expect(told.every((part, at) => at === 0 || part >= told[at - 1])).toBe(true);
    expect(told.at(-1)).toBe(1);
    const stop = new AbortController();
    const stopped = (): unknown => compareSpaces(input, { signal: stop.signal, onProgress: (done) => done > 200 && stop.abort() });
    expect(stopped).toThrow(CancellationError);
  });

  test.each([8, 12, 30])("%i pictures", (few) => {
    const small = classedVectors({ count: few, dimensions: 8, classes: 2, seed: 5 }).table;
    const made = compareSpaces({
      before: small,
      after: small,
      known: null,
      groups: new Int32Array(few).fill(-1),
      contents: strangers(few),
      seed: 1,
    });
    expect(made.maps.after.coordinates.every(Number.isFinite)).toBe(true);
    expect(made.k).toBe(comparedNeighbours(few));
    expect(made.outliers.count).toBeLessThanOrEqual(few / 4);
  });
});
