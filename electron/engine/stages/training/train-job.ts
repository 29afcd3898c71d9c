/**
 * @file A training as a job: pictures read once into squares, a plan, a process that trains and judges, and its encoders taken into the registry. The
 * collection goes on with the encoder it has; switching is another, confirmed step.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import type { TrainReport } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import { inLanes } from "../../base/lanes.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { ChildPool } from "../../children/child-pool.ts";
import type { SpawnChild } from "../../children/port.ts";
import { readEncoderCard } from "../../encoders/encoder-card.ts";
import { ownEncodersFolder } from "../../encoders/registry.ts";
import type { JobContext, JobResult } from "../../jobs/job-runner.ts";
import { tensorflowEnvironment } from "../../runtime/training/tensorflow/load.ts";
import type { WriteStore } from "../../store/database.ts";
import { listPresentContents } from "../../store/queries/contents.ts";
import { filesOfContent } from "../../store/queries/files.ts";
import { finishRun } from "../../store/queries/runs.ts";
import { writePictureCache } from "../../training/augment/picture-cache.ts";
import { planName, whitenMethod, type RunOutcome } from "../../training/trainer/run.ts";
import type { RunPlan } from "../../training/trainer/run-plan.ts";
import { textEncoderFolder } from "../../training/trainer/text-encoder.ts";
import type { IndexSurroundings } from "../index-job.ts";
import { openTensorFile } from "../tensor-file.ts";
import { makePlan, type TrainParameters } from "./make-plan.ts";
import { factsOf, type Contents } from "./plan-facts.ts";
import { runFolder } from "./run-folder.ts";
import { placesName, writePlaces } from "./run-places.ts";
import { runTrainer, TrainerDied } from "./run-trainer.ts";

export interface TrainSurroundings extends IndexSurroundings {
  readonly spawnTrainer: SpawnTrainer;
}

/** How the process that trains is started with more variables in its environment (where the host can give any). */
export type SpawnTrainer = (environment: Readonly<Record<string, string>>) => SpawnChild;

/** How often a batch is halved before it is told that it does not fit. */
const mostHalvings = 4;

export async function runTrainJob(parameters: TrainParameters, surroundings: TrainSurroundings, job: JobContext): Promise<JobResult> {
  const { store, clock } = surroundings;
  const folder = runFolder(store.workspace, parameters.run);
  mkdirSync(folder, { recursive: true });
  job.enter("read");
  let plan = await planOf(parameters, surroundings, folder, job);
  const notes: string[] = [];
  const reached = { stage: -1 };
  let outcome: RunOutcome | null = null;
  for (let halvings = 0; outcome === null; halvings++) {
    try {
      const spawn = surroundings.spawnTrainer(plan.executor === "tensorflow" ? tensorflowEnvironment() : {});
      outcome = await runTrainer<RunOutcome>({ spawn, operation: "train", folder, job, reached });
    } catch (thrown) {
      if (!(thrown instanceof TrainerDied)) throw thrown;
      // The process may have taken a smaller batch itself.
      plan = JSON.parse(readFileSync(join(folder, planName), "utf8")) as RunPlan;
      if (halvings === mostHalvings || plan.images < 4)
        throw new UserError(
          "out-of-memory",
          `The process that trains was ended by the system (${thrown.message}), most likely for want of memory, with ${plan.images} pictures in a batch too. Close other programs, or choose a smaller --size.`,
        );
      const images = Math.floor(plan.images / 2);
      notes.push(`Memory ran out with ${plan.images} pictures in a batch (${thrown.message}); gone on from the start with ${images}.`);
      plan = { ...plan, images, rate: plan.rate / 2 };
      for (const name of readdirSync(folder))
        if (name !== "features.f16" && name !== placesName) rmSync(join(folder, name), { recursive: true, force: true });
      writePlan(folder, plan);
    }
  }
  const own = takeIn(folder, surroundings.dataFolder);
  const encoder = plan.method === whitenMethod ? `${plan.id}-whitened` : own;
  const report = reportOf(plan, outcome, encoder, notes);
  finishRun(store, plan.id, JSON.stringify(report), clock.now());
  surroundings.changed("collection");
  return { summary: summarise(report), report };
}

async function planOf(parameters: TrainParameters, surroundings: TrainSurroundings, folder: string, job: JobContext): Promise<RunPlan> {
  const { store } = surroundings;
  const known = join(folder, planName);
  const contents = listPresentContents(store);
  const { facts, pictures } = factsOf(parameters, { ...surroundings, contents });
  const plan = existsSync(known) ? (JSON.parse(readFileSync(known, "utf8")) as RunPlan) : makePlan(parameters, facts());
  const { path, fingerprint } = pictures(plan.pictures.sidePx);
  if (fingerprint !== plan.pictures.fingerprint && !existsSync(plan.pictures.path))
    throw new UserError(
      "run-changed",
      `The collection has changed since the run ${plan.id} began, and its pictures are gone. Start a new one.`,
    );
  if (fingerprint === plan.pictures.fingerprint) await readPictures({ ...surroundings, path, plan, contents }, job);
  if (!existsSync(known)) {
    writePlaces(folder, contents);
    writePlan(folder, plan);
  }
  return plan;
}

