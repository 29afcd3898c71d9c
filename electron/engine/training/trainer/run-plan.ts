/**
 * @file All that a run is made of, decided before it begins and kept in its folder as run.json: with the same plan and the same pictures the same weights
 * come out.
 */
import type { DeviceName, JudgedBy } from "#protocol/model.ts";

import type { PresetName } from "../augment/presets.ts";
import type { ExecutorKind } from "../../runtime/training/executor.ts";
import type { Settings } from "../methods/method.ts";
import type { TrainableLevel } from "../network/trainable.ts";
import type { OptimizerName, OptimizerOptions } from "../optimizers/optimizer.ts";

/** Files in a run's folder. */
export const planName = "run.json";
export const outcomeName = "outcome.json";

export interface RunPlan {
  readonly version: 1;
  readonly id: string;
  readonly seed: number;
  readonly from: { readonly kind: "scratch"; readonly architecture: string } | { readonly kind: "encoder"; readonly folder: string };
  /** Folder of the encoder that the result is held against: the one it began with, or the collection's. */
  readonly baseline: string;
  readonly method: string;
  readonly settings: Settings;
  readonly trainable: TrainableLevel;
  /** BatchNormalizations that are trained take the statistics of the batch. */
  readonly batchStatistics: boolean;
  readonly preset: PresetName;
  /** Settings of augmentation that a person changed. */
  readonly augment: Readonly<Record<string, string>>;
  /** Pictures in a batch. */
  readonly images: number;
  /** Pieces that a batch passes the network in. */
  readonly pieces: number;
  /** Side of a view in pixels. */
  readonly size: number;
  /** Where an adapter begins: at the whitening by the plain pictures, or at the one by their views. */
  readonly start: "whitened" | "views";
  /** One of the two at least; where both are given, the fewer. How many fit into `minutes` is found out at the start and kept. */
  readonly steps: number | null;
  readonly minutes: number | null;
  readonly optimizer: OptimizerName;
  readonly optimizerOptions: OptimizerOptions;
  readonly rate: number;
  readonly warmUpShare: number;
  readonly finalShare: number;
  readonly clip: number;
  /** Views of each picture that are kept where a part of the network is frozen; 0: none, every view is fresh. */
  readonly keptViews: number;
  readonly device: DeviceName;
  readonly executor: ExecutorKind;
  readonly threads: number;
  readonly pictures: { readonly path: string; readonly fingerprint: string; readonly count: number; readonly sidePx: number };
  /** Places in the picture cache. The two are disjoint where the folder is large enough. */
  readonly training: readonly number[];
  readonly probe: readonly number[];
  /** Of every place in the picture cache, -1 where there is none: labels to train on, and ones to judge by. */
  readonly labels: readonly number[] | null;
  readonly weakLabels: readonly number[] | null;
  /** Where those to judge by are from; plans of earlier versions do not say, theirs are sub-folders. */
  readonly judgedBy?: JudgedBy | null;
  /** Of every place, "" where there is none. */
  readonly texts: readonly string[] | null;
  /** Folder of the encoder whose similarities are learnt. */
  readonly teacher: string | null;
  /** How often the probe is looked at on the way. */
  readonly evaluations: number;
  readonly checkpointSeconds: number;
}
