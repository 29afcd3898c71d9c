/**
 * @file Runs jobs one after another. A job is a row from the moment it is asked for; its state survives the process, its progress is told
 * at most five times a second, its end always.
 */
import type { JobId, JobReport } from "#protocol/model.ts";
import { isFinished, type JobKind, type JobSnapshot, type JobState } from "#protocol/progress.ts";

import type { Clock } from "../base/clock.ts";
import { BugError, CancellationError, UserError, codeOf, messageOf } from "../base/errors.ts";
import { warn } from "../base/log.ts";
import { explainTrouble } from "../base/trouble.ts";
import type { WriteStore } from "../store/database.ts";
import { createJob, interruptLivingJobs, jobRow, listJobs, updateJob, type JobChange, type JobRow } from "../store/queries/jobs.ts";
import { createJobControl, type JobControl } from "./control.ts";
import { createProgressMeter, type ProgressMeter } from "./progress-meter.ts";

/** What a running job gets. */
export interface JobContext {
  readonly signal: AbortSignal;
  readonly control: JobControl;
  /** Enters a stage of the kind's list; stages come in order. */
  enter(stage: string): void;
  progress(done: number, total: number): void;
}

export interface JobResult {
  /** What it found, in words. */
  readonly summary: string;
  readonly report: JobReport | null;
}

export interface JobDefinition {
  readonly stages: readonly string[];
  title(parameters: unknown): string;
  run(parameters: unknown, context: JobContext): Promise<JobResult>;
}

export interface JobRunner {
  start(kind: JobKind, parameters: unknown): JobId;
  list(): JobSnapshot[];
  snapshot(id: JobId): JobSnapshot;
  pause(id: JobId): void;
  /** A paused job goes on; an interrupted, cancelled or failed one starts again from its last committed row. */
  resume(id: JobId): void;
  cancel(id: JobId): void;
  /** Resolves with the last snapshot once the job is finished. */
  finished(id: JobId): Promise<JobSnapshot>;
  /** Stops what runs (it becomes `interrupted`, to be resumed) and waits for it. */
  close(): Promise<void>;
}

interface LivingJob {
  readonly id: JobId;
  readonly kind: JobKind;
  readonly parameters: unknown;
  readonly control: JobControl;
  readonly meter: ProgressMeter;
  stage: string;
  startedAt: number | null;
}

export interface JobRunnerOptions {
  readonly store: WriteStore;
  readonly clock: Clock;
  readonly definitions: Record<JobKind, JobDefinition>;
  readonly onJob: (snapshot: JobSnapshot) => void;
}

