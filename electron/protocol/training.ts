/**
 * @file Training as it crosses between engine and clients: what there is to choose, what a choice would mean for this collection, a run while it goes on
 * and what came of it. What there is one of for each step or picture comes as typed arrays.
 */
import type { ComparisonState } from "./comparison.ts";
import type { EncoderId, ImageId, JobId, JudgedBy, ProjectId, RunSummary, TrainReport } from "./model.ts";

type Empty = Record<string, never>;

/** What a person asks for; null: what suits the collection. */
export interface TrainingRequest {
  readonly method: string | null;
  /** Id of an encoder, or scratch:ARCHITECTURE; null: the collection's encoder. */
  readonly from: string | null;
  readonly trainable: "adapter" | "norm" | "last" | "all" | null;
  readonly minutes: number | null;
  readonly epochs: number | null;
  readonly steps: number | null;
  readonly batch: number | null;
  readonly size: number | null;
  /** A preset of augmentation. */
  readonly augment: string;
  readonly device: string;
  readonly seed: number;
  /** key=value. */
  readonly set: readonly string[];
  /** Path of a table (path, label) or (path, text) on the engine's machine. */
  readonly labels: string | null;
  readonly pairs: string | null;
}

export interface SettingChoice {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly whole: boolean;
  /** One line. */
  readonly help: string;
  /** Where it comes from. */
  readonly source: string;
}

export interface MethodChoice {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly source: string;
  readonly needs: readonly ("labels" | "pairs" | "teacher")[];
  readonly settings: readonly SettingChoice[];
}

export const rungs = ["whiten", "adapter", "last", "all", "scratch"] as const;
/** How much is changed, from nothing to everything. */
export type Rung = (typeof rungs)[number];

export interface RungChoice {
  readonly id: Rung;
  readonly title: string;
  /** What it does and what it costs. */
  readonly summary: string;
  readonly source: string;
}

export interface PresetChoice {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** What is not done to such pictures, and why; a sentence each. */
  readonly leftOut: readonly string[];
  readonly source: string;
}

export interface TrainingChoices {
  readonly rungs: readonly RungChoice[];
  readonly methods: readonly MethodChoice[];
  readonly general: readonly SettingChoice[];
  readonly augment: readonly SettingChoice[];
  readonly presets: readonly PresetChoice[];
  readonly architectures: readonly { readonly name: string; readonly size: number; readonly summary: string }[];
  readonly optimizers: readonly { readonly name: string; readonly source: string }[];
  readonly executors: readonly string[];
  /** What this collection should begin with, and why. */
  readonly suggested: { readonly preset: string; readonly presetReason: string; readonly rung: Rung; readonly rungReason: string };
  /** Before anything is trained; null while the collection has no embeddings. */
  readonly predictor: { readonly advice: string; readonly reason: string; readonly uniformity: number } | null;
  /** Distinct readable pictures; a run needs at least `fewest`. */
  readonly pictures: number;
  readonly fewest: number;
}

/** The plan that a request would become. */
export interface PlanSummary {
  readonly method: string;
  readonly trainable: string;
  readonly base: string;
  readonly device: string;
  readonly executor: string;
  readonly threads: number;
  /** Pictures in a step, and views made of them. */
  readonly batch: number;
  readonly viewsPerStep: number;
  readonly size: number;
  readonly optimizer: string;
  readonly rate: number;
  /** Whichever comes first; null: no limit of that kind. */
  readonly steps: number | null;
  readonly minutes: number | null;
  readonly training: number;
  readonly probe: number;
  /** True where the pictures that judge are those that are trained on, as in small folders. */
  readonly judgesByTraining: boolean;
  /** Sub-folders that judge, as weak labels; 0 where there are none. */
  readonly weakClasses: number;
  readonly judgedBy: JudgedBy | null;
  /** Settings of augmentation of its first kind of view, by name; none where nothing is altered. */
  readonly augment: Readonly<Record<string, number>>;
}

/** Measured with some pictures of the collection. Seconds of the whole run. */
export interface TrialResult {
  readonly seconds: { readonly read: number; readonly features: number; readonly steps: number; readonly judge: number };
  readonly steps: number;
  readonly secondsPerStep: number;
  readonly viewsPerSecond: number;
  /** Of one step; what of it is free now. */
  readonly stepBytes: number;
  readonly freeBytes: number;
  /** Pictures in a step that fit; less than was asked for where memory is short. */
  readonly batch: number;
  /** Whether another job ran meanwhile. */
  readonly wasBusy: boolean;
}

/** Real views of pictures of the collection, one strip: for each picture itself, then its views. */
export interface ViewStrip {
  readonly sidePx: number;
  readonly pictures: number;
  readonly viewsEach: number;
  /** Names of the views, such as "first" and "local", [viewsEach]. */
  readonly names: readonly string[];
  /** [pictures] */
  readonly ids: Int32Array;
  /** [pictures, 1 + viewsEach, sidePx, sidePx, 3] RGB */
  readonly pixels: Uint8Array;
}

export type Decision = "used" | "kept" | "dropped";

export interface RunEntry extends RunSummary {
  /** What a person called it; "" for none. */
  readonly name: string;
  readonly job: JobId | null;
  readonly decision: Decision | null;
  /** Whose labels it learnt from; null where they are of no project, or of one that is gone. */
  readonly project: { readonly id: ProjectId; readonly name: string } | null;
  readonly report: TrainReport | null;
  readonly error: string | null;
}

