/**
 * @file The views of one step: plans drawn, then made by the kernel, straight from cached pictures into what the encoder takes.
 */
import type { Kernels } from "#native/kernels.ts";

import { planViews } from "./plan-views.ts";
import type { ViewKind } from "./presets.ts";

/** What the encoder takes: (number - mean) / std, where white is `white` (255 or 1). */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly white: number;
  readonly layout: "NCHW" | "NHWC";
  /** Order of the channels, of those of `mean` and `std` too; RGB where it is not said. */
  readonly colour?: "RGB" | "BGR";
}

export interface PictureBatch {
  /** [count]: ids that stay the same from run to run; the views' random numbers follow from them. */
  readonly ids: Int32Array;
  /** [count, sidePx, sidePx, 3] RGB, or longer. */
  readonly bytes: Uint8Array;
  readonly sidePx: number;
}

export interface DrawRequest {
  readonly kernels: Pick<Kernels, "augment">;
  readonly batch: PictureBatch;
  readonly kind: ViewKind;
  /** The number of the kind's first view: the views of the kinds before it. */
  readonly firstView: number;
  /** Side of a view of this kind. */
  readonly sizePx: number;
  readonly seed: number;
  readonly step: number;
  readonly normalisation: Normalisation;
  readonly threads: number;
  /** Filled where given (the right length is the kernel's to check), else made. */
  readonly target?: Float32Array;
}

/** @returns [kind.views * count, 3, sizePx, sizePx] or [.., sizePx, sizePx, 3]: all pictures' first views, then all second ones, .. */
export function drawViews(request: DrawRequest): Float32Array {
  const { kernels, batch, kind, firstView, sizePx, seed, step, normalisation, threads } = request;
  const count = batch.ids.length;
  const views = kind.views * count;
  const isBlueFirst = normalisation.colour === "BGR";
  /** Pictures are kept as RGB. */
  const ordered = (values: readonly number[]): Float32Array => Float32Array.from(isBlueFirst ? [...values].reverse() : values);
  const target = request.target ?? new Float32Array(views * 3 * sizePx * sizePx);
  kernels.augment({
    images: batch.bytes,
    count,
    cachedSize: batch.sidePx,
    views,
    sources: Int32Array.from({ length: views }, (_, view) => view % count),
    plans: planViews({ seed, step, pictures: batch.ids, views: kind.views, firstView, sizePx, settings: kind.settings }),
    size: sizePx,
    white: normalisation.white,
    means: ordered(normalisation.mean),
    deviations: ordered(normalisation.std),
    channelsLast: normalisation.layout === "NHWC" ? 1 : 0,
    target,
    threads,
  });
  if (isBlueFirst) swapRedAndBlue(target, sizePx * sizePx, normalisation.layout);
  return target;
}

/** In place. @param pixels of a picture */
function swapRedAndBlue(target: Float32Array, pixels: number, layout: Normalisation["layout"]): void {
  if (layout === "NHWC") {
    for (let at = 0; at < target.length; at += 3) [target[at], target[at + 2]] = [target[at + 2] as number, target[at] as number];
    return;
  }
  for (let start = 0; start < target.length; start += 3 * pixels) {
    const red = target.slice(start, start + pixels);
    target.copyWithin(start, start + 2 * pixels, start + 3 * pixels);
    target.set(red, start + 2 * pixels);
  }
}
