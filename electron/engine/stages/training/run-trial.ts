/**
 * @file What a training would be for this collection: the plan, and, from a trial of a few seconds in the process that would train, how long and how much memory.
 */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { TrialResult } from "#protocol/training.ts";

import type { Clock } from "../../base/clock.ts";
import { CancellationError, UserError } from "../../base/errors.ts";
import type { ChildPool } from "../../children/child-pool.ts";
import type { ChildReply } from "../../children/port.ts";
import { tensorflowEnvironment } from "../../runtime/training/tensorflow/load.ts";
import type { ReadStore } from "../../store/database.ts";
import { listPresentContents } from "../../store/queries/contents.ts";
import { writePictureCache } from "../../training/augment/picture-cache.ts";
import type { RunPlan } from "../../training/trainer/run-plan.ts";
import { estimateRun, type Measured } from "../../training/trainer/trial.ts";
import { makePlan, type TrainParameters } from "./make-plan.ts";
import { factsOf, type Contents } from "./plan-facts.ts";
import { readSampleSquares } from "./sample-squares.ts";
import type { SpawnTrainer } from "./train-job.ts";
import type { TrialRequest } from "./trainer-messages.ts";

export interface TrialSurroundings {
  readonly store: ReadStore;
  readonly dataFolder: string;
  readonly threads: number;
  readonly children: ChildPool;
  readonly clock: Clock;
  readonly spawnTrainer: SpawnTrainer;
}

/** The plan that a job with these parameters would begin with. Throws what is wrong with them. */
export function planFor(
  parameters: TrainParameters,
  { store, dataFolder, threads }: Pick<TrialSurroundings, "store" | "dataFolder" | "threads">,
): { readonly plan: RunPlan; readonly contents: Contents } {
  const contents = listPresentContents(store);
  return { plan: makePlan(parameters, factsOf(parameters, { store, dataFolder, threads, contents }).facts()), contents };
}

/** Three batches of a frozen part, or one batch of a step. */
const samplePictures = 96;

export async function runTrial(
  parameters: TrainParameters,
  surroundings: TrialSurroundings,
  { signal, wasBusy }: { readonly signal: AbortSignal; readonly wasBusy: boolean },
): Promise<TrialResult> {
  const { store, clock, children } = surroundings;
  const { plan, contents } = planFor(parameters, surroundings);
  const { sidePx } = plan.pictures;
  const limit = Math.max(samplePictures, plan.images);
  const sample = await readSampleSquares({ store, children, contents, sidePx, limit, clock, signal, name: "trial" });
  const folder = join(store.workspace, "samples", `trial-${clock.now().toString(36)}`);
  mkdirSync(folder, { recursive: true });
  try {
    const path = join(folder, "pictures.u8");
    const key = { fingerprint: "sample", count: sample.places.length, sidePx };
    const writer = writePictureCache(path, key);
    writer.append(sample.bytes);
    writer.finish();
    const small = { ...planOfSample(plan, sample.places), pictures: { ...key, path } };
    const measured = await measureIn(folder, small, plan, surroundings, signal);
    const fitting: RunPlan = measured.images === 0 ? plan : { ...plan, images: measured.images };
    const { features, steps, judge, count } = estimateRun(fitting, measured);
    const isRead = existsSync(plan.pictures.path);
    return {
      seconds: { read: isRead ? 0 : sample.secondsEach * contents.length, features, steps, judge },
      steps: count,
      secondsPerStep: measured.stepEach,
      viewsPerSecond: measured.stepEach === 0 ? 0 : measured.viewsPerStep / measured.stepEach,
      stepBytes: measured.stepBytes,
      freeBytes: measured.freeBytes,
      batch: measured.images,
      wasBusy,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The plan with a few pictures in place of all: places of the sample count from 0. */
export function planOfSample(plan: RunPlan, places: Int32Array): RunPlan {
  const all = Array.from(places, (_, at) => at);
  const ofSample = <T>(values: readonly T[] | null): T[] | null =>
    values === null ? null : Array.from(places, (place) => values[place] as T);
  const texts = ofSample(plan.texts);
  return {
    ...plan,
    training: texts === null ? all : all.filter((at) => texts[at] !== ""),
    probe: all,
    labels: ofSample(plan.labels),
    weakLabels: ofSample(plan.weakLabels),
    texts,
  };
}

function measureIn(
  folder: string,
  small: RunPlan,
  { training, executor }: RunPlan,
  { spawnTrainer }: TrialSurroundings,
  signal: AbortSignal,
): Promise<Measured> {
  if (signal.aborted) return Promise.reject(new CancellationError());
  const child = spawnTrainer(executor === "tensorflow" ? tensorflowEnvironment() : {})();
  let stop = (): void => undefined;
  const made = new Promise<Measured>((resolve, reject) => {
    stop = () => reject(new CancellationError());
    signal.addEventListener("abort", stop, { once: true });
    child.onMessage((message: ChildReply) => {
      if (message.kind === "done") resolve(message.result as Measured);
      else if (message.kind === "failed") reject(new UserError(message.code, message.message));
    });
    child.onExit((why) =>
      reject(
        new UserError("trial-failed", `The trial ended early (${why}), most likely for want of memory. Choose a smaller batch or size.`),
      ),
    );
    const request: TrialRequest = { plan: small, population: training.length, folder };
    child.post({ id: 1, operation: "trial", request });
  });
  return made.finally(() => {
    signal.removeEventListener("abort", stop);
    child.kill();
  });
}
