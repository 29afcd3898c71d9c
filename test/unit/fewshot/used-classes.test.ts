import { expect, test } from "vitest";

import { noClass } from "#engine/fewshot/predict.ts";
import { amongAll, onlyUsed } from "#engine/fewshot/used-classes.ts";

const names = ["unused", "cat", "dog", "cow"];
const clicks = (labels: readonly number[]): Parameters<typeof onlyUsed>[0] => ({
  rows: Int32Array.from(labels.keys()),
  labels: Int32Array.from(labels),
  classCount: names.length,
});

test("classes keep their number when others come, and are counted anew when one is gone", () => {
  const known: string[] = [];
  const told = (labels: readonly number[]): unknown => {
    const { clicks: used, places } = onlyUsed(clicks(labels), names, known);
    return [[...used.labels], used.classCount, [...places]];
  };
  expect(told([3, 1, 3])).toEqual([[0, 1, 0], 2, [3, 1]]);
  expect(told([2, 3, 1])).toEqual([[2, 0, 1], 3, [3, 1, 2]]);
  expect(told([2, 1, 2])).toEqual([[0, 1, 0], 2, [2, 1]]);
  expect(told([])).toEqual([[], 0, []]);
});

test("predictions get a column for every class, empty where it was not learnt", () => {
  const predictions = {
    labels: Uint16Array.of(1, noClass),
    confidences: Float32Array.of(0.75, 0.5),
    probabilities: Float32Array.of(0.25, 0.75, 0.5, 0.5),
  };
  const { labels, probabilities } = amongAll(predictions, Int32Array.of(3, 1), 4);
  expect([[...labels], [...probabilities]]).toEqual([
    [1, noClass],
    [0, 0.75, 0, 0.25, 0, 0.5, 0, 0.5],
  ]);
});
