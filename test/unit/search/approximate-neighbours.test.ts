/**
 * @file The graph of a large collection: what it finds against the exact one, the same whatever the number of threads, at the edges, and under a signal.
 */
import { describe, expect, test } from "vitest";

import { CancellationError, UserError } from "#engine/base/errors.ts";
import type { NeighbourGraph } from "#engine/base/neighbour-graph.ts";
import { createRandom } from "#engine/base/random.ts";
import { approximateNeighbours } from "#engine/search/approximate-neighbours.ts";
import { exactNeighbours } from "#engine/search/exact-neighbours.ts";
import { joinGroups } from "#engine/search/join-groups.ts";
import { projectionTree } from "#engine/search/projection-forest.ts";
import { loadKernels, typescriptKernels } from "#native/kernels.ts";

import { manyVectors } from "../../helpers/many-vectors.ts";
import { unitTable } from "../../helpers/map-data.ts";

const table = manyVectors({ count: 4000, dimensions: 48, seed: 5 });
const k = 16;

describe("approximateNeighbours", () => {
  test("finds nearly all of what the exact search finds, and tells their similarity truly", () => {
    const exact = exactNeighbours(table, k);
    const graph = approximateNeighbours(table, k);
    expect(shareFound(graph, exact)).toBeGreaterThan(0.99);
    const known = new Map(Array.from(exact.indices, (index, at) => [`${Math.floor(at / k)}/${index}`, exact.similarities[at]]));
    for (let at = 0; at < graph.indices.length; at++) {
      const similarity = known.get(`${Math.floor(at / k)}/${graph.indices[at]}`);
      if (similarity !== undefined) expect(graph.similarities[at]).toBe(similarity);
      expect(graph.indices[at]).not.toBe(Math.floor(at / k));
      if (at % k > 0) expect(graph.similarities[at]).toBeLessThanOrEqual(graph.similarities[at - 1] as number);
    }
  });

  test("the joins find what the trees missed", () => {
    const exact = exactNeighbours(table, k);
    const poor = { trees: 2, leafSize: 64 };
    const alone = shareFound(approximateNeighbours(table, k, { ...poor, rounds: 0 }), exact);
    const joined = shareFound(approximateNeighbours(table, k, poor), exact);
    expect(alone).toBeLessThan(0.6);
    expect(joined).toBeGreaterThan(0.98);
  });

  test("is the same with any number of threads, and another with another seed", () => {
    const small = { rounds: 2, trees: 2, leafSize: 50, width: 6 };
    const one = approximateNeighbours(table, k, { ...small, threads: 1 });
    for (const threads of [2, 5]) expect(approximateNeighbours(table, k, { ...small, threads })).toEqual(one);
    expect(approximateNeighbours(table, k, { ...small, seed: 2 }).indices).not.toEqual(one.indices);
  });

  test("in TypeScript alone too", () => {
    const few = { ...table, count: 700, values: table.values.subarray(0, 700 * 48) };
    const graph = approximateNeighbours(few, 8, { kernels: typescriptKernels("a test"), leafSize: 40 });
    expect(shareFound(graph, exactNeighbours(few, 8))).toBeGreaterThan(0.98);
  });

  test.each([0, 1, 2, 3])("%i rows, fewer than asked", (count) => {
    const few = { ...table, count, values: table.values.subarray(0, count * 48) };
    const graph = approximateNeighbours(few, 15);
    const exact = exactNeighbours(few, 15);
    expect(graph.indices).toEqual(exact.indices);
    expect(graph.k).toBe(exact.k);
  });

  test("thousands of copies of one picture have as many neighbours as any", () => {
    const random = createRandom(3);
    const one = Array.from({ length: 12 }, random.normal);
    const copies = unitTable(Array.from({ length: 3000 }, (_, row) => (row % 10 === 0 ? Array.from({ length: 12 }, random.normal) : one)));
    const graph = approximateNeighbours(copies, 10);
    expect(Math.min(...graph.indices)).toBeGreaterThanOrEqual(0);
    expect(graph.similarities[15]).toBeCloseTo(1, 5);
  });

  test("a row that is not a direction is a UserError; an abort stops it; progress rises to the total", () => {
    const wrong = { ...table, values: table.values.slice() };
    wrong.values.fill(0, 48, 96);
    expect(() => approximateNeighbours(wrong, k)).toThrow(UserError);
    const controller = new AbortController();
    const seen: number[] = [];
    const stop = (done: number): void => void (seen.push(done), controller.abort());
    expect(() => approximateNeighbours(table, k, { signal: controller.signal, onProgress: stop })).toThrow(CancellationError);
    expect(seen).toHaveLength(1);
    seen.length = 0;
    approximateNeighbours(table, k, { rounds: 1, onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(4000);
  });
});

describe("projectionTree", () => {
  test("every row lies in one leaf, no leaf is too large or less than half full, and rows of a leaf are nearer than others", () => {
    const { rows, starts } = projectionTree(table, { kernels: loadKernels(), threads: 2, leafSize: 100, random: createRandom(1) });
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 4000 }, (_, row) => row));
    const sizes = Array.from(starts.subarray(1), (end, leaf) => end - starts[leaf]);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(50);
    const leafOf = new Int32Array(4000);
    sizes.forEach((size, leaf) => rows.subarray(starts[leaf], starts[leaf] + size).forEach((row) => (leafOf[row] = leaf)));
    const { indices } = exactNeighbours(table, 1);
    const together = indices.reduce((sum, other, row) => sum + Number(leafOf[other] === leafOf[row]), 0);
    expect(together / 4000).toBeGreaterThan(0.15); // by chance 1 in 64
  });
});

describe("joinGroups", () => {
  const graph: NeighbourGraph = { count: 4, k: 2, indices: Int32Array.of(1, 2, 0, -1, 3, 0, 2, -1), similarities: new Float32Array(8) };
  const order = Int32Array.of(0, 1, 2, 3);
  const groupsOf = (fresh: Uint8Array, width: number) => {
    const { starts, members, news } = joinGroups(graph, fresh, { order, width, seed: 1 });
    return Array.from(news, (size, row) => ({
      news: [...members.subarray(starts[row], starts[row] + size)].sort(),
      olds: [...members.subarray(starts[row] + size, starts[row + 1])].sort(),
    }));
  };

  test("neighbours and rows whose neighbour it is, each once, new and old apart", () => {
    const fresh = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0);
    expect(groupsOf(fresh, 4)).toEqual([
      { news: [1], olds: [1, 2] },
      { news: [0], olds: [0] },
      { news: [3], olds: [0, 3] },
      { news: [2], olds: [2] },
    ]);
    expect([...fresh]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("no more than the width of each; what was not drawn stays fresh", () => {
    const fresh = Uint8Array.of(1, 1, 1, 0, 1, 1, 1, 0);
    const groups = groupsOf(fresh, 1);
    for (const { news, olds } of groups) expect([news.length, olds.length]).toEqual([1, 0]);
    expect([...fresh].reduce((sum, mark) => sum + mark)).toBeGreaterThan(0);
  });
});

function shareFound(graph: NeighbourGraph, exact: NeighbourGraph): number {
  let found = 0;
  for (let row = 0; row < exact.count; row++) {
    const truth = new Set(exact.indices.subarray(row * exact.k, (row + 1) * exact.k));
    for (const index of graph.indices.subarray(row * graph.k, (row + 1) * graph.k)) if (truth.has(index)) found++;
  }
  return found / exact.indices.length;
}
