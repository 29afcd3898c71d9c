/**
 * @file A tuning from its folder to its folder, in the process that trains. Each fold is taught and asked twice: by the usual way on vectors that never saw a label, and by weights trained anew on what the
 * fold leaves. What a picture without a label really is, is known to nobody here; those that are told confidently are told by the clicks of the fold alone.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { TunedReport } from "#protocol/tuned-report.ts";

import { startTimer } from "../../base/clock.ts";
import { BugError } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { LeftOut } from "../../fewshot/calibration.ts";
import { modelWords } from "../../fewshot/choose.ts";
import type { Clicks } from "../../fewshot/clicks.ts";
import { compareAnswers, type Comparison } from "../../fewshot/compare.ts";
import { featureSpace, type FeatureSpace } from "../../fewshot/feature-space.ts";
import { chosenClicks, foldsOf, neverAsked, partsOf } from "../../fewshot/folds.ts";
import { calibrated, createLearner, type Learned } from "../../fewshot/learner.ts";
import { largestOf } from "../../fewshot/leave-out.ts";
import { createSpaceModels } from "../../fewshot/models.ts";
import { findNeighbours } from "../../search/find-neighbours.ts";
import { openForReading } from "../../store/database.ts";
import { outcomeName } from "../../training/trainer/run-plan.ts";
import type { TrainSurroundings } from "../../training/trainer/train.ts";
import { createTuner, type Taught, type TunedWeights, type Tuner } from "../../training/trainer/tuner.ts";
import { applyWhitening, fitWhitening, joinVectors, type Whitening } from "../../training/whiten/whitening.ts";
import { loadVectors } from "../vectors.ts";
import { lookAtProbe, type ProbeReport } from "./tune-probe.ts";
import { tunedShare, tunePlanName, type TunePlan } from "./tune-plan.ts";
import { writeTunedEncoder } from "./tuned-encoder.ts";

export interface TuneOutcome {
  readonly steps: number;
  readonly seconds: number;
  readonly loss: { readonly first: number; readonly last: number };
  readonly tuned: TunedReport;
  readonly probe: ProbeReport;
}

/** Neighbours of vectors: what density and propagation look at. */
const neighbourCount = 16;
/** A picture without a label teaches where it is told this surely, and so many of a class at most. */
const confidence = 0.9;
const mostConfident = 20;
/**
 * What luck does less often than this is no luck. An adapter's vectors have a small share beside those they began with (`tunedShare`): of 80 tunings (digits, clothes, clip art, brain slices; 5 and 20 clicks a
 * class, ten draws) 56 are recommended and truly gain .6 points in the mean; the worst of them loses .8, and both that gain 2 points and more are among them (at .2 one of the two). What trains the encoder itself has
 * more to lose.
 */
const mostChance = { adapter: 0.3, other: 0.2 };
/** Above it the person is told that the labels alone would not decide. */
const clearChance = mostChance.other;
const stepsName = "steps.json";
const fewestSteps = 10;
/** Of the time, for what is no step: looking and learning. */
const stepShare = 0.7;

