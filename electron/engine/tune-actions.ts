/**
 * @file Starts a tuning on a few labels: a run like any other, so that it is listed, applied, reverted, exported and removed as trainings are.
 */
import type { JobId, ProjectId } from "#protocol/model.ts";
import { plainRequest, type TrainingRequest } from "#protocol/training.ts";
import type { TuneRequest } from "#protocol/label-model.ts";

import { UserError } from "./base/errors.ts";
import type { Engine } from "./engine.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import type { ClickedContents } from "./stages/fewshot/fewshot-messages.ts";
import { blindEncoder } from "./stages/fewshot/spaces.ts";
import type { TuneParameters } from "./stages/fewshot/tune-plan.ts";
import { suggestPreset } from "./stages/training/choices.ts";
import type { WriteStore } from "./store/database.ts";
import { countFormats } from "./store/queries/contents.ts";
import { listEmbeddedContents } from "./store/queries/embeddings.ts";
import { chosenKind } from "./store/queries/kind.ts";
import { createRun, listRuns, setRunJob } from "./store/queries/runs.ts";
import { presetOf } from "./training/augment/presets.ts";

/** Of all trainings of a tuning together, where nobody says. */
const usualMinutes = 3;

/** @param project whose labels these are; null where they are of a table */
export function startTuning(
  engine: Engine,
  { clicks, project, asked }: { readonly clicks: ClickedContents; readonly project: ProjectId | null; readonly asked: TuneRequest },
): { readonly run: string; readonly job: JobId } {
  const jobs = requireRunner(engine.jobs, engine.collection !== null);
  const collection = engine.requireCollection();
  const own = collection.encoderRow();
  if (own === null) throw new UserError("no-embeddings", "There are no embeddings yet: run `likeness index FOLDER` first.");
  const store = collection.store as WriteStore;
  const row = blindEncoder(store, own);
  const embedded = new Set(listEmbeddedContents(store, row.key));
  const kept = [...clicks.contentIds.keys()].filter((at) => embedded.has(clicks.contentIds[at]));
  // Only classes that have clicks are learnt.
  const used = [...new Set(kept.map((at) => clicks.labels[at]))].sort((one, other) => one - other);
  const { trainable = "adapter", minutes = usualMinutes, steps = null, seed = 1, confident = false } = asked;
  const augment = presetOf(asked.augment ?? suggestPreset({ formats: countFormats(store), kind: chosenKind(store) }).preset);
  const run = `run-${listRuns(store).length + 1}-${engine.clock.now().toString(36)}`;
  const parameters: TuneParameters = {
    run,
    from: row.id,
    trainable,
    minutes,
    steps,
    seed,
    augment,
    confident,
    contentIds: kept.map((at) => clicks.contentIds[at]),
    labels: kept.map((at) => used.indexOf(clicks.labels[at])),
    classNames: used.map((place) => clicks.classNames[place]),
  };
  const request: TrainingRequest = { ...plainRequest, method: "few-labels", from: row.id, trainable, minutes, steps, seed, augment };
  createRun(
    store,
    { id: run, method: "few-labels", base: row.id, trainable, request: JSON.stringify({ ...request, run }), projectId: project },
    engine.clock.now(),
  );
  const job = jobs.start("tune", parameters);
  setRunJob(store, run, job);
  return { run, job };
}
