/**
 * @file Draws what will be done to each view of a batch: a row of numbers (native/twins/augment/plan.ts), from (seed, step, picture, view) alone. Each part of
 * a plan has random numbers of its own, so that a changed setting of one part leaves the others as they were.
 */
import { planColumn, planLength } from "#native/twins/augment/plan.ts";

import type { Random } from "../../base/random.ts";
import { keyedRandom } from "./keyed-random.ts";
import type { AugmentSettings } from "./settings.ts";

export interface PlanRequest {
  readonly seed: number;
  readonly step: number;
  /** [count]: whose views; ids that stay the same from run to run. */
  readonly pictures: Int32Array;
  readonly views: number;
  /** The number of the first view: kinds of views that are drawn in the same step count on. */
  readonly firstView?: number;
  /** Side of a view. */
  readonly sizePx: number;
  readonly settings: AugmentSettings;
}

/** Checked settings are the *caller's contract*. @returns [views * pictures, planLength], all pictures' first views first */
export function planViews(request: PlanRequest): Float32Array {
  const { seed, step, pictures, views, firstView = 0, sizePx, settings } = request;
  const plans = new Float32Array(views * pictures.length * planLength);
  for (let view = 0, row = 0; view < views; view++) {
    for (const picture of pictures) {
      const randomOf = (part: number): Random => keyedRandom(seed, step, picture, firstView + view, part);
      const plan = plans.subarray(row * planLength, ++row * planLength);
      drawCrop(plan, settings, randomOf(0));
      drawTurn(plan, settings, randomOf(1));
      drawColours(plan, settings, randomOf(2));
      drawBlur(plan, settings, sizePx, randomOf(3));
      drawNoise(plan, settings, randomOf(4));
      plan[planColumn.solarize] = randomOf(5).unit() < settings.solarize ? settings.solarizeFrom : 2;
      drawCutout(plan, settings, sizePx, randomOf(6));
    }
  }
  return plans;
}

/** As torchvision's RandomResizedCrop, without its rounding to pixels: ten tries to fit an area and a ratio, else the largest that fits. */
function drawCrop(plan: Float32Array, { cropAreaMin, cropAreaMax, cropAspect }: AugmentSettings, random: Random): void {
  let width = 1;
  let height = 1;
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = between(cropAreaMin, cropAreaMax, random);
    const ratio = cropAspect ** between(-1, 1, random);
    width = Math.sqrt(area * ratio);
    height = Math.sqrt(area / ratio);
    if (width <= 1 && height <= 1) break;
  }
  width = Math.min(1, width);
  height = Math.min(1, height);
  plan[planColumn.cropWidth] = width;
  plan[planColumn.cropHeight] = height;
  plan[planColumn.cropLeft] = random.unit() * (1 - width);
  plan[planColumn.cropTop] = random.unit() * (1 - height);
}

/** Orientations of a turn by 0, 90, 180 and 270 degrees. */
const turns = [0, 5, 3, 6];

function drawTurn(plan: Float32Array, settings: AugmentSettings, random: Random): void {
  const mirrored = random.unit() < settings.flipHorizontal ? 1 : 0;
  const upsideDown = random.unit() < settings.flipVertical ? 2 : 0;
  const turned = random.unit() < settings.quarterTurn ? (turns[random.below(4)] as number) : 0;
  plan[planColumn.orientation] = mirrored ^ upsideDown ^ turned;
  const degrees = between(-settings.rotationDegrees, settings.rotationDegrees, random);
  plan[planColumn.sine] = random.unit() < settings.rotation ? Math.sin((degrees * Math.PI) / 180) : 0;
}

function drawColours(plan: Float32Array, settings: AugmentSettings, random: Random): void {
  const isChanged = random.unit() < settings.jitter;
  const factor = (strength: number): number => {
    const drawn = between(Math.max(0, 1 - strength), 1 + strength, random);
    return isChanged ? drawn : 1;
  };
  plan[planColumn.brightness] = factor(settings.brightness);
  plan[planColumn.contrast] = factor(settings.contrast);
  plan[planColumn.saturation] = factor(settings.saturation);
  const turn = between(-settings.hue, settings.hue, random);
  plan[planColumn.hue] = isChanged ? turn : 0;
  plan[planColumn.order] = drawOrder(random);
  plan[planColumn.grey] = random.unit() < settings.grey ? 1 : 0;
}

/** The four changes in an order, each of the 24 as likely, as digits to the base of 4. */
function drawOrder(random: Random): number {
  const left = [0, 1, 2, 3];
  let order = 0;
  for (let turn = 0; turn < 4; turn++) order |= (left.splice(random.below(left.length), 1)[0] as number) << (2 * turn);
  return order;
}

function drawBlur(plan: Float32Array, settings: AugmentSettings, sizePx: number, random: Random): void {
  const sigma = between(settings.blurSigmaMin, settings.blurSigmaMax, random);
  plan[planColumn.blurSigma] = random.unit() < settings.blur ? Math.min(64, (sigma * sizePx) / 224) : 0;
}

function drawNoise(plan: Float32Array, settings: AugmentSettings, random: Random): void {
  const deviation = random.unit() * settings.noiseMax;
  plan[planColumn.noise] = random.unit() < settings.noise ? deviation : 0;
  plan[planColumn.noiseShared] = settings.noiseShared;
  plan[planColumn.noiseSeedLow] = random.below(65536);
  plan[planColumn.noiseSeedHigh] = random.below(65536);
}

/** A rectangle of whole pixels inside the view, of a ratio between 1 : 2 and 2 : 1. */
function drawCutout(plan: Float32Array, settings: AugmentSettings, sizePx: number, random: Random): void {
  const isCut = random.unit() < settings.cutout;
  const area = between(settings.cutoutAreaMin, settings.cutoutAreaMax, random);
  const ratio = 2 ** between(-1, 1, random);
  const width = Math.min(sizePx, Math.round(Math.sqrt(area * ratio) * sizePx));
  const height = Math.min(sizePx, Math.round(Math.sqrt(area / ratio) * sizePx));
  plan[planColumn.cutoutLeft] = random.below(sizePx - width + 1);
  plan[planColumn.cutoutTop] = random.below(sizePx - height + 1);
  plan[planColumn.cutoutWidth] = isCut ? width : 0;
  plan[planColumn.cutoutHeight] = isCut ? height : 0;
}

function between(low: number, high: number, random: Random): number {
  return low + (high - low) * random.unit();
}