export async function runTuning(surroundings: Omit<TrainSurroundings, "openExecutor">): Promise<TuneOutcome> {
  const { folder, clock } = surroundings;
  const known = join(folder, outcomeName);
  if (existsSync(known)) return JSON.parse(readFileSync(known, "utf8")) as TuneOutcome;
  const elapsed = startTimer(clock);
  const tune = JSON.parse(readFileSync(join(folder, tunePlanName), "utf8")) as TunePlan;
  const seen = readSeen(tune);
  const tuner = await createTuner(
    {
      plan: tune.plan,
      taught: Array.from({ length: tune.labels.length + tune.pool }, (_, place) => place),
      looked: placesOf(tune),
      whitening: seen.whitening,
      frozen: seen.frozen,
      whitened: seen.whitened,
    },
    surroundings,
  );
  try {
    const clicks: Clicks = {
      rows: Int32Array.from(tune.labels.keys()),
      labels: Int32Array.from(tune.labels),
      classCount: tune.classNames.length,
    };
    const spaces = [space("frozen", seen.frozen), space("whitened", seen.whitened)];
    const trainings = tune.repeats * tune.folds + 1;
    const steps = await stepsOf(tune, tuner, { trainings, surroundings });
    let trained = 0;
    const teach = async (learned: Learned): Promise<Lesson> => {
      const taught = taughtBy(learned, tune);
      const onStep = (done: number): void => surroundings.onProgress("steps", trained * steps + done, trainings * steps);
      const made = await tuner.train(taught, steps, onStep);
      trained++;
      return { ...made, confident: taught.places.length - learned.clicks.rows.length };
    };
    const tunedAnswers: LeftOut[] = [];
    const plainAnswers: LeftOut[] = [];
    for (let repeat = 0; repeat < tune.repeats; repeat++) {
      const folds = foldsOf(clicks, tune.folds, tune.plan.seed + repeat);
      const [tuned, plain] = [emptyAnswers(clicks, folds), emptyAnswers(clicks, folds)];
      for (let fold = 0; fold < tune.folds; fold++) {
        const { taught, asked } = partsOf(folds, fold);
        if (asked.length === 0) continue;
        const learned = createLearner(spaces).learn(chosenClicks(clicks, taught));
        const { weights } = await teach(learned);
        const answer = await tunedAnswer(learned, { tuner, weights, whitened: seen.whitened });
        for (const at of asked) {
          learned.answer(clicks.rows[at], plain.of(at));
          answer(clicks.rows[at], tuned.of(at));
        }
      }
      tunedAnswers.push(tuned.answers);
      plainAnswers.push(plain.answers);
    }
    const learned = createLearner(spaces).learn(clicks);
    const last = await teach(learned);
    const comparison = compareAnswers(tunedAnswers, plainAnswers, mostChance[tune.plan.trainable === "adapter" ? "adapter" : "other"]);
    const tuned = reportOf(tune, { comparison, learned, asked: tunedAnswers[0]?.count ?? 0, confident: last.confident });
    const probe = await lookAtProbe({ tune, tuner, weights: last.weights, ...seen }, surroundings);
    writeTunedEncoder({ tune, tuner, weights: last.weights, whitening: seen.whitening, tuned, probe, steps, folder });
    const outcome: TuneOutcome = { steps, seconds: elapsed(), loss: { first: last.lossFirst, last: last.lossLast }, tuned, probe };
    writeWhole(known, JSON.stringify(outcome));
    return outcome;
  } finally {
    tuner.close();
  }
}

interface Lesson {
  readonly weights: TunedWeights;
  readonly lossFirst: number;
  readonly lossLast: number;
  readonly confident: number;
}

/** Of what is looked at; none where stored vectors are enough. */
function placesOf({ plan, contentIds, looked }: TunePlan): number[] {
  const placeOf = new Map(contentIds.map((id, place) => [id, place]));
  return plan.trainable === "adapter" ? [] : looked.map((id) => placeOf.get(id) as number);
}

