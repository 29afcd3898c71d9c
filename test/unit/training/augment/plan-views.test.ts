import { describe, expect, test } from "vitest";

import { drawViews } from "#engine/training/augment/draw-views.ts";
import { planViews, type PlanRequest } from "#engine/training/augment/plan-views.ts";
import { presetNames, recipeOf, schemeNames, type ViewKind } from "#engine/training/augment/presets.ts";
import { changeAugmentSettings } from "#engine/training/augment/settings.ts";
import { loadKernels } from "#native/kernels.ts";
import { checkPlans, planColumn, planLength, type PlanColumn } from "#native/twins/augment/plan.ts";

const settings = (recipeOf("photo", "simclr")[0] as ViewKind).settings;
const many = Int32Array.from({ length: 2000 }, (_, index) => index);
const request: PlanRequest = { seed: 5, step: 9, pictures: Int32Array.of(3, 70, 41), views: 2, sizePx: 96, settings };
const row = (plans: Float32Array, index: number): number[] => [...plans.subarray(index * planLength, (index + 1) * planLength)];
const column = (plans: Float32Array, name: PlanColumn): number[] =>
  Array.from({ length: plans.length / planLength }, (_, index) => plans[index * planLength + planColumn[name]] as number);

describe("planViews", () => {
  test("a view's plan follows from seed, step, picture and view, not from its batch", () => {
    const plans = planViews(request);
    expect(plans).toHaveLength(6 * planLength);
    // The first views of all pictures come first.
    const alone = planViews({ ...request, pictures: Int32Array.of(70), views: 1, firstView: 1 });
    expect(row(plans, 4)).toEqual(row(alone, 0));
    const reversed = planViews({ ...request, pictures: request.pictures.toReversed() });
    for (const index of [0, 1, 2]) expect(row(reversed, 2 - index)).toEqual(row(plans, index));
    expect(planViews(request)).toEqual(plans);
    const rows = [plans, planViews({ ...request, seed: 6 }), planViews({ ...request, step: 10 })].flatMap((all) =>
      [0, 1, 2, 3, 4, 5].map((index) => row(all, index).join()),
    );
    expect(new Set(rows).size).toBe(rows.length);
  });

  test("a changed setting leaves the other parts of the plan as they were", () => {
    const changed = planViews({ ...request, settings: changeAugmentSettings(settings, { blur: 1, cropAreaMin: 0.9, cutout: 1 }) });
    const plans = planViews(request);
    for (const name of ["orientation", "brightness", "contrast", "saturation", "hue", "order", "grey", "noiseSeedLow"] as const)
      expect(column(changed, name)).toEqual(column(plans, name));
    expect(column(changed, "blurSigma").every((sigma) => sigma > 0)).toBe(true);
  });

  test.each(presetNames.flatMap((preset) => schemeNames.map((scheme) => [preset, scheme] as const)))(
    "%s for %s: what the kernel takes",
    (preset, scheme) => {
      for (const kind of recipeOf(preset, scheme)) {
        const plans = planViews({ ...request, pictures: many.subarray(0, 200), settings: kind.settings });
        expect(() => checkPlans("augment", plans)).not.toThrow();
        const widths = column(plans, "cropWidth");
        expect(column(plans, "cropLeft").every((left, index) => left + (widths[index] as number) <= 1 + 1e-6)).toBe(true);
      }
    },
  );

  test("none: the whole picture, upright, unchanged", () => {
    const plans = planViews({ ...request, settings: (recipeOf("none", "simclr")[0] as ViewKind).settings });
    const expected = { cropLeft: 0, cropTop: 0, cropWidth: 1, cropHeight: 1, orientation: 0, sine: 0, brightness: 1, contrast: 1, saturation: 1, hue: 0, grey: 0, blurSigma: 0, noise: 0, solarize: 2, cutoutWidth: 0, cutoutHeight: 0 }; // prettier-ignore
    for (const [name, value] of Object.entries(expected)) expect(column(plans, name as PlanColumn)).toEqual(new Array(6).fill(value));
  });

  test("how often: probabilities within four standard errors, values spread over their range", () => {
    const plans = planViews({ ...request, pictures: many, views: 1 });
    const share = (name: PlanColumn, holds: (value: number) => boolean): number => column(plans, name).filter(holds).length / 2000;
    const near = (found: number, expected: number): void =>
      expect(Math.abs(found - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 2000));
    near(
      share("orientation", (value) => value === 1),
      0.5,
    );
    near(
      share("orientation", (value) => value === 0),
      0.5,
    );
    near(
      share("brightness", (value) => value !== 1),
      0.8,
    );
    near(
      share("brightness", (value) => value < 0.6),
      0.2,
    ); // 0.8 x (0.6 - 0.2) / 1.6
    near(
      share("hue", (value) => value > 0.1),
      0.2,
    );
    near(
      share("grey", (value) => value === 1),
      0.2,
    );
    near(
      share("blurSigma", (value) => value > 0),
      0.5,
    );
    // Uniform from 0.1 to 2 pixels of 224, of which 96 are here.
    near(
      share("blurSigma", (value) => value > (1.05 * 96) / 224),
      0.25,
    );
    expect(new Set(column(plans, "order")).size).toBe(24);
    for (const order of new Set(column(plans, "order")))
      near(
        share("order", (value) => value === order),
        1 / 24,
      );
    const heights = column(plans, "cropHeight");
    const areas = column(plans, "cropWidth").map((width, index) => width * (heights[index] as number));
    const ratios = column(plans, "cropWidth").map((width, index) => width / (heights[index] as number));
    expect(Math.min(...areas)).toBeGreaterThan(0.0799);
    expect(Math.max(...ratios)).toBeLessThan(4 / 3 + 1e-3);
    expect(Math.min(...ratios)).toBeGreaterThan(3 / 4 - 1e-3);
    near(ratios.filter((ratio) => ratio > 1).length / 2000, 0.5);
  });

  test("microscopy: all eight orientations, each as likely", () => {
    const plans = planViews({ ...request, pictures: many, views: 1, settings: (recipeOf("microscopy", "simclr")[0] as ViewKind).settings });
    const counts = new Array<number>(8).fill(0);
    for (const orientation of column(plans, "orientation")) counts[orientation] = (counts[orientation] as number) + 1;
    for (const count of counts) expect(Math.abs(count - 250)).toBeLessThan(60);
  });

  test("cutouts lie within the view and cover what they should", () => {
    const changed = changeAugmentSettings(settings, { cutout: 1, cutoutAreaMin: 0.1, cutoutAreaMax: 0.3 });
    const plans = planViews({ ...request, pictures: many, views: 1, settings: changed });
    const [left, top, width, height] = (["cutoutLeft", "cutoutTop", "cutoutWidth", "cutoutHeight"] as const).map((name) => column(plans, name)) as [number[], number[], number[], number[]]; // prettier-ignore
    const shares = width.map((across, index) => (across * (height[index] as number)) / 96 ** 2);
    expect(left.every((from, index) => Number.isInteger(from) && from + (width[index] as number) <= 96)).toBe(true);
    expect(top.every((from, index) => from + (height[index] as number) <= 96)).toBe(true);
    expect([Math.min(...shares) > 0.09, Math.max(...shares) < 0.32]).toEqual([true, true]);
  });
});

