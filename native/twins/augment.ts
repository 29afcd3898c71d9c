/**
 * @file augment in TypeScript: views of cached pictures, each made as its plan says, as numbers that an encoder takes. In this order: crop and
 * turn (augment/sample.ts), colour jitter and grey (augment/colour.ts), blur, noise, solarize, normalise, cutout. Every step is rounded to float32 as the native
 * kernel's is, so that both give the same bits.
 */
import { ArgumentCheck, kernelError, maxCount } from "../kernel-error.ts";
import { blur } from "./augment/blur.ts";
import { changeColours, solarize } from "./augment/colour.ts";
import { addNoise } from "./augment/noise.ts";
import { checkPlans, planColumn, planLength } from "./augment/plan.ts";
import { sampleCrop, type Plan } from "./augment/sample.ts";

export interface AugmentArguments {
  /** [count, cachedSize, cachedSize, 3] RGB, or longer. */
  readonly images: Uint8Array;
  readonly count: number;
  readonly cachedSize: number;
  readonly views: number;
  /** [views]: which image each view is of. */
  readonly sources: Int32Array;
  /** [views, planLength]: augment/plan.ts says what the numbers mean. */
  readonly plans: Float32Array;
  /** Side of a view in pixels. */
  readonly size: number;
  /** White before `means` and `deviations` are applied: 255, or 1. */
  readonly white: number;
  /** Of red, green, blue: a number becomes (number - mean) / deviation. */
  readonly means: Float32Array;
  readonly deviations: Float32Array;
  /** 0: [views, 3, size, size], 1: [views, size, size, 3]. */
  readonly channelsLast: 0 | 1;
  /** Filled. */
  readonly target: Float32Array;
  /** At most so many, native only. */
  readonly threads: number;
}

/** Longest side of a cached picture and of a view. */
const maxAugmentSide = 4096;

export function augment(given: AugmentArguments): void {
  const check = new ArgumentCheck("augment", given);
  const count = check.integer("count", 0, maxCount);
  const side = check.integer("cachedSize", 1, maxAugmentSide);
  const views = check.integer("views", 0, maxCount);
  const size = check.integer("size", 1, maxAugmentSide);
  const channelsLast = check.oneOf("channelsLast", [0, 1]);
  const white = check.number("white", 1e-3, 1e6);
  check.integer("threads", 1, 256);
  const images = check.arrayOfAtLeast("images", "Uint8Array", count * side * side * 3);
  const sources = check.array("sources", "Int32Array", views);
  const plans = check.array("plans", "Float32Array", views * planLength);
  const means = check.finite("means", 3);
  const deviations = check.finite("deviations", 3);
  const target = check.array("target", "Float32Array", views * size * size * 3);
  if (deviations.some((deviation) => deviation <= 0))
    throw kernelError("out-of-range", "augment: deviations has a number that is not above 0");
  if (sources.some((source) => source < 0 || source >= count))
    throw kernelError("out-of-range", "augment: sources names an image that is not there");
  checkPlans("augment", plans);

  const planes = new Float32Array(3 * size * size);
  for (let view = 0; view < views; view++) {
    const plan = plans.subarray(view * planLength, (view + 1) * planLength);
    sampleCrop({ bytes: images, offset: sources[view] * side * side * 3, side }, plan, size, planes);
    changeColours(planes, plan);
    blur(planes, size, plan);
    addNoise(planes, plan);
    solarize(planes, plan);
    const numbers = target.subarray(view * planes.length, (view + 1) * planes.length);
    const [channelStep, pixelStep] = channelsLast === 1 ? [1, 3] : [size * size, 1];
    for (let channel = 0; channel < 3; channel++) {
      const factor = Math.fround(white / 255 / deviations[channel]);
      const added = Math.fround(-means[channel] / deviations[channel]);
      for (let pixel = 0; pixel < size * size; pixel++)
        numbers[channel * channelStep + pixel * pixelStep] = Math.fround(planes[channel * size * size + pixel] * factor) + added;
    }
    cutOut(numbers, size, plan, { channelStep, pixelStep });
  }
}

/** The mean is 0 once normalised. */
function cutOut(numbers: Float32Array, size: number, plan: Plan, step: { readonly channelStep: number; readonly pixelStep: number }): void {
  const left = Math.trunc(plan[planColumn.cutoutLeft]);
  const top = Math.trunc(plan[planColumn.cutoutTop]);
  const right = Math.min(size, left + Math.trunc(plan[planColumn.cutoutWidth]));
  const bottom = Math.min(size, top + Math.trunc(plan[planColumn.cutoutHeight]));
  for (let channel = 0; channel < 3; channel++)
    for (let row = top; row < bottom; row++)
      for (let column = left; column < right; column++) numbers[channel * step.channelStep + (row * size + column) * step.pixelStep] = 0;
}
