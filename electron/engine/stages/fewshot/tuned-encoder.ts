/**
 * @file Writes what a tuning ends with as an encoder like any other: the half-whitened vector of the frozen encoder beside the tuned one, which are what the folds were judged by.
 */
import { join } from "node:path";

import type { TunedReport } from "#protocol/tuned-report.ts";

import { BugError } from "../../base/errors.ts";
import { writeTrainedEncoder } from "../../training/result/write-encoder.ts";
import type { TunedWeights, Tuner } from "../../training/trainer/tuner.ts";
import { addJoined, addUnitLength, addWhitening } from "../../training/whiten/whitening-nodes.ts";
import type { Whitening } from "../../training/whiten/whitening.ts";
import type { ProbeReport } from "./tune-probe.ts";
import { tunedShare, type TunePlan } from "./tune-plan.ts";

export interface TunedEncoder {
  readonly tune: TunePlan;
  readonly tuner: Tuner;
  readonly weights: TunedWeights;
  readonly whitening: Whitening;
  readonly tuned: TunedReport;
  readonly probe: ProbeReport;
  readonly steps: number;
  /** Of the run. */
  readonly folder: string;
}

export function writeTunedEncoder({ tune, tuner, weights, whitening, tuned, probe, steps, folder }: TunedEncoder): void {
  const { plan, classNames } = tune;
  const { base, network } = tuner;
  const { card } = base;
  if (card === null) throw new BugError("a tuning begins at an encoder");
  const { frozen, whitened, after } = probe;
  writeTrainedEncoder(
    join(folder, "encoder"),
    {
      model: network.model,
      frozenEmbedding: base.network.embedding,
      tunedEmbedding: network.embedding,
      frozenDimensions: base.network.dimensions,
      tunedDimensions: network.dimensions,
      weights,
      head: (builder, one, other) => addJoined(builder, addWhitening(builder, one, whitening), addUnitLength(builder, other), tunedShare),
      alsoOutputs: card.spatial,
    },
    { ...card.input, batch: null },
    {
      id: plan.id,
      name: `${card.name}, tuned on ${tuned.clicks} labels`,
      licence: card.licence,
      source: `${card.id}, tuned on a few labels of a folder`,
      provenance: {
        "Made from": card.id,
        Method: `${plan.method}: ${tuned.clicks} labelled pictures of ${classNames.length} classes (${classNames.join(", ").slice(0, 200)})`,
        Trained: plan.trainable,
        Steps: String(steps),
        Seed: String(plan.seed),
        Form: "joined with the half-whitened vector",
      },
      report: { recommended: tuned.recommended, why: tuned.why, frozen, whitened, after },
    },
  );
}
