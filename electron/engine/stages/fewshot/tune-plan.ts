/**
 * @file A tuning on a few labels, decided before it begins and kept in its run's folder as tune.json: which pictures teach, which are looked at, which folds judge.
 */
import { fewestAsked, type tuneLevels } from "#protocol/label-model.ts";

import type { EncoderRow } from "../../store/queries/embeddings.ts";
import { samplePlaces } from "../../base/sample-rows.ts";
import { UserError } from "../../base/errors.ts";
import { clicksPerClass, type Clicks } from "../../fewshot/clicks.ts";
import { foldsOf, neverAsked, partsOf } from "../../fewshot/folds.ts";
import { fewLabels } from "../../training/methods/few-labels.ts";
import type { MethodDefaults } from "../../training/methods/method.ts";
import type { RunPlan } from "../../training/trainer/run-plan.ts";
import { makePlan, type PlanFacts } from "../training/make-plan.ts";

/** In the folder of a run that tunes. */
export const tunePlanName = "tune.json";

type TuneLevel = (typeof tuneLevels)[number];

/** What a job is started with. */
export interface TuneParameters {
  readonly run: string;
  /** Id of the encoder to begin with: the collection's. */
  readonly from: string;
  readonly trainable: TuneLevel;
  readonly minutes: number;
  /** Of each training; null: what the minutes allow, up to what is usual. */
  readonly steps: number | null;
  readonly seed: number;
  /** What kind of pictures these are, for their views. */
  readonly augment: string;
  /** Whether pictures that are confidently told may teach too. */
  readonly confident: boolean;
  readonly contentIds: readonly number[];
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
}

export interface TunePlan {
  readonly version: 1;
  readonly plan: RunPlan;
  readonly workspace: string;
  readonly encoder: EncoderRow;
  /** Content of each place of the picture cache: first those that are labelled, then those that may be told confidently. */
  readonly contentIds: readonly number[];
  /** Of the first places; the rest has none. */
  readonly labels: readonly number[];
  readonly classNames: readonly string[];
  /** Unlabelled pictures, next in the cache, that may teach where they are told confidently. */
  readonly pool: number;
  /** Contents that answers are learnt and told among, the labelled ones and the pool first. */
  readonly looked: readonly number[];
  readonly folds: number;
  readonly repeats: number;
  /** Of each training. */
  readonly mostSteps: number;
  /** Of all of them; null: every step is made. */
  readonly minutes: number | null;
}

/**
 * Of the tuned vector in the cosine of what is written, beside the half-whitened one of the encoder it began with. What a few clicks teach may be wrong, and clicks that were left out tell it too seldom: a smaller
 * share gives up some of the gain and most of the loss. Measured on 45 adapters (clothes, digits, clip art of some thousands and brain slices of 1,000; 5 and 20 clicks a class), mean true gain and worst, in points:
 * with .6 .56 and -2.9, with a third .63 and -1.6, with .15 .48 and -1.0.
 */
export const tunedShare = 0.15;

export const foldCount = 5;
/** Unlabelled pictures that are looked through for confident ones. */
const poolSize = 300;
/** Pictures whose views show what the training did. */
const probeSize = 200;

interface Level {
  /** Pictures that stand for the folder while folds are judged: each is looked at after each training. */
  readonly looked: number;
  readonly repeats: number;
  readonly steps: number;
  readonly defaults: MethodDefaults;
}

const levels: Readonly<Record<TuneLevel, Level>> = {
  adapter: { looked: 4000, repeats: 3, steps: 200, defaults: fewLabels.defaults.adapter as MethodDefaults },
  norm: { looked: 600, repeats: 1, steps: 60, defaults: fewLabels.defaults.tune },
  last: { looked: 1000, repeats: 1, steps: 100, defaults: fewLabels.defaults.tune },
};

export interface TuneFacts {
  /** Of the chosen contents. */
  readonly facts: PlanFacts;
  readonly encoder: EncoderRow;
  readonly workspace: string;
}

