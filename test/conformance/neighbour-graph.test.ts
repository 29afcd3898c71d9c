/** @file The kernels that make a whole neighbour graph (mutualNeighbours, joinNeighbours, splitRows), every implementation against the same answers. */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { twins, type Kernels } from "#native/kernels.ts";
import { blockPairs } from "#native/twins/mutual-neighbours.ts";

import { referenceNeighbours } from "../reference/neighbours.ts";
import { unitRows, variants } from "./variants.ts";

/** Float32 sums in vector lanes against float64 sums in order: scores closer than this may change places. */
const tolerance = 1e-6;

interface Table {
  readonly vectors: Float32Array;
  readonly count: number;
  readonly dimensions: number;
}

/** Rows of +-1/4 in 16 dimensions: every product is a multiple of 1/16, exact in any order of adding, and ties abound. */
function cornerRows(count: number, seed: number): Table {
  const random = createRandom(seed);
  return { vectors: Float32Array.from({ length: count * 16 }, () => (random.below(2) === 1 ? 0.25 : -0.25)), count, dimensions: 16 };
}

function emptyLists(count: number, k: number): { k: number; indices: Int32Array; similarities: Float32Array; fresh: Uint8Array } {
  return {
    k,
    indices: new Int32Array(count * k).fill(-1),
    similarities: new Float32Array(count * k).fill(-Infinity),
    fresh: new Uint8Array(count * k),
  };
}

