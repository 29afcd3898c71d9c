import { expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { addQueue, queueLength } from "#engine/training/state/queue.ts";

import { rowsOf, statesOf } from "./run-state.ts";

test("first in, first out, over several steps; unit rows before", async () => {
  const batches = [1, 3, 5, 7].map((first) => [
    [first, 0],
    [first + 1, 0],
  ]);
  const states = await statesOf(batches, (draft, rows) =>
    addQueue(draft, { name: "q", length: 5, width: 2, random: createRandom(1) }).enqueue(rows),
  );
  const rows = states.map((state) => rowsOf(state.get("queue/q") as Float32Array, 2));
  for (const row of rows[0] as number[][]) expect(Math.hypot(...row)).toBeCloseTo(1, 6);
  expect(rows[1]?.slice(2)).toEqual(rows[0]?.slice(0, 3));
  expect(rows[2]?.slice(0, 4).map(([value]) => value)).toEqual([3, 4, 1, 2]);
  expect(rows[4]?.map(([value]) => value)).toEqual([7, 8, 5, 6, 3]);
});

test("a batch longer than the queue", async () => {
  const states = await statesOf([[[1], [2], [3]]], (draft, rows) =>
    addQueue(draft, { name: "q", length: 2, width: 1, random: createRandom(1) }).enqueue(rows),
  );
  expect([...(states[1]?.get("queue/q") as Float32Array)]).toEqual([1, 2]);
});

test("the length: a quarter of the pictures, at most so many, at least a batch", () => {
  const lengthOf = (asked: number, population: number): number => queueLength({ asked, population, batch: 64, most: 4096 });
  expect([lengthOf(0, 3000), lengthOf(-1, 100), lengthOf(0, 1e6), lengthOf(500, 3000), lengthOf(10, 3000)]).toEqual([
    750, 64, 4096, 500, 64,
  ]);
});