/** [looked] stored vectors, and the same half-whitened as the whole folder asks for. */
function readSeen({ workspace, encoder, looked, plan }: TunePlan): { frozen: VectorTable; whitened: VectorTable; whitening: Whitening } {
  const { store, close } = openForReading(workspace);
  try {
    const { contentIds, table } = loadVectors(store, encoder);
    const rowOf = new Map(Array.from(contentIds, (id, row) => [id, row]));
    const { dimensions } = table;
    const values = new Float32Array(looked.length * dimensions);
    looked.forEach((id, at) => {
      const row = rowOf.get(id);
      if (row === undefined) throw new BugError(`content ${id} has no vector of ${encoder.id}`);
      values.set(table.values.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
    });
    const frozen = { count: looked.length, dimensions, values };
    const whitening = fitWhitening(table, { seed: plan.seed });
    return { frozen, whitened: applyWhitening(frozen, whitening), whitening };
  } finally {
    close();
  }
}

function space(name: string, table: VectorTable): FeatureSpace {
  return featureSpace(name, table, findNeighbours(table, neighbourCount).graph);
}

/** As many steps for each training as the time allows; kept, so that a tuning that is gone on with has as many. */
async function stepsOf(
  tune: TunePlan,
  tuner: Tuner,
  { trainings, surroundings }: { readonly trainings: number; readonly surroundings: Omit<TrainSurroundings, "openExecutor"> },
): Promise<number> {
  if (tune.minutes === null) return tune.mostSteps;
  const path = join(surroundings.folder, stepsName);
  if (existsSync(path)) return (JSON.parse(readFileSync(path, "utf8")) as { steps: number }).steps;
  const each = await tuner.timeStep({ places: Array.from(tune.labels.keys()), labels: tune.labels }, surroundings.clock);
  const fitting = Math.floor((stepShare * 60 * tune.minutes) / trainings / Math.max(1e-9, each));
  const steps = Math.max(Math.min(fewestSteps, tune.mostSteps), Math.min(tune.mostSteps, fitting));
  writeWhole(path, JSON.stringify({ steps }));
  return steps;
}

/** The clicks that were learnt from and, where that is wanted, pictures of the pool that they tell confidently. */
function taughtBy({ clicks, answer }: Learned, { labels, pool }: TunePlan): Taught {
  const places = [...clicks.rows];
  const its = [...clicks.labels];
  const one = new Float64Array(clicks.classCount);
  const told = Array.from({ length: pool }, (_, at) => {
    answer(labels.length + at, one);
    const label = largestOf(one, clicks.classCount);
    return { place: labels.length + at, label, sure: one[label] };
  });
  const counts = new Int32Array(clicks.classCount);
  for (const { place, label, sure } of told.sort((first, second) => second.sure - first.sure || first.place - second.place)) {
    if (sure < confidence || counts[label]++ >= mostConfident) continue;
    places.push(place);
    its.push(label);
  }
  return { places, labels: its };
}

/** The same model that the clicks chose on vectors without labels, on the tuned ones joined with the whitened: how it does on clicks that tuned them would say nothing. */
async function tunedAnswer(
  { clicks, choice }: Learned,
  { tuner, weights, whitened }: { readonly tuner: Tuner; readonly weights: TunedWeights; readonly whitened: VectorTable },
): Promise<(row: number, into: Float64Array) => void> {
  const joined = space("tuned", joinVectors(whitened, await tuner.look(weights), tunedShare));
  return calibrated(createSpaceModels({ space: joined, clicks, classLimit: clicks.classCount }), choice.candidate, clicks).answer;
}

function emptyAnswers(clicks: Clicks, folds: Int32Array): { readonly answers: LeftOut; readonly of: (click: number) => Float64Array } {
  const asked = [...folds.keys()].filter((at) => folds[at] !== neverAsked);
  const { classCount } = clicks;
  const probabilities = new Float64Array(asked.length * classCount);
  const placeOf = new Map(asked.map((click, at) => [click, at]));
  return {
    answers: { count: asked.length, classCount, probabilities, labels: Int32Array.from(asked, (at) => clicks.labels[at]) },
    of: (click) => {
      const at = placeOf.get(click) as number;
      return probabilities.subarray(at * classCount, (at + 1) * classCount);
    },
  };
}

function reportOf(
  { plan, classNames, labels, folds, repeats }: TunePlan,
  {
    comparison,
    learned,
    asked,
    confident,
  }: { readonly comparison: Comparison; readonly learned: Learned; readonly asked: number; readonly confident: number },
): TunedReport {
  const { accuracy, plainAccuracy, tunedPower, gain, chance, isBetter } = comparison;
  const { model, features, power: plainPower } = learned.choice.candidate;
  const power = plainPower * tunedPower;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const told = `Of ${asked} labelled pictures, each asked of trainings that had not been shown it, tuned vectors tell ${percent(accuracy)}, the usual way (${modelWords[model]} on ${features} vectors) ${percent(plainAccuracy)}; tuned, a picture's class is given ${Math.exp(gain).toFixed(2)} times as much`;
  return {
    trainable: plan.trainable,
    classes: classNames,
    clicks: labels.length,
    asked,
    folds,
    repeats,
    confident,
    cvAccuracy: accuracy,
    ridgeCvAccuracy: plainAccuracy,
    gain,
    chance,
    power,
    recommended: isBetter ? "tuned" : "ridge",
    plain: { model, features },
    why: isBetter
      ? `${told}: chance alone gives as much in ${percent(chance)} of cases${chance > clearChance ? ", so these labels hardly decide it; on other folders such adapters gained half a point in the mean and lost less than one at worst" : ""}.`
      : `${told}: ${gain <= 0 ? "no gain" : `a difference that chance explains (${percent(chance)})`}, so the usual way is the one to use.`,
  };
}
