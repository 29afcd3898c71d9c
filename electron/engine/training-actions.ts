/**
 * @file What can be done with trainings: start one, list them, look at one, go on with one, stop one.
 */
import { resolve } from "node:path";

import type { JobId, RunSummary, TrainReport } from "#protocol/model.ts";
import { isFinished, type JobSnapshot } from "#protocol/progress.ts";

import { UserError } from "./base/errors.ts";
import { defaultEncoderId, findEncoder } from "./encoders/registry.ts";
import type { Engine } from "./engine.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import type { TrainParameters } from "./stages/training/make-plan.ts";
import { isBeingWritten, type WriteStore } from "./store/database.ts";
import { jobRow } from "./store/queries/jobs.ts";
import { readProperty } from "./store/queries/properties.ts";
import { createRun, listRuns, runRow, setRunJob, type RunRow } from "./store/queries/runs.ts";
import { architectureNames, isArchitectureName, scratchPrefix } from "./training/architectures/names.ts";

export type TrainRequest = Omit<TrainParameters, "run" | "from"> & { readonly from: string | null };

export interface TrainingActions {
  start(request: TrainRequest): { readonly run: string; readonly job: JobId };
  list(): RunSummary[];
  show(id: string): { readonly run: RunSummary; readonly request: unknown; readonly report: TrainReport | null };
  resume(id: string): JobId;
  cancel(id: string): void;
}

export function createTrainingActions(engine: Engine, dataFolder: string): TrainingActions {
  const runner = (): ReturnType<typeof requireRunner> => requireRunner(engine.jobs, engine.collection !== null);
  const find = (id: string): RunRow => {
    const row = runRow(engine.requireCollection().store, id);
    if (row === undefined) throw new UserError("run-unknown", `There is no run "${id}" in this collection; see \`likeness runs list\`.`);
    return row;
  };
  /** A process that was killed could not say that its job ended; the next one that writes will. */
  const stateOf = (state: JobSnapshot["state"]): JobSnapshot["state"] =>
    !isFinished(state) && engine.jobs === null && !isBeingWritten(engine.requireCollection().store.workspace) ? "interrupted" : state;
  const describe = (row: RunRow): RunSummary => {
    const job = row.job_id === null ? undefined : jobRow(engine.requireCollection().store, row.job_id);
    const report = row.outcome === null ? null : (JSON.parse(row.outcome) as TrainReport);
    return {
      id: row.id,
      method: row.method,
      base: row.base,
      trainable: row.trainable,
      state: stateOf(job?.state ?? "interrupted"),
      createdAt: row.created_at,
      finishedAt: row.finished_at,
      verdict: report?.verdict ?? null,
      encoder: report?.encoder ?? null,
    };
  };
  return {
    start: (request) => {
      const jobs = runner();
      const store = engine.requireCollection().store as WriteStore;
      const from = request.from ?? readProperty(store, "encoder") ?? defaultEncoderId;
      requireBase(from, dataFolder);
      const count = listRuns(store).length + 1;
      const run = `run-${count}-${engine.clock.now().toString(36)}`;
      const parameters: TrainParameters = { ...request, run, from, labels: absolute(request.labels), pairs: absolute(request.pairs) };
      createRun(
        store,
        {
          id: run,
          method: request.method ?? "default",
          base: from,
          trainable: request.trainable ?? "default",
          request: JSON.stringify(parameters),
        },
        engine.clock.now(),
      );
      const job = jobs.start("train", parameters);
      setRunJob(store, run, job);
      return { run, job };
    },
    list: () => listRuns(engine.requireCollection().store).map(describe),
    show: (id) => {
      const row = find(id);
      return {
        run: describe(row),
        request: JSON.parse(row.request),
        report: row.outcome === null ? null : (JSON.parse(row.outcome) as TrainReport),
      };
    },
    resume: (id) => {
      const { job_id: job } = find(id);
      if (job === null) throw new UserError("run-unknown", `The run ${id} never began. Start a new one.`);
      runner().resume(job as JobId);
      return job as JobId;
    },
    cancel: (id) => {
      const { job_id: job } = find(id);
      const known: JobSnapshot | null = job === null ? null : runner().snapshot(job as JobId);
      if (known !== null) runner().cancel(known.id);
    },
  };
}

function requireBase(from: string, dataFolder: string): void {
  if (!from.startsWith(scratchPrefix)) {
    findEncoder(from, dataFolder);
    return;
  }
  const name = from.slice(scratchPrefix.length);
  if (!isArchitectureName(name))
    throw new UserError("architecture-unknown", `There is no architecture "${name}"; expected one of ${architectureNames.join(", ")}.`);
}

function absolute(path: string | null): string | null {
  return path === null ? null : resolve(path);
}