export interface RunDetails {
  readonly run: RunEntry;
  readonly request: TrainingRequest;
  /** Null until its pictures are read. */
  readonly plan: PlanSummary | null;
  /** Encoders that it left in the registry, by what they are. */
  readonly encoders: { readonly frozen: EncoderId | null; readonly whitened: EncoderId | null; readonly after: EncoderId | null };
}

/** What a run told since `after`, [n] each. */
export interface RunMetrics {
  /** To be given as `after` the next time. */
  readonly after: number;
  /** It was told again from the beginning: forget what came before. */
  readonly again: boolean;
  readonly steps: Int32Array;
  readonly loss: Float32Array;
  readonly rate: Float32Array;
  readonly gradientNorm: Float32Array;
  /** Looks at the probe, all of them. */
  readonly looks: {
    readonly steps: Int32Array;
    readonly viewRetrieval: Float32Array;
    readonly alignment: Float32Array;
    readonly uniformity: Float32Array;
    readonly neighboursKept: Float32Array;
    /** NaN where there are no weak labels. */
    readonly weakLabelKnn: Float32Array;
  };
  /** Of the whole run; 0 while it is not known. */
  readonly totalSteps: number;
  readonly viewsPerStep: number;
}

/** Neighbours of the pictures that judge, as three encoders see them: rows of `ids`, nearest first. */
export interface RunNeighbours {
  /** [count]; 0 where a picture is gone. */
  readonly ids: Int32Array;
  readonly count: number;
  readonly k: number;
  /** [count, k] */
  readonly frozen: Int32Array;
  readonly whitened: Int32Array;
  /** The same as `whitened` where nothing was trained. */
  readonly after: Int32Array;
}

/** Nearest others of some pictures, nearest first, [count, k] each. */
export interface NearestOthers {
  /** 0 where a picture is gone. */
  readonly ids: Int32Array;
  readonly similarities: Float32Array;
}

/** Some of the pictures that judge, the same for the whole run, and what is nearest to them before and at the last look. */
export interface ShownExamples {
  readonly count: number;
  readonly k: number;
  /** [count]; 0 where a picture is gone. */
  readonly asked: Int32Array;
  /** As the encoder saw them that it begins with; a net from nothing, before its first step. */
  readonly before: NearestOthers;
  readonly now: NearestOthers;
  /** [count, k] 1 where a neighbour of now is none of those before. */
  readonly fresh: Uint8Array;
  /** At which `now` was seen. */
  readonly step: number;
  /** Among which neighbours were looked for. */
  readonly pictures: number;
}

/** Why there are no examples: no look yet, too few pictures that judge, or a run from before there were any. */
export interface MissingExamples {
  readonly missing: "not-yet" | "too-few" | "not-kept";
  readonly pictures: number;
  readonly fewest: number;
}

export type RunExamples = ShownExamples | MissingExamples;

export interface TrainingContract {
  "training.choices": { params: Empty; result: TrainingChoices };
  /** Throws what is wrong with the request. */
  "training.check": { params: { request: TrainingRequest }; result: PlanSummary };
  /** Takes about five seconds; a later one stops the one before. */
  "training.trial": { params: { request: TrainingRequest }; result: TrialResult };
  "training.views": { params: { request: TrainingRequest; pictures: number; sidePx: number; draw: number }; result: ViewStrip };
  "training.start": { params: { request: TrainingRequest; name?: string }; result: { run: string; job: JobId } };
  "runs.list": { params: Empty; result: { runs: RunEntry[] } };
  "runs.show": { params: { id: string }; result: RunDetails };
  "runs.metrics": { params: { id: string; after: number }; result: RunMetrics };
  "runs.examples": { params: { id: string }; result: RunExamples };
  "runs.neighbours": { params: { id: string }; result: RunNeighbours | null };
  /** Compares the encoder it ended with and the one it began with on the collection's pictures: a job, whose result is kept with the run. */
  "runs.compare": { params: { id: string }; result: { job: JobId } };
  "runs.comparison": { params: { id: string }; result: ComparisonState };
  "runs.rename": { params: { id: string; name: string }; result: Empty };
  /** With its folder and its encoders; refused where a collection uses one of them. */
  "runs.delete": { params: { id: string }; result: Empty };
  "runs.pause": { params: { id: string }; result: Empty };
  "runs.resume": { params: { id: string }; result: { job: JobId } };
  "runs.cancel": { params: { id: string }; result: Empty };
  /** Switches the collection to one of the run's encoders, as `encoders.apply` does; `encoders.revert` leads back. */
  "runs.apply": { params: { id: string; encoder: "whitened" | "after" }; result: { job: JobId } };
  /** Keeps its encoders for later, or removes them (its numbers stay). */
  "runs.decide": { params: { id: string; decision: "kept" | "dropped" }; result: Empty };
}

/** The picture a request begins with. */
export const plainRequest: TrainingRequest = {
  method: null,
  from: null,
  trainable: null,
  minutes: null,
  epochs: null,
  steps: null,
  batch: null,
  size: null,
  augment: "photo",
  device: "auto",
  seed: 1,
  set: [],
  labels: null,
  pairs: null,
};

/** An image as typed arrays name it. */
export function imageIdAt(ids: Int32Array, row: number): ImageId | null {
  const id = ids[row] ?? 0;
  return id > 0 ? (id as ImageId) : null;
}
