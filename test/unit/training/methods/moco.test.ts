import { describe, expect, test } from "vitest";

import { moco, partsOf } from "#engine/training/methods/moco.ts";

import { images, openTiny, stateOf } from "../tiny-training.ts";

const width = 128;

describe("moco", () => {
  test("keys enter in front, the others move back, the oldest fall out", async () => {
    const run = await openTiny({ method: moco, set: ["queue=20"] });
    const entering = 2 * images;
    const before = (await stateOf(run)).get("queue/keys") as Float32Array;
    expect(before).toHaveLength(20 * width);
    let last = before;
    for (let step = 0; step < 4; step++) {
      await run.advance();
      const queue = (await stateOf(run)).get("queue/keys") as Float32Array;
      expect(queue.subarray(entering * width)).toEqual(last.subarray(0, (20 - entering) * width));
      expect(queue.subarray(0, width)).not.toEqual(last.subarray(0, width));
      for (let row = 0; row < entering; row++) expect(Math.hypot(...queue.subarray(row * width, (row + 1) * width))).toBeCloseTo(1, 5);
      last = queue;
    }
    await run.executor.close();
  });

  test("the slow copy is the average of the weights as each step found them, and nothing else", async () => {
    const keep = 0.75;
    const run = await openTiny({ method: moco, set: [`momentum=${keep}`] });
    let state = await stateOf(run);
    const expected = new Map(
      [...state].filter(([name]) => name.startsWith("momentum/")).map(([name, data]) => [name, Float64Array.from(data)]),
    );
    // Encoder and head, each with its copy.
    expect(expected.has("momentum/encoder/conv1.weight") && expected.has("momentum/projector/0/weights")).toBe(true);
    for (let step = 0; step < 3; step++) {
      for (const [name, copy] of expected) {
        const weights = state.get(name.replace("momentum/", "")) as Float32Array;
        copy.forEach((value, at) => (copy[at] = keep * value + (1 - keep) * (weights[at] as number)));
      }
      await run.advance();
      state = await stateOf(run);
      for (const [name, copy] of expected)
        state.get(name)?.forEach((value, at) => expect(Math.abs(value - (copy[at] as number))).toBeLessThan(1e-6));
    }
    await run.executor.close();
  });

  test("keys do not wait in the queue of their own step: its loss knows random rows only", async () => {
    // With one key much like its query and 4,096 random others at temperature .2 the loss is near ln(1 + sum e^(5 s) / e^5), far above that of a queue of twins.
    const run = await openTiny({ method: moco, set: ["queue=4096", "symmetric=0"], population: 40 });
    const first = (await run.advance()).get("loss") as number;
    expect(first).toBeGreaterThan(Math.log(1 + (4096 * Math.exp(-0.2)) / Math.exp(5)));
    await run.executor.close();
  });

  test("parts of a batch: equal ones of at least four pictures", () => {
    expect([partsOf(64, 8), partsOf(48, 8), partsOf(20, 8), partsOf(7, 8), partsOf(64, 1), partsOf(12, 8)]).toEqual([8, 8, 5, 1, 1, 3]);
  });
});
