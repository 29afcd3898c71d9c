import { describe, expect, test } from "vitest";

import { swav } from "#engine/training/methods/swav.ts";

import { openTiny, stateOf } from "../tiny-training.ts";

const width = 128;

describe("swav", () => {
  test("prototypes stand still at first, then move and keep unit length", async () => {
    const run = await openTiny({ method: swav, set: ["prototypes=10", "frozen=0.1"], rate: 0.01 });
    const first = (await stateOf(run)).get("prototypes") as Float32Array;
    await run.advance(0.05);
    const still = (await stateOf(run)).get("prototypes") as Float32Array;
    still.forEach((value, at) => expect(Math.abs(value - (first[at] as number))).toBeLessThan(1e-6));
    await run.advance(0.2);
    const moved = (await stateOf(run)).get("prototypes") as Float32Array;
    expect(Math.max(...moved.map((value, at) => Math.abs(value - (first[at] as number))))).toBeGreaterThan(1e-3);
    for (let row = 0; row < 10; row++) expect(Math.hypot(...moved.subarray(row * width, (row + 1) * width))).toBeCloseTo(1, 5);
    await run.executor.close();
  });

  test("the queue fills from the start and counts only later", async () => {
    const set = ["prototypes=10", "queueFrom=0.5"];
    const [withQueue, without] = [
      await openTiny({ method: swav, set: [...set, "queue=16"] }),
      await openTiny({ method: swav, set: [...set, "queue=0"] }),
    ];
    const [early, plain] = [(await withQueue.advance(0.1)).get("loss"), (await without.advance(0.1)).get("loss")];
    expect(early).toBeCloseTo(plain as number, 5);
    const queue = (await stateOf(withQueue)).get("queue/view0") as Float32Array;
    expect(queue).toHaveLength(16 * width);
    const late = (await withQueue.advance(0.9)).get("loss") as number;
    expect(Math.abs(late - ((await without.advance(0.9)).get("loss") as number))).toBeGreaterThan(1e-4);
    await Promise.all([withQueue.executor.close(), without.executor.close()]);
  });

  test("small crops are views of half the side; prototypes follow the collection", async () => {
    const run = await openTiny({ method: swav, set: ["crops=3"], population: 300 });
    expect(run.step.groups.map(({ name, count, scale }) => [name, count, scale])).toEqual([
      ["views", 2, 1],
      ["crops", 3, 0.5],
    ]);
    // 300 / 15.
    expect((await stateOf(run)).get("prototypes")).toHaveLength(20 * width);
    await run.executor.close();
  });
});
