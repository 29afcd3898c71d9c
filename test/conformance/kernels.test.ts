/** @file The same cases over every implementation of every kernel. `exceptions` lists what may differ, with the reason. */
import { describe, expect, test } from "vitest";

import { twins, type KernelName } from "#native/kernels.ts";
import { createRandom } from "#engine/base/random.ts";

import { referenceNeighbours } from "../reference/neighbours.ts";
import { built, unitRows, variants } from "./variants.ts";

/** What need not be equal to the last bit between implementations. */
const exceptions: Partial<Record<KernelName, { tolerance: number; reason: string }>> = {
  exactNeighbours: {
    tolerance: 1e-6,
    reason: "float32 sums in vector lanes against float64 sums in order; scores closer than this may change places",
  },
};
const tolerance = exceptions.exactNeighbours?.tolerance ?? 0;

test.skipIf(process.env["LIKENESS_NATIVE"] !== undefined)("the addon is covered wherever it was built", () => {
  expect(variants.map(({ name }) => name).includes("native scalar")).toBe(built.path !== null);
});

describe.each(variants)("$name", ({ kernels }) => {
  const search = (vectors: Float32Array, count: number, dimensions: number, k: number, { from = 0, to = count, threads = 1 } = {}) => {
    const indices = new Int32Array((to - from) * k);
    const similarities = new Float32Array((to - from) * k);
    kernels.exactNeighbours({ vectors, count, dimensions, from, to, k, threads, indices, similarities });
    return { indices, similarities };
  };

  describe("exactNeighbours", () => {
    const shapes = [2, 3, 4, 5, 13, 97].flatMap((count) =>
      [1, 2, 3, 7, 8, 15, 16, 17, 33, 384].map((dimensions) => ({ count, dimensions })),
    );
    test.each(shapes)("$count rows of $dimensions numbers equal the reference", ({ count, dimensions }) => {
      const vectors = unitRows(count, dimensions, createRandom(count * 1000 + dimensions).normal);
      const k = Math.min(count - 1, 6);
      const { indices, similarities } = search(vectors, count, dimensions, k);
      referenceNeighbours(vectors, count, dimensions).forEach((expected, row) => {
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

    test("ties go to the lower index: signs of a cube's corners, whose products are exact", () => {
      // 64 rows of sixteen +-1/4: every product is a multiple of 1/16, exact in any order of adding.
      const random = createRandom(5);
      const corners = Array.from({ length: 16 }, () => Array.from({ length: 16 }, () => (random.below(2) === 1 ? 0.25 : -0.25)));
      const vectors = Float32Array.from(Array.from({ length: 64 }, (_, row) => corners[row % 16] as number[]).flat());
      const { indices, similarities } = search(vectors, 64, 16, 20);
      const expected = referenceNeighbours(vectors, 64, 16).map((row) => row.slice(0, 20));
      expect([...indices]).toEqual(expected.flat().map((neighbour) => neighbour.index));
      expect([...similarities]).toEqual(expected.flat().map((neighbour) => neighbour.similarity));
    });

    test("identical rows have equal similarities, whatever tile they fall into", () => {
      const one = unitRows(1, 61, createRandom(3).normal);
      const vectors = new Float32Array(29 * 61);
      for (let row = 0; row < 29; row++) vectors.set(one, row * 61);
      const { indices, similarities } = search(vectors, 29, 61, 28);
      expect(new Set(similarities).size).toBe(1);
      expect([...indices.subarray(0, 28)]).toEqual(Array.from({ length: 28 }, (_, index) => index + 1));
    });

    test("the range asked for and the number of threads change nothing", () => {
      const vectors = unitRows(211, 48, createRandom(9).normal);
      const whole = search(vectors, 211, 48, 15);
      for (const threads of [2, 3, 256]) expect(search(vectors, 211, 48, 15, { threads })).toEqual(whole);
      for (const [from, to] of [
        [0, 1],
        [1, 2],
        [7, 100],
        [210, 211],
        [50, 50],
      ] as const)
        expect(search(vectors, 211, 48, 15, { from, to, threads: 2 })).toEqual({
          indices: whole.indices.slice(from * 15, to * 15),
          similarities: whole.similarities.slice(from * 15, to * 15),
        });
    });

    test.each([Number.NaN, Infinity, -Infinity])("a row with %s is refused by its number", (value) => {
      const vectors = unitRows(9, 20, createRandom(1).normal);
      vectors[4 * 20 + 19] = value;
      expect(() => search(vectors, 9, 20, 3)).toThrow(
        expect.objectContaining({ name: "RangeError", code: "bad-row", message: expect.stringContaining("row 4 ") as string }),
      );
    });

    test("a zero row is refused by its number; NaN beyond the range is noticed", () => {
      const vectors = unitRows(9, 20, createRandom(1).normal);
      vectors.fill(0, 60, 80);
      expect(() => search(vectors, 9, 20, 3)).toThrow(/row 3 /);
      vectors.fill(Number.NaN, 60, 80);
      expect(() => search(vectors, 9, 20, 3, { from: 4 })).toThrow(expect.objectContaining({ code: "bad-row" }));
    });
  });

  describe("findBadRow", () => {
    test.each([
      { values: [1, 0, 0, 1], expected: -1 },
      { values: [1, 0, 0, 0], expected: 1 },
      { values: [1, Number.NaN, 0, 0], expected: 0 },
      { values: [1, 1, -Infinity, 0], expected: 1 },
      { values: [], expected: -1 },
    ])("$values -> $expected", ({ values, expected }) => {
      expect(kernels.findBadRow({ vectors: Float32Array.from(values), count: values.length / 2, dimensions: 2 })).toBe(expected);
    });
    test("the last number of a long row counts", () => {
      const vectors = new Float32Array(19);
      expect(kernels.findBadRow({ vectors, count: 1, dimensions: 19 })).toBe(0);
      vectors[18] = 1e-30;
      expect(kernels.findBadRow({ vectors, count: 1, dimensions: 19 })).toBe(-1);
      vectors[18] = Infinity;
      expect(kernels.findBadRow({ vectors, count: 1, dimensions: 19 })).toBe(0);
    });
  });

  describe("resample", () => {
    const scale = (
      source: Uint8Array,
      [sourceWidth, sourceHeight, targetWidth, targetHeight, channels]: readonly [number, number, number, number, 1 | 3],
      from = kernels.resample,
    ) => {
      const target = new Uint8Array(targetWidth * targetHeight * channels);
      from({ source, sourceWidth, sourceHeight, target, targetWidth, targetHeight, channels });
      return target;
    };
    const shapes = [
      [1, 1, 1, 1, 3],
      [1, 1, 9, 7, 1],
      [3, 1, 1, 1, 3],
      [5, 7, 5, 7, 3],
      [7, 5, 13, 29, 3],
      [64, 48, 40, 48, 3],
      [48, 64, 48, 40, 1],
      [301, 203, 160, 160, 3],
      [301, 203, 160, 160, 1],
      [513, 3, 2, 1, 3],
      [2, 1, 255, 1, 1],
      [900, 600, 17, 11, 3],
      [9, 9, 4, 3, 3],
      [10, 4, 3, 9, 3],
    ] as const;
    test.each(shapes)("%i x %i -> %i x %i, %i channels: the twin's bytes", (...shape) => {
      const random = createRandom(shape[0] * 7 + shape[2]);
      // Black and white beside each other overshoot: the clipping counts.
      const source = Uint8Array.from(
        { length: shape[0] * shape[1] * shape[4] },
        () => [0, 255, random.below(256)][random.below(3)] as number,
      );
      expect(Buffer.compare(scale(source, shape), scale(source, shape, twins.resample))).toBe(0);
    });
    test("one size keeps every byte, a flat picture stays flat", () => {
      const source = Uint8Array.from({ length: 60 }, (_, index) => index * 4);
      expect([...scale(source, [5, 4, 5, 4, 3])]).toEqual([...source]);
      expect(new Set(scale(new Uint8Array(300).fill(201), [10, 10, 7, 3, 3]))).toEqual(new Set([201]));
    });
    test("a step edge by hand, doubled and halved", () => {
      // Weights of a doubling at phase 1/4, a = -1/2: -.0703 .8672 .2266 -.0234. Beside the edge 255 (.2266 - .0234) = 52 and 255 - 52 = 203; one further
      // out 255 x -.0703 = -18 and 255 + 18, which bytes cannot hold.
      const step = Uint8Array.from([0, 0, 0, 0, 255, 255, 255, 255]);
      expect([...scale(step, [8, 1, 16, 1, 1])]).toEqual([0, 0, 0, 0, 0, 0, 0, 52, 203, 255, 255, 255, 255, 255, 255, 255]);
      expect([...scale(step, [8, 1, 4, 1, 1])]).toEqual([0, 17, 238, 255]); // 255 (.2266 - .0703 - .0234) / 2 = 17
    });
  });
});
