import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRidge, type Ridge } from "#engine/fewshot/ridge.ts";
import { ridgeScores, withoutClick } from "../../reference/fewshot.ts";
import { clouds, drawClicks } from "./folders.ts";

function scoresOf(ridge: Ridge, rows: Iterable<number>, classCount: number): number[] {
  const one = new Float64Array(classCount);
  return [...rows].flatMap((row) => {
    ridge.score(row, classCount, one);
    return [...one];
  });
}

const close = (seen: readonly number[], expected: ArrayLike<number>): void => {
  expect(seen.length).toBe(expected.length);
  const furthest = seen.reduce((most, value, at) => Math.max(most, Math.abs(value - expected[at])), 0);
  expect(furthest).toBeLessThan(2e-5);
};

describe.each([1, 3, 12])("%i clicks a class", (each) => {
  const folder = clouds({ spread: 1 });
  const clicks = drawClicks(folder, each, 5);
  const input = { table: folder.table, clicks, lambda: 0.3, classLimit: 6 };

  test("the scores are those of the whole system", () => {
    close(scoresOf(createRidge(input), folder.labels.keys(), 4), ridgeScores(folder.table, clicks, 0.3));
  });

  test("left out is as if it had never been there", () => {
    const ridge = createRidge(input);
    clicks.rows.forEach((row, at) => {
      const one = new Float64Array(4);
      ridge.scoreLeftOut(row, clicks.labels[at], 4, one);
      close([...one], ridgeScores(folder.table, withoutClick(clicks, at), 0.3).subarray(row * 4, row * 4 + 4));
    });
  });

  test("one by one is the same as at once", () => {
    const stepwise = createRidge({ ...input, clicks: { ...clicks, rows: new Int32Array(0), labels: new Int32Array(0) } });
    clicks.rows.forEach((row, at) => stepwise.learn(row, clicks.labels[at]));
    const atOnce = createRidge(input);
    close(scoresOf(stepwise, folder.labels.keys(), 4), scoresOf(atOnce, folder.labels.keys(), 4));
    close(Array.from(folder.labels.keys(), stepwise.strangeness), Array.from(folder.labels.keys(), atOnce.strangeness));
  });
});

test("whatever is learnt and forgotten, what counts is what is known at the end", () => {
  const folder = clouds({ count: 40, dimensions: 6, spread: 1 });
  const step = fc.record({ row: fc.nat(39), label: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const known = new Map<number, number>();
      const ridge = createRidge({
        table: folder.table,
        clicks: { rows: new Int32Array(0), labels: new Int32Array(0), classCount: 4 },
        lambda: 0.3,
        classLimit: 4,
      });
      for (const { row, label } of steps) {
        const before = known.get(row);
        if (before !== undefined) ridge.forget(row, before);
        known.delete(row);
        if (before === label) continue;
        ridge.learn(row, label);
        known.set(row, label);
      }
      const clicks = { rows: Int32Array.from(known.keys()), labels: Int32Array.from(known.values()), classCount: 4 };
      close(scoresOf(ridge, folder.labels.keys(), 4), ridgeScores(folder.table, clicks, 0.3));
    }),
    { numRuns: 40 },
  );
});

test("what was learnt is not strange, what is at right angles to it is", () => {
  const table = { count: 3, dimensions: 2, values: Float32Array.from([1, 0, 0, 1, 1, 0]) };
  const ridge = createRidge({
    table,
    clicks: { rows: Int32Array.of(0), labels: Int32Array.of(0), classCount: 2 },
    lambda: 0.25,
    classLimit: 2,
  });
  // lambda / (1 + lambda) = .2 along what was learnt.
  expect([0, 1, 2].map(ridge.strangeness).map((value) => value.toFixed(4))).toEqual(["0.2000", "1.0000", "0.2000"]);
});