export function createJobRunner({ store, clock, definitions, onJob }: JobRunnerOptions): JobRunner {
  interruptLivingJobs(store, clock.now());
  const waiting: LivingJob[] = [];
  let current: LivingJob | null = null;
  let currentDone: Promise<void> = Promise.resolve();
  let closing = false;
  const watchers = new Map<number, ((snapshot: JobSnapshot) => void)[]>();

  /** What could not be written (a full disk must not hide that the disk is full): told from here until it can be. */
  const unwritten = new Map<number, JobChange>();
  const record = (id: number, change: JobChange): void => {
    const whole = { ...unwritten.get(id), ...change };
    try {
      updateJob(store, id, whole);
      unwritten.delete(id);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      unwritten.set(id, whole);
    }
  };

  const living = (id: JobId): LivingJob | undefined => (current?.id === id ? current : waiting.find((job) => job.id === id));

  const snapshot = (id: JobId): JobSnapshot => {
    const row = jobRow(store, id);
    if (!row) throw new UserError("job-unknown", `There is no job ${id}.`);
    return describe({ ...row, ...unwritten.get(id) }, definitions[row.kind].stages, living(id));
  };
  const tell = (id: JobId): JobSnapshot => {
    const value = snapshot(id);
    onJob(value);
    if (isFinished(value.state)) {
      for (const watcher of watchers.get(id) ?? []) watcher(value);
      watchers.delete(id);
    }
    return value;
  };
  const setState = (job: LivingJob, state: JobState): void => {
    record(job.id, { state });
    tell(job.id);
  };

  const run = async (job: LivingJob): Promise<void> => {
    const definition = definitions[job.kind];
    const attempts = (jobRow(store, job.id)?.attempts ?? 0) + 1;
    job.startedAt = clock.now();
    record(job.id, {
      state: job.control.isPaused ? "paused" : "running",
      attempts,
      started_at: job.startedAt,
      finished_at: null,
      error_code: null,
      error_message: null,
      stage: definition.stages[0] ?? "",
    });
    job.meter.begin();
    tell(job.id);
    const context: JobContext = {
      signal: job.control.signal,
      control: job.control,
      enter: (stage) => {
        const { done, total } = job.meter.read();
        if (definition.stages.indexOf(stage) < definition.stages.indexOf(job.stage))
          throw new BugError(`stage ${stage} after ${job.stage}`);
        job.stage = stage;
        record(job.id, { stage, done, total });
        job.meter.begin();
        tell(job.id);
      },
      progress: (done, total) => job.meter.update(done, total),
    };
    try {
      const result = await definition.run(job.parameters, context);
      const { done, total } = job.meter.read();
      record(job.id, {
        state: "done",
        done: Math.max(done, total),
        total,
        finished_at: clock.now(),
        summary: result.summary,
        report: JSON.stringify(result.report),
      });
    } catch (thrown) {
      const finishedAt = clock.now();
      if (thrown instanceof CancellationError || job.control.signal.aborted)
        record(job.id, { state: closing ? "interrupted" : "cancelled", finished_at: finishedAt });
      else {
        const reason = explainTrouble(thrown, store.workspace);
        warn(`job ${job.id} (${job.kind}) failed`, reason);
        record(job.id, {
          state: "failed",
          finished_at: finishedAt,
          error_code: codeOf(reason),
          error_message: messageOf(reason),
        });
      }
    }
  };
  const next = (): void => {
    if (current || closing) return;
    const job = waiting.shift();
    if (!job) return;
    current = job;
    currentDone = run(job).then(() => {
      current = null;
      tell(job.id);
      next();
    });
  };
  const enqueue = (id: JobId, kind: JobKind, parameters: unknown): void => {
    const job: LivingJob = {
      id,
      kind,
      parameters,
      control: createJobControl(),
      meter: createProgressMeter(clock, () => tell(id)),
      stage: definitions[kind].stages[0] ?? "",
      startedAt: null,
    };
    waiting.push(job);
    setState(job, "queued");
    // The caller gets the id before the first event of the running job.
    setImmediate(next);
  };

  return {
    start: (kind, parameters) => {
      const definition = definitions[kind];
      const id = createJob(
        store,
        { kind, title: definition.title(parameters), parameters: JSON.stringify(parameters), stage: definition.stages[0] ?? "" },
        clock.now(),
      ) as JobId;
      enqueue(id, kind, parameters);
      return id;
    },
    list: () =>
      listJobs(store).map((row) => describe({ ...row, ...unwritten.get(row.id) }, definitions[row.kind].stages, living(row.id as JobId))),
    snapshot,
    pause: (id) => {
      const job = living(id);
      if (!job) throw new UserError("job-not-running", `Job ${id} is not running.`);
      if (job.control.signal.aborted) return;
      job.control.pause();
      setState(job, "paused");
    },
    resume: (id) => {
      const job = living(id);
      if (job) {
        if (job.control.signal.aborted) return;
        job.control.resume();
        job.meter.forget();
        setState(job, job === current ? "running" : "queued");
        return;
      }
      const row = jobRow(store, id);
      if (!row) throw new UserError("job-unknown", `There is no job ${id}.`);
      if (row.state === "done") throw new UserError("job-done", `Job ${id} is done already.`);
      enqueue(id, row.kind, JSON.parse(row.parameters));
    },
    cancel: (id) => {
      const job = living(id);
      if (!job) return;
      job.control.cancel();
      if (job === current) return;
      waiting.splice(waiting.indexOf(job), 1);
      record(id, { state: "cancelled", finished_at: clock.now() });
      tell(id);
    },
    finished: (id) => {
      const now = snapshot(id);
      if (isFinished(now.state)) return Promise.resolve(now);
      return new Promise((resolve) => watchers.set(id, [...(watchers.get(id) ?? []), resolve]));
    },
    close: async () => {
      closing = true;
      for (const job of waiting.splice(0)) {
        record(job.id, { state: "interrupted", finished_at: clock.now() });
        tell(job.id);
      }
      current?.control.cancel();
      await currentDone;
    },
  };
}

/** The runner of an open collection, or the reason why there is none. */
export function requireRunner(jobs: JobRunner | null, isOpen: boolean): JobRunner {
  if (jobs) return jobs;
  if (!isOpen) throw new UserError("no-collection", "No collection is open: choose a folder first.");
  throw new UserError("read-only", "The collection was opened for reading only.");
}

function describe(row: JobRow, stages: readonly string[], job: LivingJob | undefined): JobSnapshot {
  const reading = job?.meter.read();
  const stage = job?.stage ?? row.stage;
  return {
    id: row.id as JobId,
    kind: row.kind,
    title: row.title,
    state: row.state,
    stage,
    stageIndex: Math.max(0, stages.indexOf(stage)),
    stageCount: stages.length,
    done: reading?.done ?? row.done,
    total: reading?.total ?? row.total,
    rate: row.state === "running" ? (reading?.rate ?? 0) : 0,
    secondsLeft: row.state === "running" ? (reading?.secondsLeft ?? null) : null,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    summary: row.summary,
    report: row.report === null ? null : (JSON.parse(row.report) as JobReport),
    error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? "" },
  };
}
