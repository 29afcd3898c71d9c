/** @file Which pictures a tuning reads, learns from and looks at. */
import { expect, test } from "vitest";

import { chooseContents, type TuneParameters } from "#engine/stages/fewshot/tune-plan.ts";

const embedded = Array.from({ length: 6000 }, (_, at) => 10 + at);
const asked: TuneParameters = {
  run: "run-1",
  from: "bundled",
  trainable: "adapter",
  minutes: 1,
  steps: null,
  seed: 1,
  augment: "photo",
  confident: false,
  contentIds: [500, 20, 3000],
  labels: [0, 1, 0],
  classNames: ["a", "b"],
};

test("an adapter reads what is labelled and the probe; the folder is told from stored vectors", () => {
  const { contentIds, looked, pool, probe } = chooseContents(asked, embedded);
  expect([contentIds.slice(0, 3), looked.slice(0, 3), pool]).toEqual([[500, 20, 3000], [500, 20, 3000], 0]);
  expect([looked.length, new Set(looked).size]).toEqual([4000, 4000]);
  // No label is among the pictures that show what the training did to others.
  expect(probe).toHaveLength(200);
  expect(probe.every((place) => place >= 3 && contentIds[place] !== undefined)).toBe(true);
  expect(contentIds).toHaveLength(203);
});

test("pictures that may be told confidently come next, and are drawn without a look at any label", () => {
  const { contentIds, looked, pool } = chooseContents({ ...asked, confident: true }, embedded);
  expect(pool).toBe(300);
  expect(looked.slice(0, 303)).toEqual(contentIds.slice(0, 303));
  expect(chooseContents({ ...asked, confident: true, labels: [1, 0, 1] }, embedded).contentIds).toEqual(contentIds);
  expect(chooseContents({ ...asked, confident: true, seed: 2 }, embedded).contentIds).not.toEqual(contentIds);
});

test("where weights inside the network change, everything that is looked at is read", () => {
  const { contentIds, looked } = chooseContents({ ...asked, trainable: "last" }, embedded);
  expect(looked).toHaveLength(1000);
  expect(looked.every((id) => contentIds.includes(id))).toBe(true);
});

test("a folder in which everything is labelled is its own probe", () => {
  const { contentIds, probe, looked } = chooseContents(asked, [500, 20, 3000]);
  expect([contentIds, looked, probe]).toEqual([asked.contentIds, asked.contentIds, [0, 1, 2]]);
});
