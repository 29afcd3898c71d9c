/**
 * @file augment on pictures and plans of all kinds: the slow, obvious version's levels, and what must hold whatever the picture.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";

import { makeViews, planOf, randomPictures, randomPlan, type PlanNumbers } from "../conformance/augment-plans.ts";
import { variants } from "../conformance/variants.ts";
import { blur, brighten, saturate, scale, stretchContrast, turnHue, type Pixel, type Pixels } from "../reference/augment.ts";

/** float32 against float64 at 255, through at most a hundred operations. */
const tolerance = 1e-3;

const toPixels = (bytes: ArrayLike<number>, side: number): Pixels =>
  Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (_unused, x) => [0, 1, 2].map((channel) => bytes[(y * side + x) * 3 + channel]) as unknown as Pixel),
  );
const planar = (pixels: Pixels): number[] => [0, 1, 2].flatMap((channel) => pixels.flat().map((pixel) => pixel[channel] as number));
const furthest = (found: ArrayLike<number>, expected: readonly number[]): number =>
  expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (found[at] ?? Number.NaN))), 0);

const seeds = fc.integer({ min: 0, max: 2 ** 31 });
const sides = fc.integer({ min: 1, max: 14 });
const factors = fc.double({ min: 0, max: 2.5, noNaN: true }).map(Math.fround);

