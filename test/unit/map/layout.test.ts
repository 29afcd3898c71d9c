import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { epochsFor, layoutMap, schedule } from "#engine/map/layout.ts";
import { measureMap } from "#engine/map/quality.ts";
import { loadKernels, typescriptKernels } from "#native/kernels.ts";

import { classedVectors, slowGraph, unitTable } from "../../helpers/map-data.ts";

const both = [loadKernels(), typescriptKernels("for the test")] as const;
const data = classedVectors({ count: 400, dimensions: 16, classes: 8, seed: 1 });
const graph = slowGraph(data.table, 20);

function distance(coordinates: Float32Array, one: number, two: number): number {
  return Math.hypot(coordinates[2 * one] - coordinates[2 * two], coordinates[2 * one + 1] - coordinates[2 * two + 1]);
}

describe("layoutMap", () => {
  for (const kernels of both)
    describe(`${kernels.kind} kernel`, () => {
      test("a faithful map of eight classes", () => {
        const { coordinates } = layoutMap({ graph, table: data.table, seed: 1, kernels });
        expect(coordinates.every(Number.isFinite)).toBe(true);
        const quality = measureMap({ table: data.table, graph, coordinates, seed: 1 });
        expect(quality.trustworthiness).toBeGreaterThan(0.97);
        expect(quality.recall).toBeGreaterThan(0.5);
        // Neighbours on the map are of the same class.
        let same = 0;
        for (let row = 0; row < 400; row++) {
          let nearest = row === 0 ? 1 : 0;
          for (let item = 0; item < 400; item++)
            if (item !== row && distance(coordinates, row, item) < distance(coordinates, row, nearest)) nearest = item;
          if (data.classes[nearest] === data.classes[row]) same++;
        }
        expect(same / 400).toBeGreaterThan(0.98);
      });

      test("the same seed gives the same map, another seed another", () => {
        const one = layoutMap({ graph, table: data.table, seed: 3, epochs: 50, kernels });
        const two = layoutMap({ graph, table: data.table, seed: 3, epochs: 50, kernels });
        const other = layoutMap({ graph, table: data.table, seed: 4, epochs: 50, kernels });
        expect(two.coordinates).toEqual(one.coordinates);
        expect(other.coordinates).not.toEqual(one.coordinates);
      });

      for (const count of [0, 1, 2, 3, 4])
        test(`${count} items`, () => {
          const { table } = classedVectors({ count, dimensions: 8, classes: 2, seed: 5 });
          const { coordinates } = layoutMap({ graph: slowGraph(table, 20), table, seed: 1, kernels });
          expect(coordinates).toHaveLength(2 * count);
          expect(coordinates.every(Number.isFinite)).toBe(true);
        });

      test("identical vectors spread out instead of breaking", () => {
        const table = unitTable(Array.from({ length: 40 }, () => [3, 4, 0]));
        const { coordinates } = layoutMap({ graph: slowGraph(table, 14), table, seed: 1, kernels });
        expect(coordinates.every(Number.isFinite)).toBe(true);
        expect(new Set(Array.from({ length: 40 }, (_, item) => `${coordinates[2 * item]} ${coordinates[2 * item + 1]}`)).size).toBe(40);
      });

      test("parts without an edge between them stay finite and apart", () => {
        // Two circles of 30 on orthogonal planes; 10 neighbours never leave a circle.
        const circle = (plane: number): number[][] =>
          Array.from({ length: 30 }, (_, step) =>
            [0, 1, 2, 3].map((axis) => (axis === 2 * plane ? Math.cos(step / 20) : axis === 2 * plane + 1 ? Math.sin(step / 20) : 0)),
          );
        const table = unitTable([...circle(0), ...circle(1)]);
        const { coordinates } = layoutMap({ graph: slowGraph(table, 10), table, seed: 1, kernels });
        expect(coordinates.every(Number.isFinite)).toBe(true);
        const across = Math.min(...Array.from({ length: 900 }, (_, pair) => distance(coordinates, pair % 30, 30 + Math.floor(pair / 30))));
        const beside = Math.max(...Array.from({ length: 29 }, (_, step) => distance(coordinates, step, step + 1)));
        expect(across).toBeGreaterThan(beside);
      });

      test("stops within one call of the kernel when asked to", () => {
        const controller = new AbortController();
        let after = 0;
        const onProgress = (done: number): void => {
          if (controller.signal.aborted) after++;
          if (done === 7) controller.abort();
        };
        expect(() => layoutMap({ graph, table: data.table, seed: 1, kernels }, { signal: controller.signal, onProgress })).toThrow(
          CancellationError,
        );
        expect(after).toBe(0);
      });
    });

  test("the number of threads changes nothing", () => {
    const large = classedVectors({ count: 30_000, dimensions: 4, classes: 10, seed: 2 });
    // A ring is enough of a graph here: what counts is that there are items enough for several threads.
    const indices = Int32Array.from({ length: 60_000 }, (_, at) => (Math.floor(at / 2) + (at % 2 === 0 ? 1 : 29_999)) % 30_000);
    const ring = { count: 30_000, k: 2, indices, similarities: new Float32Array(60_000).fill(0.5) };
    const maps = [1, 2, 3].map((threads) => layoutMap({ graph: ring, table: large.table, seed: 1, epochs: 20, threads }).coordinates);
    expect(maps[1]).toEqual(maps[0]);
    expect(maps[2]).toEqual(maps[0]);
  });

  test("the order of the rows does not matter to the quality", () => {
    const order = Array.from({ length: 400 }, (_, row) => (row * 37) % 400);
    const values = new Float32Array(400 * 16);
    order.forEach((from, to) => values.set(data.table.values.subarray(from * 16, from * 16 + 16), to * 16));
    const table = { count: 400, dimensions: 16, values };
    const turned = slowGraph(table, 20);
    const before = layoutMap({ graph, table: data.table, seed: 1 });
    const after = layoutMap({ graph: turned, table, seed: 1 });
    const one = measureMap({ table: data.table, graph, coordinates: before.coordinates, seed: 1 });
    const two = measureMap({ table, graph: turned, coordinates: after.coordinates, seed: 1 });
    expect(Math.abs(one.trustworthiness - two.trustworthiness)).toBeLessThan(0.01);
  });

  test("an earlier map keeps its arrangement", () => {
    const old = layoutMap({ graph, table: data.table, seed: 1 }).coordinates;
    const moved = (coordinates: Float32Array): number =>
      Array.from({ length: 400 }, (_, item) =>
        Math.hypot(coordinates[2 * item] - old[2 * item], coordinates[2 * item + 1] - old[2 * item + 1]),
      ).toSorted((a, b) => a - b)[200];
    const again = layoutMap({ graph, table: data.table, seed: 2, initial: old }).coordinates;
    const afresh = layoutMap({ graph, table: data.table, seed: 2 }).coordinates;
    expect(moved(again)).toBeLessThan(3);
    expect(moved(again)).toBeLessThan(moved(afresh));
  });

  test("progress rises epoch by epoch to the total", () => {
    const told: [number, number][] = [];
    layoutMap({ graph, table: data.table, seed: 1, epochs: 30 }, { onProgress: (done, total) => told.push([done, total]) });
    expect(told).toEqual(Array.from({ length: 31 }, (_, done) => [done, 30]));
  });

  test("epochs by size, as umap-js has them", () => {
    expect([2500, 2501, 5001, 7501].map(epochsFor)).toEqual([500, 400, 300, 200]);
  });
});

describe("schedule", () => {
  test("steps follow the weights; what would not be drawn once is left out", () => {
    const fuzzy = { count: 2, offsets: Int32Array.of(0, 3, 3), targets: Int32Array.of(1, 1, 1), weights: Float32Array.of(0.8, 0.4, 0.001) };
    // .4 of a largest .8 is every second epoch; .001 / .8 is less than once in 500.
    expect(Array.from(schedule(fuzzy, 500, createRandom(1)).steps)).toEqual([2 ** 31, 2 ** 30, 0]);
  });
});
