/**
 * @file What can be done with trainings: start one, list them, look at one, pause it, go on with it, stop it, use what came of it, or remove it.
 */
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";

import type { JobId, ProjectId, TrainReport } from "#protocol/model.ts";
import { isFinished, type JobSnapshot } from "#protocol/progress.ts";
import type { RunEntry, TrainingRequest } from "#protocol/training.ts";

import { UserError } from "./base/errors.ts";
import { defaultEncoderId, findEncoder, listRegisteredEncoders } from "./encoders/registry.ts";
import type { Engine } from "./engine.ts";
import { requireRunner } from "./jobs/job-runner.ts";
import { baselineOf } from "./stages/training/run-baseline.ts";
import { runFolder } from "./stages/training/run-folder.ts";
import type { TrainParameters } from "./stages/training/make-plan.ts";
import { isBeingWritten, type WriteStore } from "./store/database.ts";
import { jobRow, newestJobOfRun } from "./store/queries/jobs.ts";
import { readProperty } from "./store/queries/properties.ts";
import { createRun, decideRun, deleteRun, listRuns, renameRun, runRow, setRunJob, type RunRow } from "./store/queries/runs.ts";
import { inTransaction } from "./store/statements.ts";
import { architectureNames, isArchitectureName, scratchPrefix } from "./training/architectures/names.ts";

export interface TrainingActions {
  start(request: TrainingRequest): { readonly run: string; readonly job: JobId };
  list(): RunEntry[];
  show(id: string): { readonly run: RunEntry; readonly request: TrainingRequest; readonly report: TrainReport | null };
  pause(id: string): void;
  resume(id: string): JobId;
  cancel(id: string): void;
  rename(id: string, name: string): void;
  /** With its folder and its encoders. Refused while it runs and while a collection uses one of its encoders. */
  remove(id: string): void;
  /** Compares what the run ended with and the encoder it began with on the collection's pictures. One that goes on already is not begun again. */
  compare(id: string): JobId;
  /** The encoders of a comparison, or why there can be none. */
  comparable(id: string): Comparable;
  /** Switches the collection to an encoder of the run, as `encoders.apply` does. */
  apply(id: string, encoder: "whitened" | "after"): JobId;
  /** Keeps its encoders for later, or removes them from the registry; the run and its numbers stay. */
  decide(id: string, decision: "kept" | "dropped"): void;
  /** What it left in the registry, by the names it gave them. */
  encodersOf(id: string): string[];
}

export type Comparable = { readonly before: string; readonly after: string } | { readonly obstacle: string };

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
  const describe = (row: RunRow): RunEntry => {
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
      name: row.name,
      job: row.job_id as JobId | null,
      decision: row.decision,
      project: row.project_id === null ? null : { id: row.project_id as ProjectId, name: row.project_name ?? "" },
      report,
      error: job?.error_message ?? null,
    };
  };
  const encodersOf = (id: string): string[] => {
    const own = [id, whitenedId(id)];
    return listRegisteredEncoders(dataFolder)
      .filter(({ card, origin }) => origin === "trained" && own.includes(card.id))
      .map(({ card }) => card.id);
  };
  const dropEncoders = (id: string): void => encodersOf(id).forEach((encoder) => engine.encoders.remove(encoder));
  const requireEnded = (row: RunRow, what: string): void => {
    const job = row.job_id === null ? null : runner().snapshot(row.job_id as JobId);
    if (job !== null && !isFinished(job.state))
      throw new UserError("run-active", `The run ${row.id} is still going on; cancel it before it is ${what}.`);
    if (livingComparison(row.id) !== null)
      throw new UserError("run-active", `The maps of the run ${row.id} are being compared; cancel that before it is ${what}.`);
  };
  const livingComparison = (id: string): JobId | null => {
    const job = newestJobOfRun(engine.requireCollection().store, "compare", id);
    return job === undefined || isFinished(job.state) ? null : (job.id as JobId);
  };
  const comparable = (id: string): Comparable => {
    const row = find(id);
    if (row.outcome === null) return { obstacle: "It has not ended: there is nothing to compare yet." };
    const report = JSON.parse(row.outcome) as TrainReport;
    const before = baselineOf(runFolder(engine.requireCollection().workspace, id));
    if (before === null) return { obstacle: `The encoder it began with (${row.base}) is not known any more.` };
    const registered = listRegisteredEncoders(dataFolder).map(({ card }) => card.id);
    const gone = [before, report.encoder].find((encoder) => !registered.includes(encoder));
    return gone === undefined ? { before, after: report.encoder } : { obstacle: `The encoder ${gone} was removed.` };
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
        request: JSON.parse(row.request) as TrainingRequest,
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
    pause: (id) => {
      const { job_id: job } = find(id);
      if (job === null) throw new UserError("run-unknown", `The run ${id} never began. Start a new one.`);
      runner().pause(job as JobId);
    },
    rename: (id, name) => {
      runner();
      find(id);
      renameRun(engine.requireCollection().store as WriteStore, id, name.trim());
      engine.announce();
    },
    remove: (id) => {
      requireEnded(find(id), "deleted");
      dropEncoders(id);
      const store = engine.requireCollection().store as WriteStore;
      deleteRun(store, id);
      rmSync(join(store.workspace, "runs", id), { recursive: true, force: true });
      engine.announce();
    },
    comparable,
    compare: (id) => {
      const jobs = runner();
      const living = livingComparison(id);
      if (living !== null) return living;
      const encoders = comparable(id);
      if ("obstacle" in encoders) throw new UserError("not-comparable", `The run ${id} cannot be compared. ${encoders.obstacle}`);
      return jobs.start("compare", { run: id, ...encoders, device: "auto" });
    },
    apply: (id, encoder) => {
      const row = find(id);
      if (row.outcome === null) throw new UserError("run-unfinished", `The run ${id} has not ended: there is nothing to use yet.`);
      const chosen = encoder === "whitened" ? whitenedId(id) : (JSON.parse(row.outcome) as TrainReport).encoder;
      const job = engine.encoders.apply(chosen);
      const store = engine.requireCollection().store as WriteStore;
      inTransaction(store, () => {
        for (const other of listRuns(store)) if (other.decision === "used") decideRun(store, other.id, "kept");
        decideRun(store, id, "used");
      });
      return job;
    },
    decide: (id, decision) => {
      requireEnded(find(id), "decided");
      if (decision === "dropped") dropEncoders(id);
      decideRun(engine.requireCollection().store as WriteStore, id, decision);
      engine.announce();
    },
    encodersOf,
  };
}

/** The name that train-job.ts gives to what the closed form made. */
export function whitenedId(run: string): string {
  return `${run}-whitened`;
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