describe.each(variants)("$name", ({ kernels }) => {
  const changes: readonly [string, fc.Arbitrary<number>, (value: number) => PlanNumbers, (pixels: Pixels, value: number) => Pixels][] = [
    ["brightness", factors, (brightness) => ({ brightness }), brighten],
    ["contrast", factors, (contrast) => ({ contrast }), stretchContrast],
    ["saturation", factors, (saturation) => ({ saturation }), saturate],
    ["hue", fc.double({ min: -0.5, max: 0.5, noNaN: true }).map(Math.fround), (hue) => ({ hue }), turnHue],
    ["blur", fc.double({ min: 0.15, max: 4, noNaN: true }).map(Math.fround), (blurSigma) => ({ blurSigma }), blur],
  ];
  test.each(changes)("%s: the reference's levels", (_name, values, plan, reference) => {
    fc.assert(
      fc.property(seeds, sides, values, (seed, side, value) => {
        const images = randomPictures(createRandom(seed), 1, side);
        const made = makeViews(kernels, { images, side, plans: [planOf(plan(value))], size: side });
        expect(furthest(made, planar(reference(toPixels(images, side), value)))).toBeLessThan(tolerance);
      }),
      { numRuns: 40 },
    );
  });

  test("any crop to any size: the reference's levels", () => {
    const part = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(seeds, sides, sides, fc.tuple(part, part, part, part), (seed, side, size, [a, b, c, d]) => {
        const images = randomPictures(createRandom(seed), 1, side);
        const [cropWidth, cropHeight] = [Math.fround(0.05 + 0.95 * a), Math.fround(0.05 + 0.95 * b)];
        const plan = planOf({ cropWidth, cropHeight, cropLeft: c * (1 - cropWidth), cropTop: d * (1 - cropHeight) });
        const [left, top, width, height] = [plan[0], plan[1], plan[2], plan[3]].map((share) => (share as number) * side) as [
          number,
          number,
          number,
          number,
        ];
        const made = makeViews(kernels, { images, side, plans: [plan], size });
        expect(furthest(made, planar(scale(toPixels(images, side), { left, top, width, height }, size)))).toBeLessThan(tolerance);
      }),
      { numRuns: 60 },
    );
  });

  test("a plan that does nothing gives the picture's bytes; a flip twice, four quarter turns and all eight orientations move pixels and nothing else", () => {
    fc.assert(
      fc.property(seeds, sides, (seed, side) => {
        const images = randomPictures(createRandom(seed), 1, side);
        const turned = (bytes: Uint8Array, orientation: number): Uint8Array =>
          Uint8Array.from(makeViews(kernels, { images: bytes, side, plans: [planOf({ orientation })], size: side, channelsLast: 1 }));
        const repeated = (orientation: number, times: number): Uint8Array =>
          Array.from({ length: times }).reduce<Uint8Array>((bytes) => turned(bytes, orientation), images);
        expect(turned(images, 0)).toEqual(images);
        for (const flip of [1, 2, 3, 4, 7]) expect(repeated(flip, 2)).toEqual(images);
        for (const quarter of [5, 6]) {
          expect(repeated(quarter, 2)).toEqual(turned(images, 3));
          expect(repeated(quarter, 4)).toEqual(images);
        }
        expect(turned(turned(images, 5), 6)).toEqual(images);
      }),
      { numRuns: 30 },
    );
  });

  test("a small turn of next to nothing is the plain crop where nothing is shrunk", () => {
    const images = randomPictures(createRandom(1), 1, 12);
    const numbers = { cropLeft: 0.25, cropTop: 0.125, cropWidth: 0.5, cropHeight: 0.625 };
    for (let orientation = 0; orientation < 8; orientation++) {
      const of = (sine: number): Float32Array =>
        makeViews(kernels, { images, side: 12, plans: [planOf({ ...numbers, orientation, sine })], size: 12 });
      // A turn of 1e-7 moves a sample by about a millionth of a pixel; levels differ by up to 255 from pixel to pixel.
      expect(furthest(of(1e-7), [...of(0)])).toBeLessThan(2e-3);
    }
  });

  test("whatever is done, levels stay from 0 to 255", () => {
    fc.assert(
      fc.property(seeds, sides, fc.integer({ min: 1, max: 20 }), (seed, side, size) => {
        const random = createRandom(seed);
        const images = randomPictures(random, 2, side);
        const plans = Array.from({ length: 8 }, () => randomPlan(random, size));
        const made = makeViews(kernels, { images, side, plans, size, sources: plans.map(() => random.below(2)) });
        expect(made.every((level) => level >= 0 && level <= 255)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test("white stays white and black black, however they are cut, turned and blurred", () => {
    const random = createRandom(8);
    for (const level of [0, 255]) {
      const images = new Uint8Array(3 * 11 * 11).fill(level);
      const plans = Array.from({ length: 40 }, () => randomPlan(random, 9)).map((plan) =>
        planOf({ cropLeft: plan[0]!, cropTop: plan[1]!, cropWidth: plan[2]!, cropHeight: plan[3]!, sine: plan[5]!, blurSigma: plan[12]! }),
      );
      expect(furthest(makeViews(kernels, { images, side: 11, plans, size: 9 }), new Array<number>(40 * 243).fill(level))).toBeLessThan(
        tolerance,
      );
    }
  });

  test("noise: mean 0, the asked deviation, without ties between neighbours or channels unless they are asked for", () => {
    const size = 96;
    const images = new Uint8Array(3).fill(128);
    const of = (numbers: PlanNumbers): Float32Array =>
      makeViews(kernels, { images, side: 1, plans: [planOf({ noise: 0.05, ...numbers })], size });
    const noise = of({ noiseSeedLow: 5, noiseSeedHigh: 9 }).map((level) => (level - 128) / (0.05 * 255));
    const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    // 27,648 numbers: three standard errors of the mean are 0.018, of the variance 0.025, of a correlation 0.018.
    expect(Math.abs(mean(noise))).toBeLessThan(0.018);
    expect(Math.abs(mean(noise.map((value) => value * value)) - 1)).toBeLessThan(0.025);
    for (const lag of [1, size, size * size]) {
      const together = noise.subarray(lag).map((value, at) => value * (noise[at] as number));
      expect(Math.abs(mean(together))).toBeLessThan(0.025);
    }
    const shared = of({ noiseShared: 1, noiseSeedLow: 5, noiseSeedHigh: 9 });
    expect(shared.subarray(0, size * size)).toEqual(shared.subarray(size * size, 2 * size * size));
    expect(of({ noiseSeedLow: 6, noiseSeedHigh: 9 })).not.toEqual(of({ noiseSeedLow: 5, noiseSeedHigh: 9 }));
  });

  test("a cutout is 0 once normalised, and beside it nothing changes", () => {
    const images = randomPictures(createRandom(2), 1, 8);
    const normalise = { means: [100, 110, 120], deviations: [50, 51, 52], white: 255 };
    const of = (numbers: PlanNumbers): Float32Array =>
      makeViews(kernels, { images, side: 8, plans: [planOf(numbers)], size: 8, normalise });
    const whole = of({});
    const expected = whole.map((value, at) => (at % 8 >= 2 && at % 8 < 5 && Math.floor(at / 8) % 8 >= 6 ? 0 : value));
    expect(of({ cutoutLeft: 2, cutoutTop: 6, cutoutWidth: 3, cutoutHeight: 7 })).toEqual(expected);
    expect(furthest(whole.subarray(0, 1), [(images[0]! - 100) / 50])).toBeLessThan(1e-6);
  });

  test("white as 1: the same numbers from a card that says so", () => {
    const images = randomPictures(createRandom(3), 1, 8);
    const request = { images, side: 8, plans: [planOf({ brightness: 0.5 })], size: 8 };
    const bytes = makeViews(kernels, { ...request, normalise: { means: [127.5, 0, 51], deviations: [255, 51, 25.5], white: 255 } });
    const parts = makeViews(kernels, { ...request, normalise: { means: [0.5, 0, 0.2], deviations: [1, 0.2, 0.1], white: 1 } });
    expect(furthest(parts, [...bytes])).toBeLessThan(2e-6);
  });
});