describe.each(variants)("$name", ({ kernels }) => {
  describe("mutualNeighbours", () => {
    const shapes = [2, 3, 5, 13, 60, 97].flatMap((count) => [1, 3, 8, 17, 384].map((dimensions) => ({ count, dimensions })));
    test.each(shapes)("$count rows of $dimensions numbers equal the reference", ({ count, dimensions }) => {
      const table = { vectors: unitRows(count, dimensions, createRandom(count * 1000 + dimensions).normal), count, dimensions };
      const k = Math.min(count - 1, 6);
      const { indices, similarities } = searchAll(kernels, table, { k, block: 12 });
      referenceNeighbours(table.vectors, count, dimensions).forEach((expected, row) => {
        const scores = new Map(expected.map((neighbour) => [neighbour.index, neighbour.similarity]));
        const seen = indices.subarray(row * k, row * k + k);
        expect(new Set(seen).size).toBe(k);
        seen.forEach((index, rank) => {
          const given = similarities[row * k + rank] as number;
          expect(Math.abs(given - (scores.get(index) ?? Number.NaN))).toBeLessThan(tolerance);
          expect(Math.abs(given - (expected[rank]?.similarity ?? Number.NaN))).toBeLessThan(tolerance);
        });
      });
    });

    test("ties go to the lower index, whatever the block, the cut into calls and the number of threads", () => {
      const table = cornerRows(150, 5);
      const expected = referenceNeighbours(table.vectors, 150, 16).map((row) => row.slice(0, 20));
      for (const block of [1, 7, 12, 64, 150, 4096])
        for (const threads of [1, 2, 16])
          for (const step of [1, 5, Infinity]) {
            if (block === 1 && step === 1) continue; // thousands of calls
            const { indices, similarities } = searchAll(kernels, table, { k: 20, block, threads, step });
            expect([...indices]).toEqual(expected.flat().map((neighbour) => neighbour.index));
            expect([...similarities]).toEqual(expected.flat().map((neighbour) => neighbour.similarity));
          }
    });

    test("the numbers are those of exactNeighbours to the last bit", () => {
      const [count, dimensions, k] = [211, 48, 15];
      const vectors = unitRows(count, dimensions, createRandom(9).normal);
      const rows = { indices: new Int32Array(count * k), similarities: new Float32Array(count * k) };
      kernels.exactNeighbours({ vectors, count, dimensions, from: 0, to: count, k, threads: 1, ...rows });
      const { indices, similarities } = searchAll(kernels, { vectors, count, dimensions }, { k, block: 36, threads: 3 });
      expect(indices).toEqual(rows.indices);
      expect(similarities).toEqual(rows.similarities);
    });

    test("NaN is noticed", () => {
      const table = { vectors: unitRows(30, 20, createRandom(1).normal), count: 30, dimensions: 20 };
      table.vectors[29 * 20 + 19] = Number.NaN;
      expect(() => searchAll(kernels, table, { k: 3, block: 12 })).toThrow(expect.objectContaining({ code: "bad-row" }));
    });
  });

  describe("joinNeighbours", () => {
    const join = (table: Table, groups: readonly { news: number[]; olds: number[] }[], k: number, threads = 1) => {
      const lists = emptyLists(table.count, k);
      const members = groups.map(({ news, olds }) => [...news, ...olds]);
      const starts = Int32Array.from([0, ...members.map((_, at) => members.slice(0, at + 1).flat().length)]);
      const news = Int32Array.from(groups, (group) => group.news.length);
      kernels.joinNeighbours({
        ...table,
        ...lists,
        starts,
        members: Int32Array.from(members.flat()),
        news,
        from: 0,
        to: groups.length,
        threads,
      });
      return lists;
    };

    test("one group of all rows is the exact graph, and all of it is fresh", () => {
      const table = cornerRows(61, 2);
      const lists = join(table, [{ news: Array.from({ length: 61 }, (_, row) => (row * 17) % 61), olds: [] }], 9);
      expect([...lists.indices]).toEqual(
        referenceNeighbours(table.vectors, 61, 16).flatMap((row) => row.slice(0, 9).map((neighbour) => neighbour.index)),
      );
      expect(new Set(lists.fresh)).toEqual(new Set([1]));
    });

    test("old members meet new ones and not each other; a row that is there twice does not meet itself", () => {
      const table = cornerRows(6, 4);
      const { indices } = join(table, [{ news: [4, 0, 4], olds: [2, 5] }], 5);
      const met = (row: number): number[] => [...indices.subarray(row * 5, row * 5 + 5)].filter((index) => index >= 0).sort();
      expect([0, 1, 2, 3, 4, 5].map(met)).toEqual([[2, 4, 5], [], [0, 4], [], [0, 2, 5], [0, 4]]);
    });

    test("overlapping groups in any order and with any number of threads end in the same lists", () => {
      const random = createRandom(8);
      const table = cornerRows(300, 3);
      const groups = Array.from({ length: 120 }, () => ({
        news: Array.from({ length: random.below(12) }, () => random.below(300)),
        olds: Array.from({ length: random.below(12) }, () => random.below(300)),
      }));
      const whole = join(table, groups, 7);
      for (const threads of [2, 9]) expect(join(table, groups, 7, threads)).toEqual(whole);
      expect(join(table, groups.toReversed(), 7)).toEqual(whole);
    });

    test("a neighbour's mark moves with it", () => {
      // Around the first row the others lie ever nearer.
      const table = { count: 4, dimensions: 2, vectors: Float32Array.from([1, 0, 0, 1, 0.6, 0.8, 0.8, 0.6]) };
      const lists = emptyLists(4, 3);
      const step = (members: number[]): void =>
        kernels.joinNeighbours({
          ...table,
          ...lists,
          starts: Int32Array.of(0, 2),
          members: Int32Array.from(members),
          news: Int32Array.of(1),
          from: 0,
          to: 1,
          threads: 1,
        });
      step([0, 1]);
      lists.fresh.fill(0);
      step([0, 2]);
      step([0, 3]);
      expect([...lists.indices.subarray(0, 3)]).toEqual([3, 2, 1]);
      expect([...lists.fresh.subarray(0, 3)]).toEqual([1, 1, 0]);
    });
  });

  describe("splitRows", () => {
    test.each([2, 3, 17, 64, 501])("%i rows: the twin's halves, in their order", (length) => {
      const table = cornerRows(700, 6);
      const random = createRandom(length);
      const rows = Int32Array.from({ length: length + 4 }, () => random.below(700));
      const given = { ...table, one: 5, other: 9, from: 3, to: 3 + length };
      const expected = rows.slice();
      twins.splitRows({ ...given, rows: expected, threads: 1 });
      for (const threads of [1, 2, 4]) {
        const own = rows.slice();
        kernels.splitRows({ ...given, rows: own, threads });
        expect(own).toEqual(expected);
      }
      expect([...expected].sort()).toEqual([...rows].sort());
      expect([...expected.subarray(0, 3), expected[3 + length]]).toEqual([...rows.subarray(0, 3), rows[3 + length]]);
    });

    test("rows nearer to the second come first", () => {
      const vectors = Float32Array.from([1, 0, 0, 1, 0.8, 0.6, 0.6, 0.8, 0, -1]);
      const rows = Int32Array.of(0, 1, 2, 3);
      kernels.splitRows({ vectors, count: 5, dimensions: 2, one: 0, other: 1, rows, from: 0, to: 4, threads: 1 });
      expect([...rows]).toEqual([1, 3, 0, 2]);
    });

    test("rows of no number, and rows that are all alike, are cut in halves too", () => {
      const vectors = new Float32Array(40).fill(Number.NaN);
      const rows = Int32Array.of(7, 2, 9, 0, 3);
      kernels.splitRows({ vectors, count: 10, dimensions: 4, one: 0, other: 1, rows, from: 0, to: 5, threads: 2 });
      expect([...rows]).toEqual([2, 0, 7, 9, 3]);
    });
  });
});

function searchAll(
  kernels: Kernels,
  table: Table,
  { k, block, threads = 1, step = Infinity }: { k: number; block: number; threads?: number; step?: number },
): { indices: Int32Array; similarities: Float32Array } {
  const { indices, similarities } = emptyLists(table.count, k);
  const total = blockPairs(table.count, block);
  for (let from = 0; from < total; from += step)
    kernels.mutualNeighbours({ ...table, k, block, from, to: Math.min(total, from + step), threads, indices, similarities });
  return { indices, similarities };
}