describe("drawViews", () => {
  const kernels = loadKernels();
  const bytes = Uint8Array.from({ length: 3 * 20 * 20 * 3 }, (_, at) => (at * 37 + (at >> 5) * 11) & 255);
  const [large, small] = recipeOf("photo", "swav") as [ViewKind, ViewKind];
  const normalisation = { mean: [127, 127, 127], std: [128, 128, 128], white: 255, layout: "NCHW" } as const;
  const common = { kernels, firstView: 0, seed: 2, step: 4, normalisation, threads: 2 };
  const batch = { ids: Int32Array.of(10, 20, 30), bytes, sidePx: 20 };

  test("multi-crop: two calls, two sizes, first views first", () => {
    const globals = drawViews({ ...common, batch, kind: large, sizePx: 16 });
    const locals = drawViews({ ...common, batch, kind: small, sizePx: 8, firstView: large.views });
    expect([globals.length, locals.length]).toEqual([2 * 3 * 3 * 16 * 16, 6 * 3 * 3 * 8 * 8]);
    const one = { ids: Int32Array.of(20), bytes: bytes.subarray(1200, 2400), sidePx: 20 };
    const alone = drawViews({ ...common, batch: one, kind: { ...large, views: 1 }, firstView: 1, sizePx: 16 });
    expect(alone).toEqual(globals.subarray(4 * 768, 5 * 768));
  });

  test.each(["NCHW", "NHWC"] as const)("%s: BGR is RGB with its outer channels changed over, and so are mean and deviation", (layout) => {
    const draw = (mean: number[], std: number[], colour?: "RGB" | "BGR"): Float32Array => {
      const own = { mean, std, white: 255, layout, ...(colour && { colour }) };
      return drawViews({ ...common, normalisation: own, batch, kind: large, sizePx: 16 });
    };
    const plain = draw([1, 2, 3], [4, 5, 6]);
    const blueFirst = draw([3, 2, 1], [6, 5, 4], "BGR");
    expect(draw([1, 2, 3], [4, 5, 6], "RGB")).toEqual(plain);
    const placeOf = (channel: number, pixel: number, view: number): number =>
      view * 768 + (layout === "NCHW" ? channel * 256 + pixel : pixel * 3 + channel);
    const swapped = plain.slice();
    for (let view = 0; view < plain.length / 768; view++)
      for (let pixel = 0; pixel < 256; pixel++)
        for (let channel = 0; channel < 3; channel++)
          swapped[placeOf(2 - channel, pixel, view)] = plain[placeOf(channel, pixel, view)] as number;
    expect(blueFirst).toEqual(swapped);
    expect(blueFirst).not.toEqual(plain);
  });

  test("into a given array; a wrong length is the kernel's error", () => {
    const target = new Float32Array(2 * 3 * 3 * 16 * 16);
    expect(drawViews({ ...common, batch, kind: large, sizePx: 16, target })).toBe(target);
    expect(() => drawViews({ ...common, batch, kind: large, sizePx: 16, target: new Float32Array(5) })).toThrow(
      "augment: target has 5 elements",
    );
  });
});
