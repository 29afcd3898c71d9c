/**
 * @file Where an adapter begins: at the closed form (METHODS 3.4), by the plain pictures or, if the plan says so and views are kept, by the views. And with it where
 * an instance classifier begins: at the pictures' own vectors.
 *
 * Why not by the views: points of 20-nearest-neighbour accuracy over the half-whitened frozen vector, DIET on a fifth less pictures than are judged, 4 kept views, then half-whitened:
 *
 *                              clothes  digits  clip art  sprites  constellations  cut-outs  attacks   mean
 *   plain, 300 steps at 3e-4     +.3     +2.1      +.7     +2.3        +.7          +1.0      +1.7    +1.25
 *   views, 300 steps at 3e-4     -.1     +1.9     -1.1     +2.6       +1.2           .0       +3.2    +1.08
 *   plain, 600 steps at 1e-3     +.9     +1.9     +1.1     +2.1        +.7           +.8      +3.2    +1.53
 *
 * Joined with the whitened frozen vector: +.67, +.81, +1.04 in the mean. 1,500 steps at 1e-3 gave less than 600 on clothes and clip art (+.1, +.5), by views +1.9 on sprites, -.2 and -.6.
 */
import { UserError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { makeUnitRows } from "../../base/unit-length.ts";
import { instanceVectorLength } from "../methods/diet.ts";
import { adapterBias, adapterWeights } from "../network/adapter.ts";
import { fitViewWhitening } from "../whiten/view-whitening.ts";
import { applyWhitening, fitWhitening, type Whitening } from "../whiten/whitening.ts";
import { embedTraining } from "./embed.ts";
import type { FeatureCache } from "./feature-cache.ts";
import type { PreparedBase, Surroundings } from "./prepare.ts";

/** Numbers that an adapter gives: as many axes as whitening keeps. */
export const adapterNumbers = 256;
export interface AdapterStart {
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** [training pictures, outputs] */
  readonly vectors: Float32Array;
}

/** @param features the frozen encoder's embeddings of views, where those are what is kept */
export async function adapterStart(
  base: PreparedBase,
  features: FeatureCache | null,
  outputs: number,
  surroundings: Surroundings,
): Promise<AdapterStart> {
  const { plan } = base;
  const plain =
    features === null ? await embedTraining({ ...base, reader: base.pictures }, surroundings) : plainOf(features, plan.training);
  const whitening =
    features === null || plan.start === "whitened"
      ? fitWhitening(plain, { seed: plan.seed })
      : fitViewWhitening(viewsOf(features, plan.training), { seed: plan.seed, plain });
  if (whitening.axisCount > outputs)
    throw new UserError("adapter", `The whitening has ${whitening.axisCount} axes; expected at most ${outputs}.`);
  const white = applyWhitening(plain, whitening);
  const vectors = new Float32Array(plan.training.length * outputs);
  for (let row = 0; row < white.count; row++)
    for (let axis = 0; axis < white.dimensions; axis++)
      vectors[row * outputs + axis] = instanceVectorLength * (white.values[row * white.dimensions + axis] as number);
  return { weights: whiteningLayer(whitening, outputs), vectors };
}

/** unit(x) W + b = (unit(x) - mean) matrix; axes that the folder does not have stay 0. */
export function whiteningLayer({ matrix, mean, axisCount, dimensions }: Whitening, outputs: number): Map<string, Float32Array> {
  const weights = new Float32Array(dimensions * outputs);
  const bias = new Float32Array(outputs);
  for (let row = 0; row < dimensions; row++)
    for (let axis = 0; axis < axisCount; axis++) {
      const value = matrix[row * axisCount + axis] as number;
      weights[row * outputs + axis] = value;
      bias[axis] = (bias[axis] as number) - (mean[row] as number) * value;
    }
  return new Map([
    [adapterWeights, weights],
    [adapterBias, bias],
  ]);
}

/** Unit vectors of the plain pictures at these places. */
export function plainOf(features: FeatureCache, places: readonly number[]): VectorTable {
  const dimensions = features.plain(0).length;
  const values = new Float32Array(places.length * dimensions);
  places.forEach((picture, at) => values.set(features.plain(picture), at * dimensions));
  return { count: places.length, dimensions, values: makeUnitRows(values, dimensions) };
}

function viewsOf(
  features: FeatureCache,
  training: readonly number[],
): { count: number; views: number; dimensions: number; values: Float32Array } {
  const { views } = features;
  const dimensions = features.plain(0).length;
  const values = new Float32Array(training.length * views * dimensions);
  training.forEach((picture, at) => {
    for (let view = 0; view < views; view++) values.set(features.read(picture, view), (at * views + view) * dimensions);
  });
  return { count: training.length, views, dimensions, values: makeUnitRows(values, dimensions) };
}
