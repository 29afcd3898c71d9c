/**
 * @file The neighbour graph: against the reference on random tables, at the edges, and under a signal.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { CancellationError, UserError } from "#engine/base/errors.ts";
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { loadKernels, typescriptKernels } from "#native/kernels.ts";
import { blockPairs, neighbourBlock } from "#native/twins/mutual-neighbours.ts";

import { referenceNeighbours } from "../../reference/neighbours.ts";

const kernelSets = [
  { name: "the kernels that run here", kernels: loadKernels() },
  { name: "typescript", kernels: typescriptKernels("a test") },
];

describe.each(kernelSets)("$name", ({ kernels }) => {
  test("equals the reference on random tables", () => {
    const shape = fc.record({
      count: fc.integer({ min: 0, max: 40 }),
      dimensions: fc.integer({ min: 1, max: 40 }),
      k: fc.integer({ min: 0, max: 50 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 4 }), ({ count, dimensions, k, seed }, threads) => {
        const table = randomTable(count, dimensions, seed);
        const graph = exactNeighbours(table, k, { kernels, threads });
        const width = Math.max(0, Math.min(k, count - 1));
        expect(graph).toMatchObject({ count, k: width });
        referenceNeighbours(table.values, count, dimensions).forEach((expected, row) => {
          const scores = new Map(expected.map(({ index, similarity }) => [index, similarity]));
          for (let rank = 0; rank < width; rank++) {
            const at = row * width + rank;
            expect(graph.similarities[at]).toBeCloseTo(expected[rank]?.similarity ?? Number.NaN, 5);
            expect(graph.similarities[at]).toBeCloseTo(scores.get(graph.indices[at] as number) ?? Number.NaN, 5);
          }
          expect(new Set(graph.indices.subarray(row * width, row * width + width)).size).toBe(width);
        });
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    { count: 0, k: 15, indices: [] },
    { count: 1, k: 15, indices: [] },
    { count: 2, k: 15, indices: [1, 0] },
    { count: 2, k: 0, indices: [] },
    { count: 3, k: 3, indices: [1, 2, 0, 2, 0, 1] },
  ])("$count rows, k $k", ({ count, k, indices }) => {
    const table: VectorTable = {
      count,
      dimensions: 2,
      values: Float32Array.from({ length: count * 2 }, (_, index) => (index % 2 === 0 ? 1 : 0)),
    };
    expect([...exactNeighbours(table, k, { kernels }).indices]).toEqual(indices);
  });

  test.each([
    { row: 5, value: Number.NaN, message: /^Row 5 of 9 .* not finite/ },
    { row: 0, value: Infinity, message: /^Row 0 of 9 .* not finite/ },
    { row: 8, value: 0, message: /^Row 8 of 9 .* all zero/ },
  ])("row $row filled with $value is a UserError", ({ row, value, message }) => {
    const table = randomTable(9, 6, 1);
    table.values.fill(value, row * 6, row * 6 + 6);
    const run = (): unknown => exactNeighbours(table, 3, { kernels });
    expect(run).toThrow(UserError);
    expect(run).toThrow(message);
  });

  test("progress rises to the total; an abort between calls stops it", () => {
    const table = randomTable(600, 32, 2);
    let time = 0;
    const clock = { now: () => 0, monotonic: () => (time += 500) }; // each call seems to take half a second: calls shrink
    const seen: number[] = [];
    exactNeighbours(table, 5, { kernels, clock, onProgress: (done, total) => seen.push(done) && expect(total).toBe(600) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(600);
    const controller = new AbortController();
    let calls = 0;
    const counting = {
      ...kernels,
      mutualNeighbours: (given: Parameters<typeof kernels.mutualNeighbours>[0]) => (
        calls++,
        controller.abort(),
        kernels.mutualNeighbours(given)
      ),
    };
    expect(() => exactNeighbours(randomTable(30_000, 8, 2), 1, { kernels: counting, signal: controller.signal })).toThrow(
      CancellationError,
    );
    expect(calls).toBe(1);
  });

  test("a call that took too long is followed by a shorter one", () => {
    const sizes: number[] = [];
    let time = 0;
    const noting = {
      ...kernels,
      mutualNeighbours: ({ from, to }: Parameters<typeof kernels.mutualNeighbours>[0]) =>
        void ((time += (to - from) * 10), sizes.push(to - from)),
    };
    exactNeighbours(randomTable(2000, 1024, 3), 1, { kernels: noting, clock: { now: () => 0, monotonic: () => time } });
    expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(10); // 10 pairs of blocks of 10 ms each are the 100 ms a person may wait
    expect(sizes.reduce((sum, size) => sum + size)).toBe(blockPairs(2000, neighbourBlock(1024)));
  });
});

function randomTable(count: number, dimensions: number, seed: number): VectorTable {
  const random = createRandom(seed);
  const values = Float32Array.from({ length: count * dimensions }, () => random.normal());
  for (let row = 0; row < count; row++) {
    const vector = values.subarray(row * dimensions, (row + 1) * dimensions);
    const size = Math.hypot(...vector);
    vector.forEach((value, at) => (vector[at] = value / size));
  }
  return { count, dimensions, values };
}
