/**
 * @file What was learnt from the clicks, kept from click to click: all models on all kinds of vectors, brought up to date by steps of rank one, and the one that answers. 50,000 images
 * of 20 classes answer within a fifth of a second.
 */
import { samplePlaces } from "../base/sample-rows.ts";
import { applyPower } from "./calibration.ts";
import { chooseByClicks, chooseByGraph, type Choice, type GraphSigns } from "./choose.ts";
import type { Clicks } from "./clicks.ts";
import { commonness } from "./commonness.ts";
import type { FeatureSpace } from "./feature-space.ts";
import { graphSigns } from "./graph-signs.ts";
import { clicksToLeaveOut, judgeCandidate, judgedCandidate, type Candidate } from "./leave-out.ts";
import { answerOf, createSpaceModels, modelNames, type Answer, type SpaceModels } from "./models.ts";

export interface Learned {
  readonly clicks: Clicks;
  readonly candidates: readonly Candidate[];
  readonly choice: Choice;
  /** Of the chosen vectors. */
  readonly models: SpaceModels;
  /** Clicks that can be left out; null where that would tell nothing. */
  readonly asked: Clicks | null;
  /** Calibrated probabilities of a row, into [classCount]. */
  readonly answer: (row: number, into: Float64Array) => void;
  /** [classCount] how much more common than others each class seems. */
  readonly factors: Float64Array;
}

export interface Learner {
  readonly spaces: readonly FeatureSpace[];
  /** Learns exactly these clicks: what differs from the last ones is changed, not learnt anew. Needs two classes that have clicks. */
  learn(clicks: Clicks): Learned;
}

/** Where more clicks than this differ, learning anew is quicker. */
const mostSteps = 32;
/** Room for this many classes more than there are. */
const spareClasses = 8;
/** Rows by which shares of classes are found. */
const shareSample = 4000;
const seed = 3;

export function createLearner(spaces: readonly FeatureSpace[]): Learner {
  let known = new Map<number, number>();
  let models: SpaceModels[] = [];
  let classLimit = 0;
  const bringUp = (clicks: Clicks): void => {
    const wanted = new Map(Array.from(clicks.rows, (row, at) => [row, clicks.labels[at]]));
    const gone = [...known].filter(([row, label]) => wanted.get(row) !== label);
    const come = [...wanted].filter(([row, label]) => known.get(row) !== label);
    const hasCentroid = models[0]?.centroid !== null;
    const wantsCentroid = clicks.rows.length <= 3 * clicks.classCount;
    if (models.length === 0 || clicks.classCount > classLimit || gone.length + come.length > mostSteps || (wantsCentroid && !hasCentroid)) {
      classLimit = clicks.classCount + spareClasses;
      models = spaces.map((space) => createSpaceModels({ space, clicks, classLimit }));
    } else {
      models = models.map((each) => (wantsCentroid ? each : { ...each, centroid: null }));
      for (const each of models.flatMap(({ ridge, propagation, centroid }) => [ridge, propagation, ...(centroid ? [centroid] : [])])) {
        for (const [row, label] of gone) each.forget(row, label);
        for (const [row, label] of come) each.learn(row, label);
      }
    }
    known = wanted;
  };
  return {
    spaces,
    learn: (clicks) => {
      bringUp(clicks);
      const asked = clicksToLeaveOut(clicks, models);
      const candidates = models.flatMap((each) =>
        each.space.judged
          ? [judgedCandidate(each, each.space.judged)]
          : modelNames.filter((name) => name !== "centroid" || each.centroid).map((name) => judgeCandidate(each, name, asked)),
      );
      const choice = asked === null ? chooseByGraph(candidates, signsOf(models, clicks)) : chooseByClicks(candidates, asked.rows.length);
      const chosen = models.find(({ space }) => space.name === choice.candidate.features) as SpaceModels;
      return { clicks, asked, candidates, choice, models: chosen, ...calibrated(chosen, choice.candidate, clicks) };
    },
  };
}

/** What a model says once its way of answering is settled: probabilities to a power, weighed by how common each class seems. */
export function calibrated(
  models: SpaceModels,
  { model, power }: Pick<Candidate, "model" | "power">,
  clicks: Clicks,
): Pick<Learned, "answer" | "factors"> {
  const { classCount } = clicks;
  const raw = answerOf(models, model);
  const factors = sharesOf(raw, { clicks, power, count: models.space.table.count });
  return {
    factors,
    answer: (row, into) => {
      raw(row, classCount, into);
      applyPower(into, classCount, power);
      weigh(into, factors);
    },
  };
}

function signsOf(models: readonly SpaceModels[], clicks: Clicks): Map<string, GraphSigns> {
  return new Map(models.map((each) => [each.space.name, graphSigns(each, clicks.classCount)]));
}

function sharesOf(answer: Answer, { clicks, power, count }: { clicks: Clicks; power: number; count: number }): Float64Array {
  const { classCount } = clicks;
  const places = samplePlaces(count, shareSample, seed);
  const sample = new Float64Array(places.length * classCount);
  places.forEach((row, at) => {
    const one = sample.subarray(at * classCount, (at + 1) * classCount);
    answer(row, classCount, one);
    applyPower(one, classCount, power);
  });
  return commonness(sample, clicks);
}

function weigh(probabilities: Float64Array, factors: Float64Array): void {
  let sum = 0;
  for (let label = 0; label < factors.length; label++) sum += probabilities[label] *= factors[label];
  for (let label = 0; label < factors.length; label++) probabilities[label] /= sum;
}
