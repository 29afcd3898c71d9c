/**
 * @file The models that can answer, each as probabilities of the classes: the three that learn, and the mean of ridge and propagation, which between them are right where the
 * other is not.
 */
import { createCentroid, type Centroid } from "./centroid.ts";
import type { Clicks } from "./clicks.ts";
import type { FeatureSpace } from "./feature-space.ts";
import { createPropagation, type Propagation } from "./propagation.ts";
import { createRidge, type Ridge } from "./ridge.ts";

/** In the order in which equals are preferred. */
export const modelNames = ["both", "propagation", "ridge", "centroid"] as const;
export type ModelName = (typeof modelNames)[number];

/** What was learnt on one kind of vectors. */
export interface SpaceModels {
  readonly space: FeatureSpace;
  readonly ridge: Ridge;
  readonly propagation: Propagation;
  /** Only while there are few clicks: each costs a pass over all vectors. */
  readonly centroid: Centroid | null;
}

export interface SpaceInput {
  readonly space: FeatureSpace;
  readonly clicks: Clicks;
  readonly classLimit: number;
}

/** With unit vectors and labels of size one: little, so that the first clicks count. */
export const ridgeLambda = 0.3;
/** What makes probabilities of scores, before they are calibrated: measured on folders of digits, clothes, clip art and slices. */
const steepness = { ridge: 4, centroid: 10 };
export const ridgeSteepness = steepness.ridge;
/** Clicks of a class beyond which the nearest mean is not asked any more. */
const fewClicks = 3;

export function createSpaceModels({ space, clicks, classLimit }: SpaceInput): SpaceModels {
  const { table, graph } = space;
  return {
    space,
    ridge: createRidge({ table, clicks, lambda: ridgeLambda, classLimit }),
    propagation: createPropagation({ graph, clicks, classLimit }),
    centroid: clicks.rows.length <= fewClicks * clicks.classCount ? createCentroid(table, clicks, classLimit) : null,
  };
}

/** Probabilities of the classes for a row, into `into` [classCount]; with `leftOut` as if the row, labelled so, had not been learnt from. */
export type Answer = (row: number, classCount: number, into: Float64Array, leftOut?: number) => void;

export function answerOf({ ridge, propagation, centroid }: SpaceModels, name: ModelName): Answer {
  const ask =
    (model: Ridge | Propagation | Centroid): Answer =>
    (row, classCount, into, leftOut) =>
      leftOut === undefined ? model.score(row, classCount, into) : model.scoreLeftOut(row, leftOut, classCount, into);
  const fromScores = (model: Ridge | Centroid, steep: number): Answer => {
    const scores = ask(model);
    return (row, classCount, into, leftOut) => {
      scores(row, classCount, into, leftOut);
      softmax(into, classCount, steep);
    };
  };
  const [linear, flowing] = [fromScores(ridge, steepness.ridge), ask(propagation)];
  if (name === "propagation") return flowing;
  if (name === "ridge") return linear;
  if (name === "centroid") return centroid === null ? linear : fromScores(centroid, steepness.centroid);
  let half = new Float64Array(0);
  return (row, classCount, into, leftOut) => {
    if (half.length < classCount) half = new Float64Array(classCount);
    linear(row, classCount, into, leftOut);
    flowing(row, classCount, half, leftOut);
    for (let label = 0; label < classCount; label++) into[label] = (into[label] + half[label]) / 2;
  };
}

/** In place. */
function softmax(scores: Float64Array, count: number, steep: number): void {
  let largest = -Infinity;
  for (let index = 0; index < count; index++) if (scores[index] > largest) largest = scores[index];
  let sum = 0;
  for (let index = 0; index < count; index++) sum += scores[index] = Math.exp(steep * (scores[index] - largest));
  for (let index = 0; index < count; index++) scores[index] /= sum;
}
