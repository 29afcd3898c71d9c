/**
 * @file A graph brought up to date, against one that is made anew: rows added, rows taken away, both at once, and what is too much.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { BugError, CancellationError } from "#engine/base/errors.ts";
import type { VectorTable } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { updateNeighbours } from "#engine/search/update-neighbours.ts";
import { loadKernels, typescriptKernels } from "#native/kernels.ts";

import { manyVectors } from "../../helpers/many-vectors.ts";

const kernelSets = [
  { name: "the kernels that run here", kernels: loadKernels() },
  { name: "typescript", kernels: typescriptKernels("a test") },
];

/** The rows of `all` in `kept`, in order. */
function part(all: VectorTable, kept: readonly number[]): VectorTable {
  const { dimensions } = all;
  const values = new Float32Array(kept.length * dimensions);
  kept.forEach((row, at) => values.set(all.values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions));
  return { count: kept.length, dimensions, values };
}

describe.each(kernelSets)("$name", ({ kernels }) => {
  test("whatever came and went, the graph is that of a search from the start", () => {
    const shape = fc.record({
      count: fc.integer({ min: 60, max: 240 }),
      dimensions: fc.integer({ min: 2, max: 24 }),
      k: fc.integer({ min: 1, max: 6 }),
      seed: fc.integer(),
      coming: fc.integer({ min: 0, max: 8 }),
      going: fc.integer({ min: 0, max: 3 }),
    });
    let updates = 0;
    fc.assert(
      fc.property(shape, fc.integer({ min: 1, max: 3 }), ({ count, dimensions, k, seed, coming, going }, threads) => {
        const all = manyVectors({ count, dimensions, seed });
        // Some rows stand twice, so that similarities are equal.
        all.values.copyWithin(0, 5 * dimensions, 7 * dimensions);
        const random = createRandom(seed);
        const fates = Array.from({ length: count }, () => "stays");
        for (let at = 0; at < coming; at++) fates[random.below(count)] = "comes";
        for (let at = 0; at < going; at++) fates[random.below(count)] = "goes";
        const rowsWithout = (fate: string): number[] => [...fates.keys()].filter((row) => fates[row] !== fate);
        const [before, after] = [rowsWithout("comes"), rowsWithout("goes")];
        const table = part(all, after);
        const graph = exactNeighbours(part(all, before), k, { kernels });
        const rows = Int32Array.from(after, (row) => before.indexOf(row));
        const updated = updateNeighbours(table, k, { graph, rows }, { kernels, threads });
        if (updated === null) return;
        updates++;
        expect(updated.searched).toBeGreaterThanOrEqual(rows.filter((row) => row < 0).length);
        expect(updated.graph).toEqual(exactNeighbours(table, k, { kernels }));
      }),
      { numRuns: 80 },
    );
    expect(updates).toBeGreaterThan(20);
  });

  test("more rows than one group takes", () => {
    const all = manyVectors({ count: 3400, dimensions: 8, seed: 2 });
    const fresh = (row: number): boolean => row % 11 === 3;
    const before = Array.from({ length: 3400 }, (_, row) => row).filter((row) => !fresh(row));
    const rows = Int32Array.from({ length: 3400 }, (_, row) => before.indexOf(row));
    const graph = exactNeighbours(part(all, before), 5, { kernels });
    const told: number[] = [];
    const updated = updateNeighbours(all, 5, { graph, rows }, { kernels, onProgress: (done) => told.push(done) });
    expect(updated?.searched).toBe(309);
    expect(updated?.graph).toEqual(exactNeighbours(all, 5, { kernels }));
    expect(told.at(-1)).toBe(3400);
  });
});

describe("what is no update", () => {
  const table = manyVectors({ count: 50, dimensions: 6, seed: 1 });
  const all = Int32Array.from({ length: 50 }, (_, row) => row);
  const graph = exactNeighbours(table, 4);

  test("too many new rows, and lists of another length", () => {
    const many = all.map((row) => (row < 6 ? -1 : row));
    expect(updateNeighbours(table, 4, { graph, rows: many })).toBeNull();
    expect(updateNeighbours(table, 5, { graph, rows: all })).toBeNull();
    expect(updateNeighbours(table, 4, { graph, rows: all })).toEqual({ graph, searched: 0 });
  });

  test("rows of another table are a bug, and a signal is heard", () => {
    expect(() => updateNeighbours(table, 4, { graph, rows: all.subarray(1) })).toThrow(BugError);
    expect(() => updateNeighbours(table, 4, { graph, rows: all }, { signal: AbortSignal.abort() })).toThrow(CancellationError);
  });
});
