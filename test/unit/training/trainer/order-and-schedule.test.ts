import { describe, expect, test } from "vitest";
import * as fc from "fast-check";

import { BugError } from "#engine/base/errors.ts";
import { createOrder } from "#engine/training/trainer/order.ts";
import { rateAt } from "#engine/training/trainer/schedule.ts";

describe("the order of the pictures", () => {
  test("every picture at most once in an epoch, all of them where the batch divides; any step by itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.nat(), (population, images, seed) => {
        fc.pre(images <= population);
        const order = createOrder(population, images, seed);
        expect(order.stepsPerEpoch).toBe(Math.floor(population / images));
        for (const epoch of [0, 1, 5]) {
          const seen = Array.from({ length: order.stepsPerEpoch }, (_, at) => [
            ...order.positionsAt(epoch * order.stepsPerEpoch + at),
          ]).flat();
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.every((place) => place >= 0 && place < population)).toBe(true);
          if (population % images === 0) expect(seen.length).toBe(population);
        }
        const step = 3 * order.stepsPerEpoch + (seed % order.stepsPerEpoch);
        expect(createOrder(population, images, seed).positionsAt(step)).toEqual(order.positionsAt(step));
      }),
    );
  });

  test("another epoch and another seed shuffle otherwise", () => {
    const epochs = [0, 1].map((epoch) => [...createOrder(50, 50, 1).positionsAt(epoch)]);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect([...createOrder(50, 50, 2).positionsAt(0)]).not.toEqual(epochs[0]);
    // Every place is as likely to be left out at the end.
    const counts = new Int32Array(10);
    for (let epoch = 0; epoch < 3000; epoch++)
      for (const place of createOrder(10, 7, 5).positionsAt(epoch)) counts[place] = (counts[place] as number) + 1;
    for (const count of counts) expect(Math.abs(count - 2100)).toBeLessThan(130);
  });

  test("a batch of more than there are is a bug", () => {
    expect(() => createOrder(3, 4, 1)).toThrow(BugError);
  });
});

describe("the learning rate", () => {
  const schedule = { rate: 2, steps: 100, warmUpSteps: 10, finalShare: 0.01 };

  test("rises in a straight line, is highest then, falls along half a cosine to its last share", () => {
    expect([0, 4, 9].map((step) => rateAt(schedule, step))).toEqual([0.2, 1, 2]);
    expect(rateAt(schedule, 10)).toBe(2);
    expect(rateAt(schedule, 55)).toBeCloseTo(2 * (0.01 + 0.99 / 2), 12);
    expect(rateAt(schedule, 100)).toBeCloseTo(0.02, 12);
    for (let step = 11; step < 100; step++) expect(rateAt(schedule, step)).toBeLessThan(rateAt(schedule, step - 1));
  });

  test("without warm-up, for one step, and beyond the end", () => {
    expect(rateAt({ ...schedule, warmUpSteps: 0 }, 0)).toBe(2);
    expect(rateAt({ ...schedule, steps: 1, warmUpSteps: 0 }, 0)).toBe(2);
    expect(rateAt({ ...schedule, steps: 3, warmUpSteps: 3 }, 2)).toBe(2);
    expect(rateAt(schedule, 500)).toBeCloseTo(0.02, 12);
  });
});
