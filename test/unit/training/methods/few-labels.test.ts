/** @file Learning from a few labels: it learns, and the loss is what it says it is made of. */
import { expect, test } from "vitest";

import { fewLabels } from "#engine/training/methods/few-labels.ts";

import { openTiny, stateOf } from "../tiny-training.ts";

async function losses(set: readonly string[], rate?: number): Promise<number[]> {
  const run = await openTiny({ method: fewLabels, set: ["classes=4", ...set], ...(rate === undefined ? {} : { rate }) });
  const found: number[] = [];
  for (let at = 0; at < 20; at++) found.push((await run.advance()).get("loss") as number);
  await run.executor.close();
  return found;
}

test.each([[[]], [["contrast=0"]], [["contrast=1"]], [["views=3", "temperature=0.5"]]])("%j: learns", async (set) => {
  const learning = await losses(set);
  expect(learning.every(Number.isFinite)).toBe(true);
  expect(learning.at(-1)).toBeLessThan((await losses(set, 0)).at(-1) as number);
});

test("half of each part is half of each loss", async () => {
  const [told, apart, half] = await Promise.all([losses(["contrast=0"]), losses(["contrast=1"]), losses(["contrast=0.5"])]);
  expect(half[0]).toBeCloseTo(((told[0] as number) + (apart[0] as number)) / 2, 4);
  expect(told[0]).not.toBeCloseTo(apart[0] as number, 2);
});

test("two runs of one seed are equal to the bit, another seed is not", async () => {
  const states = [];
  for (const seed of [5, 5, 6]) {
    const run = await openTiny({ method: fewLabels, set: ["classes=4"], seed });
    for (let at = 0; at < 3; at++) await run.advance();
    states.push(await stateOf(run));
    await run.executor.close();
  }
  expect(states[1]).toEqual(states[0]);
  expect(states[2]).not.toEqual(states[0]);
});
