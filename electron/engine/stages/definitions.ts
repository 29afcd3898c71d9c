/**
 * @file What the job runner can run.
 */
import { basename, join } from "node:path";

import { compareStages, evaluationStages, indexStages, mapStages, trainStages, type JobKind } from "#protocol/progress.ts";

import type { Clock } from "../base/clock.ts";
import type { ChildPool } from "../children/child-pool.ts";
import type { JobDefinition } from "../jobs/job-runner.ts";
import type { WriteStore } from "../store/database.ts";
import { runCompareJob, type CompareParameters } from "./comparison/compare-job.ts";
import type { TuneParameters } from "./fewshot/tune-plan.ts";
import { runEvaluateJob, type EvaluateParameters } from "./evaluate-job.ts";
import { runIndexJob, type IndexParameters } from "./index-job.ts";
import { runMapJob } from "./map-job.ts";
import type { Pipeline } from "./pipeline.ts";
import type { TrainParameters } from "./training/make-plan.ts";
import type { SpawnTrainer } from "./training/train-job.ts";

export interface DefinitionSurroundings {
  readonly store: WriteStore;
  readonly clock: Clock;
  /** Started when first needed. */
  readonly children: () => ChildPool;
  readonly thumbnailFolder: string;
  readonly dataFolder: string;
  readonly threads: number;
  readonly spawnTrainer: SpawnTrainer;
  readonly changed: Pipeline["changed"];
}

const sampleSeed = 7;

/** All but exports, which reach the open collection. */
export function createDefinitions(surroundings: DefinitionSurroundings): Record<Exclude<JobKind, "export">, JobDefinition> {
  const index: JobDefinition = {
    stages: indexStages,
    title: (parameters) => {
      const { folders, encoder, switchLast } = parameters as IndexParameters;
      return switchLast === true ? `Apply ${encoder}` : `Index ${folders.map((folder) => basename(folder)).join(", ")}`;
    },
    run: (parameters, job) => runIndexJob(parameters as IndexParameters, { ...surroundings, children: surroundings.children() }, job),
  };
  return {
    index,
    watch: {
      ...index,
      title: () => "Take in what changed",
      run: (parameters, job) => index.run({ ...(parameters as IndexParameters), freshOnly: true }, job),
    },
    map: {
      stages: mapStages,
      title: () => "Redo the map",
      run: (_, job) => runMapJob({ ...surroundings, children: surroundings.children() }, job),
    },
    evaluate: {
      stages: evaluationStages,
      title: (parameters) => `Judge ${(parameters as EvaluateParameters).encoder}`,
      run: (parameters, job) =>
        runEvaluateJob(parameters as EvaluateParameters, { ...surroundings, children: surroundings.children() }, job),
    },
    train: {
      stages: trainStages,
      title: (parameters) => `Train ${(parameters as TrainParameters).from}`,
      run: async (parameters, job) => {
        // Only now: every other job would load all methods, executors and ONNX Runtime for nothing.
        const { runTrainJob } = await import("./training/train-job.ts");
        return runTrainJob(parameters as TrainParameters, { ...surroundings, children: surroundings.children() }, job);
      },
    },
    tune: {
      stages: trainStages,
      title: (parameters) => `Tune ${(parameters as TuneParameters).from} on ${(parameters as TuneParameters).labels.length} labels`,
      run: async (parameters, job) => {
        const { runTuneJob } = await import("./fewshot/tune-job.ts");
        return runTuneJob(parameters as TuneParameters, { ...surroundings, children: surroundings.children() }, job);
      },
    },
    compare: {
      stages: compareStages,
      title: (parameters) => {
        const { before, after } = parameters as CompareParameters;
        return `Compare ${before} with ${after}`;
      },
      run: (parameters, job) => runCompareJob(parameters as CompareParameters, { ...surroundings, children: surroundings.children() }, job),
    },
    samples: {
      stages: ["draw", ...indexStages],
      title: () => "Draw the samples",
      run: async (parameters, job) => {
        const { makeSamples } = await import("../samples/make-samples.ts");
        await makeSamples(join(surroundings.dataFolder, "samples"), {
          seed: sampleSeed,
          signal: job.signal,
          onProgress: (done, total) => job.progress(done, total),
        });
        return index.run(parameters, job);
      },
    },
  };
}