/** Squares of all pictures, in order; a killed reading goes on. Those of other sets of pictures are removed. */
async function readPictures(request: ReadPictures, job: JobContext): Promise<void> {
  const { path } = request;
  mkdirSync(dirname(path), { recursive: true });
  await readSquares(request, job);
  for (const name of readdirSync(dirname(path))) if (join(dirname(path), name) !== path) rmSync(join(dirname(path), name), { force: true });
}

export interface ReadPictures {
  readonly store: WriteStore;
  readonly children: ChildPool;
  readonly path: string;
  readonly plan: Pick<RunPlan, "pictures">;
  readonly contents: Contents;
}

/** Squares of these pictures, in order, into one file. */
export async function readSquares({ store, children, path, plan, contents }: ReadPictures, job: JobContext): Promise<void> {
  const { sidePx } = plan.pictures;
  const bytes = sidePx * sidePx * 3;
  const writer = writePictureCache(path, plan.pictures);
  const chunk = 64;
  const places = openTensorFile(store.workspace, bytes);
  const squares = new Uint8Array(chunk * bytes);
  let isWhole = false;
  try {
    while (writer.written < contents.length) {
      const from = writer.written;
      const part = contents.slice(from, from + chunk);
      await job.control.gate();
      await inLanes(
        part.map((content, at) => ({ content, at })),
        children.size * 2,
        async ({ content, at }) => {
          const square = squares.subarray(at * bytes, (at + 1) * bytes);
          const offset = places.take();
          const file = filesOfContent(store, content.id).find(({ state }) => state === "image");
          const told =
            file &&
            (await children.run("square", { path: file.path, side: sidePx, place: { file: places.path, offset } }, { signal: job.signal }));
          // One that cannot be read any more is grey; a picture among thousands teaches nothing wrong.
          if (told === undefined || (told !== null && "failure" in told)) square.fill(128);
          else places.read(offset, square);
          places.giveBack(offset);
        },
      );
      writer.append(squares.subarray(0, part.length * bytes));
      job.progress(writer.written, contents.length);
    }
    isWhole = true;
    writer.finish();
  } finally {
    if (!isWhole) writer.close();
    places.close();
  }
}

function writePlan(folder: string, plan: RunPlan): void {
  writeWhole(join(folder, planName), JSON.stringify(plan));
}

/** The encoders of a run become encoders like any other. Gives the id of the run's own. */
export function takeIn(folder: string, dataFolder: string): string {
  const registry = ownEncodersFolder(dataFolder);
  mkdirSync(registry, { recursive: true });
  let own = "";
  for (const part of ["whitened", textEncoderFolder, "encoder"]) {
    const source = join(folder, part);
    if (!existsSync(source)) continue;
    const card = readEncoderCard(source);
    const target = join(registry, card.id);
    const temporary = join(registry, `.${card.id}-${process.pid}`);
    rmSync(temporary, { recursive: true, force: true });
    cpSync(source, temporary, { recursive: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(temporary, target);
    own = card.id;
  }
  return own;
}

function reportOf(plan: RunPlan, outcome: RunOutcome, encoder: string, notes: readonly string[]): TrainReport {
  const { report } = outcome;
  const frozenId = readEncoderCard(plan.baseline).id;
  const recommended = report.recommended === "frozen" ? frozenId : report.recommended === "whitened" ? `${plan.id}-whitened` : encoder;
  return {
    run: plan.id,
    encoder,
    method: plan.method,
    steps: outcome.steps,
    seconds: outcome.seconds,
    viewsPerSecond: outcome.viewsPerSecond,
    loss: outcome.loss,
    predictor: report.predictor,
    verdict: report.verdict,
    recommended,
    reasons: [...report.reasons],
    notes: [...notes, ...outcome.notes, ...(outcome.stopped === null ? [] : [outcome.stopped])],
    report: { frozen: report.frozen, whitened: report.whitened, after: report.after },
    judgedBy: plan.judgedBy ?? null,
  };
}

function summarise({ verdict, recommended, steps, method }: TrainReport): string {
  const trained = steps === 0 ? "Whitened" : `${steps.toLocaleString("en")} steps of ${method}`;
  const words = { helped: "it helped", hurt: "it hurt", unclear: "no clear gain" }[verdict];
  return `${trained}: ${words}; recommended: ${recommended}`;
}
