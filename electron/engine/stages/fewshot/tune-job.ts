/**
 * @file A tuning on a few labels as a job: the pictures that are needed read into squares, a plan, the process that trains and judges, and its encoder taken into the registry. The collection goes on with
 * the encoder it has, whatever came out.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { TrainReport } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import { writeWhole } from "../../base/write-whole.ts";
import { findEncoder } from "../../encoders/registry.ts";
import type { JobContext, JobResult } from "../../jobs/job-runner.ts";
import { contentById } from "../../store/queries/contents.ts";
import { encoderRow, listEmbeddedContents } from "../../store/queries/embeddings.ts";
import { finishRun } from "../../store/queries/runs.ts";
import { fewLabels } from "../../training/methods/few-labels.ts";
import { describeEncoderRow } from "../encoder-use.ts";
import { factsOf, type Contents } from "../training/plan-facts.ts";
import { runTrainer, TrainerDied } from "../training/run-trainer.ts";
import { runFolder } from "../training/run-folder.ts";
import { readSquares, takeIn, type TrainSurroundings } from "../training/train-job.ts";
import type { TuneOutcome } from "./run-tuning.ts";
import { chooseContents, makeTunePlan, tunePlanName, type TuneParameters, type TunePlan } from "./tune-plan.ts";

const picturesName = "pictures.u8";

export async function runTuneJob(parameters: TuneParameters, surroundings: TrainSurroundings, job: JobContext): Promise<JobResult> {
  const { store, clock, dataFolder } = surroundings;
  const folder = runFolder(store.workspace, parameters.run);
  mkdirSync(folder, { recursive: true });
  job.enter("read");
  const tune = planOf(parameters, surroundings, folder);
  const contents = tune.contentIds.map((id) => requireContent(surroundings, id));
  await readSquares({ ...surroundings, path: tune.plan.pictures.path, plan: tune.plan, contents }, job);
  const outcome = await inProcess(surroundings, folder, job);
  // Large, and made again from the pictures where they are wanted.
  rmSync(tune.plan.pictures.path, { force: true });
  const encoder = takeIn(folder, dataFolder);
  const report = reportOf(tune, outcome, encoder);
  finishRun(store, parameters.run, JSON.stringify(report), clock.now());
  surroundings.changed("collection");
  return { summary: outcome.tuned.why, report };
}

async function inProcess({ spawnTrainer }: TrainSurroundings, folder: string, job: JobContext): Promise<TuneOutcome> {
  try {
    return await runTrainer<TuneOutcome>({ spawn: spawnTrainer({}), operation: "tune", folder, job, reached: { stage: -1 } });
  } catch (thrown) {
    if (!(thrown instanceof TrainerDied)) throw thrown;
    throw new UserError(
      "out-of-memory",
      `The process that trains was ended by the system (${thrown.message}), most likely for want of memory. Close other programs, or let less be trained: an adapter.`,
    );
  }
}

function planOf(parameters: TuneParameters, surroundings: TrainSurroundings, folder: string): TunePlan {
  const known = join(folder, tunePlanName);
  if (existsSync(known)) return JSON.parse(readFileSync(known, "utf8")) as TunePlan;
  const { store, dataFolder } = surroundings;
  const row = encoderRow(store, describeEncoderRow(findEncoder(parameters.from, dataFolder)));
  if (row === undefined) throw new UserError("no-embeddings", "There are no embeddings yet: run `likeness index FOLDER` first.");
  const chosen = chooseContents(parameters, listEmbeddedContents(store, row.key));
  const contents = chosen.contentIds.map((id) => requireContent(surroundings, id));
  const { facts } = factsOf({ from: parameters.from, labels: null, pairs: null }, { ...surroundings, contents });
  const given = facts();
  const labels = contents.map((_, place) => parameters.labels[place] ?? -1);
  const picturesPath = (sidePx: number): ReturnType<typeof given.picturesPath> => ({
    ...given.picturesPath(sidePx),
    path: join(folder, picturesName),
  });
  const tune = makeTunePlan(parameters, chosen, {
    encoder: row,
    workspace: store.workspace,
    facts: { ...given, labels, weakLabels: null, givenLabels: null, picturesPath },
  });
  writeWhole(known, JSON.stringify(tune));
  return tune;
}

function requireContent({ store }: TrainSurroundings, id: number): Contents[number] {
  const content = contentById(store, id);
  if (content === undefined)
    throw new UserError("run-changed", "Pictures of this tuning are gone from the collection since it began. Start a new one.");
  return content;
}

function reportOf(
  { plan, encoder: row, folds, repeats }: TunePlan,
  { steps, seconds, loss, tuned, probe }: TuneOutcome,
  encoder: string,
): TrainReport {
  const { predictor, frozen, whitened, after } = probe;
  const views = (plan.settings["views"] as number) * plan.images * steps * (folds * repeats + 1);
  return {
    run: plan.id,
    encoder,
    method: fewLabels.id,
    steps,
    seconds,
    viewsPerSecond: views / Math.max(1e-9, seconds),
    loss,
    predictor,
    verdict: tuned.recommended === "tuned" ? "helped" : tuned.cvAccuracy < tuned.ridgeCvAccuracy ? "hurt" : "unclear",
    recommended: tuned.recommended === "tuned" ? encoder : row.id,
    reasons: [tuned.why],
    notes: [],
    report: { frozen, whitened, after },
    tuned,
  };
}
