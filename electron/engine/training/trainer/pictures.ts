/**
 * @file Pictures of the cache as the encoder takes them: plain, or as a numbered view that is always the same.
 */
import type { Kernels } from "#native/kernels.ts";

import type { HostTensor } from "../../runtime/training/executor.ts";
import { drawViews, type Normalisation } from "../augment/draw-views.ts";
import type { PictureCache } from "../augment/picture-cache.ts";
import type { ViewKind } from "../augment/presets.ts";
import { viewKind } from "./source.ts";
import type { RunPlan } from "./run-plan.ts";

export interface PictureReader {
  plain(positions: Int32Array): HostTensor;
  /** `kept` views are trained on; `probe` views are only judged by and are drawn from numbers of their own. */
  view(positions: Int32Array, view: number, use: "kept" | "probe"): HostTensor;
}

/** Steps that no training reaches: keys of views that belong to no step. */
const keptStep = 0x7ffffff0;
const probeStep = 0x7ffffff1;

/** The whole picture. */
export const plainKind = viewKind("none", "mild", {});

/** Views that are kept of each picture where a part of the network is frozen. */
export function keptKind({ preset, augment }: Pick<RunPlan, "preset" | "augment">): ViewKind {
  // What a person said of one kind of a method's views ("first.blur") says nothing of these.
  const common = Object.fromEntries(Object.entries(augment).filter(([name]) => !name.includes(".") || name.startsWith("view.")));
  return viewKind(preset, "mild", common);
}

export function createPictureReader({
  cache,
  kernels,
  plan,
  normalisation,
}: {
  readonly cache: PictureCache;
  readonly kernels: Pick<Kernels, "augment">;
  readonly plan: Pick<RunPlan, "preset" | "augment" | "size" | "seed" | "threads">;
  readonly normalisation: Normalisation;
}): PictureReader {
  const { size, seed, threads } = plan;
  const kept = keptKind(plan);
  const probe = viewKind(plan.preset, "simclr", {});
  const draw = (positions: Int32Array, kind: typeof kept, view: number, step: number): HostTensor => {
    const batch = { ids: positions, bytes: cache.read(positions), sidePx: cache.key.sidePx };
    const data = drawViews({ kernels, batch, kind, firstView: view, sizePx: size, seed, step, normalisation, threads });
    const picture = normalisation.layout === "NHWC" ? [size, size, 3] : [3, size, size];
    return { type: "float32", shape: [positions.length, ...picture], data };
  };
  return {
    plain: (positions) => draw(positions, plainKind, 0, 0),
    view: (positions, view, use) => draw(positions, use === "kept" ? kept : probe, view, use === "kept" ? keptStep : probeStep),
  };
}
