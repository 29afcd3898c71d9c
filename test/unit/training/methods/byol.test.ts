import { describe, expect, test } from "vitest";

import { byol, keepAt } from "#engine/training/methods/byol.ts";

import { openTiny, stateOf } from "../tiny-training.ts";

describe("byol", () => {
  test("what the slow copy keeps rises from its first value to 1 along half a cosine", () => {
    expect(keepAt(0.97, 0)).toBeCloseTo(0.97, 12);
    expect(keepAt(0.97, 0.5)).toBeCloseTo(0.985, 12);
    expect(keepAt(0.97, 1)).toBe(1);
  });

  test("the slow copy follows the weights as the optimizer left them, by the value fed", async () => {
    const run = await openTiny({ method: byol, set: ["momentum=0.8"] });
    let state = await stateOf(run);
    const expected = new Map(
      [...state].filter(([name]) => name.startsWith("momentum/")).map(([name, data]) => [name, Float64Array.from(data)]),
    );
    expect(expected.size).toBeGreaterThan(3);
    // No copy of the predictor: only the online side has one.
    expect([...expected.keys()].some((name) => name.includes("predictor"))).toBe(false);
    for (const progress of [0, 0.5, 0.9]) {
      await run.advance(progress);
      const keep = keepAt(0.8, progress);
      state = await stateOf(run);
      for (const [name, copy] of expected) {
        const weights = state.get(name.replace("momentum/", "")) as Float32Array;
        copy.forEach((value, at) => (copy[at] = keep * value + (1 - keep) * (weights[at] as number)));
        state.get(name)?.forEach((value, at) => expect(Math.abs(value - (copy[at] as number))).toBeLessThan(1e-6));
      }
    }
    await run.executor.close();
  });

  test("the loss is twice 2 - 2 cos at most 8", async () => {
    const run = await openTiny({ method: byol });
    const loss = (await run.advance()).get("loss") as number;
    expect(loss).toBeGreaterThan(0);
    expect(loss).toBeLessThan(8);
    await run.executor.close();
  });
});
