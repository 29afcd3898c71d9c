/**
 * @file Job rows.
 */
import type { JobKind, JobState } from "#protocol/progress.ts";

import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, readOne, write } from "../statements.ts";

export interface JobRow {
  readonly id: number;
  readonly kind: JobKind;
  readonly title: string;
  readonly parameters: string;
  readonly state: JobState;
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly attempts: number;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly summary: string | null;
  readonly report: string | null;
  readonly error_code: string | null;
  readonly error_message: string | null;
}

export function createJob(
  store: WriteStore,
  job: { kind: JobKind; title: string; parameters: string; stage: string },
  nowMs: number,
): number {
  return write(
    store,
    "INSERT INTO jobs (kind, title, parameters, state, stage, created_at) VALUES (?, ?, ?, 'queued', ?, ?)",
    job.kind,
    job.title,
    job.parameters,
    job.stage,
    nowMs,
  ).lastId;
}

export function jobRow(store: ReadStore, id: number): JobRow | undefined {
  return readOne<JobRow>(store, "SELECT * FROM jobs WHERE id = ?", id);
}

/** The newest jobs first. */
export function listJobs(store: ReadStore, limit = 20): JobRow[] {
  return readAll<JobRow>(store, "SELECT * FROM jobs ORDER BY id DESC LIMIT ?", limit);
}

/** The newest that a person asked for with the encoder in use. */
export function newestIndexing(store: ReadStore): JobRow | undefined {
  return readOne<JobRow>(
    store,
    "SELECT * FROM jobs WHERE kind IN ('index', 'samples') AND json_extract(parameters, '$.switchLast') IS NULL ORDER BY id DESC LIMIT 1",
  );
}

/** Forgets those of a kind that ended, however they did. */
export function forgetEndedJobs(store: WriteStore, kind: JobKind): void {
  write(store, "DELETE FROM jobs WHERE kind = ? AND state NOT IN ('queued', 'running', 'paused')", kind);
}

/** The newest of a kind whose parameters name this run. */
export function newestJobOfRun(store: ReadStore, kind: JobKind, run: string): JobRow | undefined {
  return readOne<JobRow>(
    store,
    "SELECT * FROM jobs WHERE kind = ? AND json_extract(parameters, '$.run') = ? ORDER BY id DESC LIMIT 1",
    kind,
    run,
  );
}

export type JobChange = Partial<Omit<JobRow, "id" | "kind" | "title" | "parameters" | "created_at">>;

/** Writes the given columns. */
export function updateJob(store: WriteStore, id: number, change: JobChange): void {
  const names = Object.keys(change) as (keyof JobChange)[];
  if (names.length === 0) return;
  write(store, `UPDATE jobs SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE id = ?`, ...names.map((name) => change[name]), id);
}

/** Jobs that were alive when their process died. Gives how many there were. */
export function interruptLivingJobs(store: WriteStore, nowMs: number): number {
  return write(store, "UPDATE jobs SET state = 'interrupted', finished_at = ? WHERE state IN ('queued', 'running', 'paused')", nowMs)
    .changes;
}
