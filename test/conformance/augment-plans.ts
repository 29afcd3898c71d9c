/**
 * @file Plans of views and pictures for the tests of `augment`: a plan that does nothing, plans that do one thing, and plans with every number drawn.
 */
import type { Random } from "#engine/base/random.ts";
import type { Kernels } from "#native/kernels.ts";
import { planColumn, planLength, type PlanColumn } from "#native/twins/augment/plan.ts";

export type PlanNumbers = Partial<Record<PlanColumn, number>>;

/** The whole picture as it is, but for what is given. */
export function planOf(numbers: PlanNumbers = {}): Float32Array {
  const plan = new Float32Array(planLength);
  const still: PlanNumbers = { cropWidth: 1, cropHeight: 1, brightness: 1, contrast: 1, saturation: 1, order: 0b11_10_01_00, solarize: 2 };
  for (const [name, value] of Object.entries({ ...still, ...numbers })) plan[planColumn[name as PlanColumn]] = value;
  return plan;
}

/** A plan in which anything may happen. */
export function randomPlan(random: Random, size: number): Float32Array {
  const width = 0.05 + 0.95 * random.unit();
  const height = 0.05 + 0.95 * random.unit();
  const sometimes = (value: number, otherwise: number): number => (random.below(2) === 1 ? value : otherwise);
  return planOf({
    cropWidth: width,
    cropHeight: height,
    cropLeft: (1 - width) * random.unit(),
    cropTop: (1 - height) * random.unit(),
    orientation: random.below(8),
    sine: sometimes(1.4 * random.unit() - 0.7, 0),
    brightness: sometimes(2 * random.unit(), 1),
    contrast: sometimes(2 * random.unit(), 1),
    saturation: sometimes(2 * random.unit(), 1),
    hue: sometimes(random.unit() - 0.5, 0),
    order: random.below(256),
    grey: random.below(5) === 0 ? 1 : 0,
    blurSigma: sometimes(5 * random.unit(), 0),
    noise: sometimes(0.2 * random.unit(), 0),
    noiseShared: random.below(2),
    noiseSeedLow: random.below(65536),
    noiseSeedHigh: random.below(65536),
    solarize: sometimes(random.unit(), 2),
    cutoutLeft: random.below(size),
    cutoutTop: random.below(size),
    cutoutWidth: random.below(size),
    cutoutHeight: sometimes(random.below(size), 0),
  });
}

/** Pictures of noise, with many blacks and whites. */
export function randomPictures(random: Random, count: number, side: number): Uint8Array {
  return Uint8Array.from({ length: count * side * side * 3 }, () => {
    const choice = random.below(4);
    return choice === 0 ? 0 : choice === 1 ? 255 : random.below(256);
  });
}

export interface MakeRequest {
  readonly images: Uint8Array;
  readonly side: number;
  readonly plans: readonly Float32Array[];
  readonly size: number;
  readonly sources?: readonly number[];
  readonly threads?: number;
  readonly channelsLast?: 0 | 1;
  /** Levels 0..255 come out unless this says otherwise. */
  readonly normalise?: { readonly means: readonly number[]; readonly deviations: readonly number[]; readonly white: number };
}

/** Runs the kernel on these plans. @returns [plans, 3, size, size] or [plans, size, size, 3] */
export function makeViews(kernels: Pick<Kernels, "augment">, request: MakeRequest): Float32Array {
  const { images, side, plans, size, threads = 1, channelsLast = 0 } = request;
  const { means, deviations, white } = request.normalise ?? { means: [0, 0, 0], deviations: [1, 1, 1], white: 255 };
  const target = new Float32Array(plans.length * 3 * size * size).fill(Number.NaN);
  const all = new Float32Array(plans.length * planLength);
  plans.forEach((plan, view) => all.set(plan, view * planLength));
  kernels.augment({
    images,
    count: Math.floor(images.length / (side * side * 3)),
    cachedSize: side,
    views: plans.length,
    sources: Int32Array.from(request.sources ?? plans.map(() => 0)),
    plans: all,
    size,
    white,
    means: Float32Array.from(means),
    deviations: Float32Array.from(deviations),
    channelsLast,
    target,
    threads,
  });
  return target;
}
