/**
 * @file Ours against each fixed way of learning from the same clicks: the formulas of METHODS 6.1 on the frozen vectors as they come, and all of our own candidates.
 */
import { nearestOthers } from "#engine/training/judge/nearest.ts";
import { applyWhitening, fitWhitening } from "#engine/training/whiten/whitening.ts";
import { expectedCalibrationError, reliability } from "#engine/fewshot/calibration.ts";
import type { Clicks } from "#engine/fewshot/clicks.ts";
import { featureSpace, type FeatureSpace } from "#engine/fewshot/feature-space.ts";
import { largestOf } from "#engine/fewshot/leave-out.ts";
import { createLearner } from "#engine/fewshot/learner.ts";
import { createPropagation } from "#engine/fewshot/propagation.ts";
import { createRidge } from "#engine/fewshot/ridge.ts";
import { similarityGraph } from "#engine/fewshot/similarity-graph.ts";
import { createRandom, shuffle } from "#engine/base/random.ts";
import type { LabelledFolder } from "./embed.ts";

export interface DrawResult {
  readonly ours: number;
  /** By name: "ridge", "propagation": METHODS 6.1 on frozen vectors. */
  readonly fixed: Readonly<Record<string, number>>;
  readonly chosen: string;
  readonly calibrationError: number;
  /** Share of images told with confidence .9 or more, and of those the wrong ones. */
  readonly accepted: number;
  readonly acceptedErrors: number;
}

export function spacesOf({ table }: LabelledFolder): { readonly plain: LabelledFolder["table"]; readonly spaces: FeatureSpace[] } {
  const whitened = applyWhitening(table, fitWhitening(table, { seed: 1 }));
  return {
    plain: table,
    spaces: [featureSpace("frozen", table, nearestOthers(table, 32)), featureSpace("whitened", whitened, nearestOthers(whitened, 16))],
  };
}

/** Classes with fewer pictures than asked for give all but one. */
export function drawClicks({ labels, classCount }: LabelledFolder, each: number, seed: number): Clicks {
  const sizes = new Int32Array(classCount);
  for (const label of labels) sizes[label]++;
  const counts = new Int32Array(classCount);
  const rows = shuffle([...labels.keys()], createRandom(seed)).filter((row) => {
    if (counts[labels[row]] >= Math.min(each, sizes[labels[row]] - 1)) return false;
    counts[labels[row]]++;
    return true;
  });
  return { rows: Int32Array.from(rows), labels: Int32Array.from(rows, (row) => labels[row]), classCount };
}

export function measureDraw(folder: LabelledFolder, { plain, spaces }: ReturnType<typeof spacesOf>, clicks: Clicks): DrawResult {
  const { labels, classCount } = folder;
  const clicked = new Set(clicks.rows);
  const others = [...labels.keys()].filter((row) => !clicked.has(row));
  const one = new Float64Array(classCount);
  const accuracyOf = (score: (row: number) => void): number =>
    others.filter((row) => {
      score(row);
      return largestOf(one, classCount) === labels[row];
    }).length / others.length;
  const learned = createLearner(spaces).learn(clicks);
  const confidences: number[] = [];
  const right: number[] = [];
  const ours = accuracyOf((row) => {
    learned.answer(row, one);
    const best = largestOf(one, classCount);
    confidences.push(one[best]);
    right.push(best === labels[row] ? 1 : 0);
  });
  const fixed: Record<string, number> = {};
  for (const lambda of [0.1, 1]) {
    const ridge = createRidge({ table: plain, clicks, lambda, classLimit: classCount });
    fixed[`ridge ${lambda}`] = accuracyOf((row) => ridge.score(row, classCount, one));
  }
  const propagation = createPropagation({ graph: similarityGraph(spaces[0].neighbours), clicks, classLimit: classCount, flow: 0.9 });
  fixed["propagation"] = accuracyOf((row) => propagation.score(row, classCount, one));
  const sure = confidences.filter((value) => value >= 0.9).length;
  const { model, features } = learned.choice.candidate;
  return {
    ours,
    fixed,
    chosen: `${model} ${features}`,
    calibrationError: expectedCalibrationError(reliability(confidences, right)),
    accepted: sure / others.length,
    acceptedErrors: sure === 0 ? 0 : confidences.filter((value, at) => value >= 0.9 && right[at] === 0).length / sure,
  };
}
