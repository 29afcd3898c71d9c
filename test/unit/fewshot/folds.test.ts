/** @file Clicks in folds, over random clicks. */
import fc from "fast-check";
import { expect, test } from "vitest";

import type { Clicks } from "#engine/fewshot/clicks.ts";
import { chosenClicks, foldsOf, neverAsked, partsOf } from "#engine/fewshot/folds.ts";

const someClicks = fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }).map((labels): Clicks => {
  return { rows: Int32Array.from(labels, (_, at) => 100 + at), labels: Int32Array.from(labels), classCount: 6 };
});

test("each click that has others of its class is asked once, taught otherwise, and never misses its class", () => {
  fc.assert(
    fc.property(someClicks, fc.integer({ min: 2, max: 7 }), fc.nat(1000), (clicks, count, seed) => {
      const folds = foldsOf(clicks, count, seed);
      const timesAsked = new Int32Array(clicks.rows.length);
      for (let fold = 0; fold < count; fold++) {
        const { taught, asked } = partsOf(folds, fold);
        expect([...taught, ...asked].sort((one, other) => one - other)).toEqual([...clicks.rows.keys()]);
        const known = new Set(chosenClicks(clicks, taught).labels);
        for (const at of asked) {
          timesAsked[at]++;
          expect(known.has(clicks.labels[at])).toBe(true);
        }
      }
      clicks.labels.forEach((label, at) => {
        const isAlone = clicks.labels.filter((other) => other === label).length === 1;
        expect([timesAsked[at], folds[at] === neverAsked]).toEqual(isAlone ? [0, true] : [1, false]);
      });
    }),
  );
});

test("folds are of one size, each class is spread over them, and the seed deals", () => {
  const labels = Int32Array.from({ length: 47 }, (_, at) => (at < 23 ? 0 : at < 40 ? 1 : 2));
  const clicks = { rows: labels.map((_, at) => at), labels, classCount: 3 };
  const folds = foldsOf(clicks, 5, 1);
  const sizes = (of: (at: number) => boolean): number[] =>
    [0, 1, 2, 3, 4].map((fold) => [...folds.keys()].filter((at) => folds[at] === fold && of(at)).length);
  for (const counts of [sizes(() => true), ...[0, 1, 2].map((label) => sizes((at) => labels[at] === label))])
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  expect(foldsOf(clicks, 5, 1)).toEqual(folds);
  expect(foldsOf(clicks, 5, 2)).not.toEqual(folds);
});
