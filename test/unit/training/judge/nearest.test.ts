import { describe, expect, test } from "vitest";

import { BugError, CancellationError } from "#engine/base/errors.ts";
import { nearestInPool, nearestOthers } from "#engine/training/judge/nearest.ts";
import { loadKernels, typescriptKernels } from "#native/kernels.ts";

import { referenceNeighbours } from "../../../reference/neighbours.ts";
import { coneTable, rowsOf, tableOf } from "../tables.ts";

const kernels = [loadKernels(), typescriptKernels("asked for")];

describe.each(kernels)("with $kind kernels", (given) => {
  test.each([1, 2, 5, 150])("nearestOthers of %i rows are those of a full sort", (count) => {
    const table = coneTable(count, 9);
    const graph = nearestOthers(table, 4, { kernels: given });
    expect([graph.count, graph.k]).toEqual([count, Math.min(4, count - 1)]);
    referenceNeighbours(table.values, count, 9).forEach((others, row) =>
      expect([...graph.indices.subarray(row * graph.k, (row + 1) * graph.k)]).toEqual(others.slice(0, graph.k).map((other) => other.index)),
    );
  });

  test.each([
    [1, 1],
    [3, 40],
    [32, 7],
    [33, 1],
    [100, 64],
  ])("nearestInPool of %i queries in %i rows is the best of all products", (queryCount, poolCount) => {
    const [queries, pool] = [coneTable(queryCount, 6, 1), coneTable(poolCount, 6, 2)];
    const poolRows = rowsOf(pool);
    const expected = rowsOf(queries).map((query) => {
      const products = poolRows.map((row) => row.reduce((sum, value, at) => sum + value * query[at], 0));
      return products.indexOf(Math.max(...products));
    });
    expect([...nearestInPool(queries, pool, { kernels: given })]).toEqual(expected);
  });
});

test("of equal rows of the pool the first is named", () => {
  const pool = tableOf([[0, 1], [1, 0], [1, 0]]); // prettier-ignore
  expect([...nearestInPool(tableOf([[1, 0], [0, 1]]), pool)]).toEqual([1, 0]); // prettier-ignore
});

test("stops on a signal, refuses what does not fit", () => {
  const table = coneTable(10, 4);
  expect(() => nearestOthers(table, 3, { signal: AbortSignal.abort() })).toThrow(CancellationError);
  expect(() => nearestInPool(table, table, { signal: AbortSignal.abort() })).toThrow(CancellationError);
  expect(() => nearestInPool(table, coneTable(3, 5))).toThrow(BugError);
  expect(() => nearestInPool(table, { count: 0, dimensions: 4, values: new Float32Array(0) })).toThrow(BugError);
});