/** Which contents must be read as squares, in the order of their places, and the rest of the plan once that is known. */
export function chooseContents(
  { contentIds, trainable, seed, confident }: TuneParameters,
  embedded: readonly number[],
): Pick<TunePlan, "contentIds" | "looked" | "pool"> & { readonly probe: readonly number[] } {
  const labelled = new Set(contentIds);
  const others = embedded.filter((id) => !labelled.has(id));
  const draw = (limit: number, salt: number): number[] => Array.from(samplePlaces(others.length, limit, seed + salt), (at) => others[at]);
  const pool = confident ? draw(poolSize, 1) : [];
  const looked = [...new Set([...contentIds, ...pool, ...draw(levels[trainable].looked, 2)])].slice(
    0,
    Math.max(levels[trainable].looked, contentIds.length + pool.length),
  );
  const probe = draw(probeSize, 3);
  const read = [...new Set([...contentIds, ...pool, ...probe, ...(trainable === "adapter" ? [] : looked)])];
  const placeOf = new Map(read.map((id, place) => [id, place]));
  return {
    contentIds: read,
    looked,
    pool: pool.length,
    probe: (probe.length > 0 ? probe : contentIds).map((id) => placeOf.get(id) as number),
  };
}

export function makeTunePlan(parameters: TuneParameters, chosen: ReturnType<typeof chooseContents>, given: TuneFacts): TunePlan {
  const { trainable, seed, minutes, steps, classNames, labels } = parameters;
  const { repeats, steps: usualSteps, defaults } = levels[trainable];
  const { probe, ...contents } = chosen;
  const smallest = fewestTaught(
    { rows: Int32Array.from(labels.keys()), labels: Int32Array.from(labels), classCount: classNames.length },
    repeats,
    seed,
  );
  const images = Math.min(defaults.perImages, smallest);
  const base = makePlan(
    { ...plainTraining, run: parameters.run, from: parameters.from, trainable, augment: parameters.augment, seed },
    given.facts,
  );
  return {
    version: 1,
    ...contents,
    workspace: given.workspace,
    encoder: given.encoder,
    labels,
    classNames,
    folds: foldCount,
    repeats,
    mostSteps: steps ?? usualSteps,
    // Asked for by number, they are all made.
    minutes: steps === null ? minutes : null,
    plan: {
      ...base,
      method: fewLabels.id,
      settings: {
        ...Object.fromEntries(Object.entries(fewLabels.settings).map(([name, { value }]) => [name, value])),
        classes: classNames.length,
      },
      images,
      rate: defaults.rate,
      optimizer: defaults.optimizer,
      optimizerOptions: { ...base.optimizerOptions, decay: defaults.decay },
      keptViews: trainable === "norm" ? 0 : trainable === "adapter" ? 8 : 4,
      training: Array.from(labels.keys()),
      probe,
    },
  };
}

/** Pictures of the smallest training. Throws a UserError where too few labels can be left out. */
function fewestTaught(clicks: Clicks, repeats: number, seed: number): number {
  const sizes = clicksPerClass(clicks);
  let fewest = Infinity;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const folds = foldsOf(clicks, foldCount, seed + repeat);
    const asked = folds.filter((fold) => fold !== neverAsked).length;
    if (sizes.length < 2 || asked < fewestAsked)
      throw new UserError(
        "too-few-labels",
        `${asked} labelled pictures of ${sizes.length} class(es) can be left out to judge a tuning; expected at least ${fewestAsked}, of 2 classes or more with 2 pictures or more each.`,
      );
    for (let fold = 0; fold < foldCount; fold++) fewest = Math.min(fewest, partsOf(folds, fold).taught.length);
  }
  return fewest;
}

const plainTraining = {
  method: "supcon",
  minutes: null,
  epochs: null,
  steps: 1,
  batch: null,
  size: null,
  device: "auto",
  set: [],
  labels: null,
  pairs: null,
} as const;
