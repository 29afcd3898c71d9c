/**
 * @file augment: every implementation gives the twin's bits, whatever the plan, the number of threads and the other views of the batch. No tolerance
 * is needed: each step is rounded to float32 in both, and what is added up in another order is whole numbers.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { twins } from "#native/kernels.ts";
import { planLength } from "#native/twins/augment/plan.ts";

import { makeViews, planOf, randomPictures, randomPlan } from "./augment-plans.ts";
import { variants } from "./variants.ts";

const bitsOf = (numbers: Float32Array): Int32Array => new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length);

describe.each(variants)("$name", ({ kernels }) => {
  const shapes = [
    [1, 1], [1, 7], [2, 2], [3, 1], [16, 16], [16, 5], [19, 32], [61, 33], [61, 47], [128, 24], [200, 11],
  ] as const; // prettier-ignore
  test.each(shapes)("any plan, from %i px to %i px: the twin's bits", (side, size) => {
    const random = createRandom(side * 1000 + size);
    const images = randomPictures(random, 3, side);
    const plans = Array.from({ length: 24 }, () => randomPlan(random, size));
    const sources = plans.map(() => random.below(3));
    const normalise = { means: [123.7, 0.25, -3], deviations: [58.4, 0.5, 1], white: 255 };
    for (const channelsLast of [0, 1] as const) {
      const request = { images, side, plans, size, sources, normalise, channelsLast };
      const made = makeViews(kernels, request);
      expect(bitsOf(made)).toEqual(bitsOf(makeViews(twins, request)));
      expect(made.every(Number.isFinite)).toBe(true);
    }
  });

  test("threads and company change nothing", () => {
    const random = createRandom(4);
    const images = randomPictures(random, 5, 40);
    const plans = Array.from({ length: 30 }, () => randomPlan(random, 24));
    const sources = plans.map(() => random.below(5));
    const request = { images, side: 40, plans, size: 24, sources };
    const whole = makeViews(kernels, request);
    for (const threads of [2, 3, 256]) expect(bitsOf(makeViews(kernels, { ...request, threads }))).toEqual(bitsOf(whole));
    const viewLength = 3 * 24 * 24;
    for (const view of [29, 0, 13]) {
      const alone = makeViews(kernels, { ...request, plans: [plans[view] as Float32Array], sources: [sources[view] as number] });
      expect(bitsOf(alone)).toEqual(bitsOf(whole.subarray(view * viewLength, (view + 1) * viewLength)));
    }
  });

  test("reads no byte behind the last picture and writes none beside the target", () => {
    const random = createRandom(6);
    const [side, size] = [13, 9];
    const bytes = side * side * 3;
    const surrounded = new Uint8Array(bytes + 64).fill(77);
    surrounded.set(randomPictures(random, 1, side), 0);
    const target = new Float32Array(3 * size * size + 32).fill(-5);
    const given = {
      count: 1,
      cachedSize: side,
      views: 1,
      sources: Int32Array.of(0),
      size,
      white: 255,
      means: new Float32Array(3),
      deviations: new Float32Array(3).fill(1),
      channelsLast: 0 as const,
      threads: 1,
    };
    for (const sine of [0, 0.3]) {
      const plans = planOf({ sine });
      kernels.augment({ ...given, plans, images: surrounded, target: target.subarray(16, 16 + 3 * size * size) });
      const first = target.slice();
      surrounded.fill(200, bytes);
      kernels.augment({ ...given, plans, images: surrounded, target: target.subarray(16, 16 + 3 * size * size) });
      expect(target).toEqual(first);
      expect([...target.subarray(0, 16), ...target.subarray(16 + 3 * size * size)]).toEqual(new Array(32).fill(-5));
    }
  });

  test("no views: nothing to do", () => {
    expect(makeViews(kernels, { images: new Uint8Array(3), side: 1, plans: [], size: 4 })).toHaveLength(0);
  });

  test.each([
    ["cropWidth", 0],
    ["cropLeft", 1.5],
    ["orientation", 8],
    ["hue", Number.NaN],
    ["blurSigma", Infinity],
    ["cutoutWidth", -1],
  ] as const)("a plan whose %s is %d is refused and named", (name, value) => {
    const plans = [planOf(), planOf({ [name]: value })];
    const run = (): unknown => makeViews(kernels, { images: new Uint8Array(3), side: 1, plans, size: 4 });
    expect(run).toThrow(`augment: plans has a ${name} outside its range in view 1`);
    expect(plans[0]).toHaveLength(planLength);
  });
});
