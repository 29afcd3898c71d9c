/**
 * @file Each click asked of what was learnt from the others: how often it is told, and how confident a candidate may be.
 */
import { fitPower, type LeftOut } from "./calibration.ts";
import { clicksPerClass, type Clicks } from "./clicks.ts";
import type { Judged } from "./feature-space.ts";
import { answerOf, type ModelName, type SpaceModels } from "./models.ts";

/** One model on one kind of vectors. */
export interface Candidate {
  readonly model: ModelName;
  readonly features: string;
  /** Share of the clicks that are told when left out; null where leaving one out leaves most classes without any. */
  readonly looAccuracy: number | null;
  /** Mean logarithm of the probability that a left-out click's class was given, calibrated. */
  readonly likelihood: number;
  /** What its probabilities are raised to (calibration.ts). */
  readonly power: number;
  /** Labels that were asked when the vectors were made by labels; undefined where the vectors know none (feature-space.ts). */
  readonly judgedBy?: number | undefined;
}

/** Powers that fit most folders: the mean of two models is too flat, and so is a ridge's softmax. */
const usualPowers: Readonly<Record<ModelName, number>> = { both: 2.5, propagation: 2, ridge: 2, centroid: 1 };

/**
 * The same where nothing can be left out, at one click a class: what flows from single clicks is far too sure of itself. Over thirteen folders (test/bench/verdict), six draws each, of what was told with
 * confidence .9 or more 17 % was wrong with the powers above and 4 % is with these; 7 % of the images are told so instead of 23 %, and the calibration error falls from .16 to .12.
 */
const oneClickPowers: Readonly<Record<ModelName, number>> = { ...usualPowers, both: 1.75, propagation: 1.1 };

/** Clicks that can be left out of all models: those of classes that have another. Null where fewer than half of the classes have one. */
export function clicksToLeaveOut(clicks: Clicks, models: readonly SpaceModels[]): Clicks | null {
  const counts = clicksPerClass(clicks);
  const used = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  const asked = counts.reduce((sum, count) => sum + (count > 1 ? 1 : 0), 0);
  if (asked === 0 || asked < used / 2) return null;
  const kept = [...clicks.rows.keys()].filter(
    (at) => counts[clicks.labels[at]] > 1 && models.every(({ propagation }) => propagation.canLeaveOut(clicks.rows[at])),
  );
  return {
    rows: Int32Array.from(kept, (at) => clicks.rows[at]),
    labels: Int32Array.from(kept, (at) => clicks.labels[at]),
    classCount: clicks.classCount,
  };
}

/** What a candidate says of clicks that it was not given. */
export function leaveOut(models: SpaceModels, model: ModelName, clicks: Clicks): LeftOut {
  const { rows, labels, classCount } = clicks;
  const answer = answerOf(models, model);
  const probabilities = new Float64Array(rows.length * classCount);
  const one = new Float64Array(classCount);
  rows.forEach((row, at) => {
    answer(row, classCount, one, labels[at]);
    probabilities.set(one, at * classCount);
  });
  return { count: rows.length, classCount, probabilities, labels };
}

/** @param asked from `clicksToLeaveOut` */
export function judgeCandidate(models: SpaceModels, model: ModelName, asked: Clicks | null): Candidate {
  const features = models.space.name;
  if (asked === null) return { model, features, looAccuracy: null, likelihood: Number.NaN, power: oneClickPowers[model] };
  const left = leaveOut(models, model, asked);
  const power = fitPower(left, usualPowers[model]);
  const { count, classCount, probabilities, labels } = left;
  let right = 0;
  let likelihood = 0;
  for (let at = 0; at < count; at++) {
    const one = probabilities.subarray(at * classCount, (at + 1) * classCount);
    if (largestOf(one, classCount) === labels[at]) right++;
    const sum = one.reduce((total, value) => total + Math.max(value, 1e-6) ** power, 0);
    likelihood += Math.log(Math.max(one[labels[at]], 1e-6) ** power / sum) / count;
  }
  return { model, features, looAccuracy: right / count, likelihood, power };
}

/** Of vectors that were made by labels: what was found then. */
export function judgedCandidate({ space }: SpaceModels, { model, accuracy, asked, power }: Judged): Candidate {
  return { model, features: space.name, looAccuracy: accuracy, likelihood: Number.NaN, power, judgedBy: asked };
}

/** Index of the largest; of equals the first. */
export function largestOf(values: ArrayLike<number>, count: number): number {
  let best = 0;
  for (let index = 1; index < count; index++) if (values[index] > values[best]) best = index;
  return best;
}
