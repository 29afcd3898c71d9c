/**
 * @file What a step is fed: views drawn from cached pictures, or what a frozen part once made of such views. Which view a step sees follows from seed,
 * step and picture alone.
 */
import type { Kernels } from "#native/kernels.ts";

import { BugError, UserError } from "../../base/errors.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { drawViews, type Normalisation } from "../augment/draw-views.ts";
import { keyedRandom } from "../augment/keyed-random.ts";
import type { PictureCache } from "../augment/picture-cache.ts";
import { changeRecipe, recipeOf, schemeNames, type PresetName, type SchemeName, type ViewKind } from "../augment/presets.ts";
import type { ViewGroup } from "../methods/method.ts";
import type { Network } from "../network/network.ts";
import type { FeatureCache } from "./feature-cache.ts";

export interface Source {
  /**
   * Values of all groups for these pictures.
   * @param positions places in the cache, [images]
   */
  feeds(step: number, positions: Int32Array): Map<string, HostTensor>;
}

export interface PictureSourceOptions {
  readonly kernels: Pick<Kernels, "augment">;
  readonly cache: PictureCache;
  readonly groups: readonly ViewGroup[];
  readonly preset: PresetName;
  /** Settings of augmentation that a person changed. */
  readonly changes: Readonly<Record<string, string>>;
  readonly size: number;
  readonly normalisation: Normalisation;
  readonly seed: number;
  readonly threads: number;
}

export function pictureSource(options: PictureSourceOptions): Source {
  const { cache, groups, size, normalisation, seed, threads, kernels } = options;
  const kindsOf = new Map(
    groups.map((group) => [group.name, group.variants.map((variant) => viewKind(options.preset, variant, options.changes))]),
  );
  return {
    feeds: (step, positions) => {
      const batch = { ids: positions, bytes: cache.read(positions), sidePx: cache.key.sidePx };
      const made = new Map<string, HostTensor>();
      let firstView = 0;
      for (const group of groups) {
        const sizePx = Math.round(size * group.scale);
        const numbers = 3 * sizePx * sizePx * positions.length;
        const data = new Float32Array(numbers * group.count);
        (kindsOf.get(group.name) ?? []).forEach((kind, at) => {
          const target = data.subarray(at * numbers, (at + 1) * numbers);
          drawViews({ kernels, batch, kind, firstView: firstView + at, sizePx, seed, step, normalisation, threads, target });
        });
        firstView += group.count;
        const picture = normalisation.layout === "NHWC" ? [sizePx, sizePx, 3] : [3, sizePx, sizePx];
        made.set(group.name, { type: "float32", shape: [group.count * positions.length, ...picture], data });
      }
      return made;
    },
  };
}

/** The way to draw one view, named by a scheme ("simclr") or one of its kinds ("byol.second"). */
export function viewKind(preset: PresetName, variant: string, changes: Readonly<Record<string, string>>): ViewKind {
  const [scheme = "", name] = variant.split(".");
  if (!schemeNames.includes(scheme as SchemeName)) throw new BugError(`there is no way "${variant}" to draw a view`);
  const recipe = recipeOf(preset, scheme as SchemeName);
  const changed = Object.keys(changes).length === 0 ? recipe : changeRecipe(recipe, changes);
  const kind = name === undefined ? changed[0] : (changed.find((each) => each.name === name) ?? changed.at(name === "local" ? -1 : 0));
  if (kind === undefined) throw new UserError("augment-settings", `The scheme ${scheme} has no views.`);
  return { ...kind, views: 1 };
}

export interface FeatureSourceOptions {
  readonly cache: FeatureCache;
  readonly groups: readonly ViewGroup[];
  /** The part behind the cut. */
  readonly network: Network;
  readonly seed: number;
}

/** Draws among the views that are kept of each picture; two views of one step are different ones. */
export function featureSource({ cache, groups, network, seed }: FeatureSourceOptions): Source {
  const sizes = network.inputs.map(({ shape }) => shape.reduce<number>((product, each) => product * (each ?? 1), 1));
  return {
    feeds: (step, positions) => {
      const views = groups.reduce((sum, { count }) => sum + count, 0);
      const chosen = Array.from(positions, (position) => drawDistinct(cache.views, views, keyedRandom(seed, step, position, 0, 99)));
      const made = new Map<string, HostTensor>();
      let firstView = 0;
      for (const { name: group, count } of groups) {
        const rows = count * positions.length;
        const targets = sizes.map((size) => new Float32Array(rows * size));
        for (let view = 0; view < count; view++)
          positions.forEach((position, at) => {
            const row = cache.read(position, (chosen[at] as number[])[firstView + view] as number);
            let from = 0;
            targets.forEach((target, input) => {
              const size = sizes[input] as number;
              target.set(row.subarray(from, from + size), (view * positions.length + at) * size);
              from += size;
            });
          });
        firstView += count;
        network.inputs.forEach(({ name, shape }, input) => {
          made.set(input === 0 ? group : `${group}/${name}`, {
            type: "float32",
            shape: [rows, ...shape.map((each) => each ?? 1)],
            data: targets[input] as Float32Array,
          });
        });
      }
      return made;
    },
  };
}

function drawDistinct(from: number, count: number, random: { below(bound: number): number }): number[] {
  const left = Array.from({ length: from }, (_, view) => view);
  return Array.from({ length: count }, () =>
    left.length === 0 ? random.below(from) : (left.splice(random.below(left.length), 1)[0] as number),
  );
}
