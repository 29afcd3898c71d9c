/**
 * @file Rows of runs.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readAll, readOne, write } from "../statements.ts";

export interface RunRow {
  readonly id: string;
  readonly job_id: number | null;
  readonly method: string;
  readonly base: string;
  readonly trainable: string;
  readonly request: string;
  readonly created_at: number;
  readonly finished_at: number | null;
  readonly outcome: string | null;
  /** What a person calls it; "" for nothing. */
  readonly name: string;
  readonly decision: "used" | "kept" | "dropped" | null;
  /** Of the labels that it learnt from; null where they are of no project, or of one that is gone. */
  readonly project_id: number | null;
  readonly project_name: string | null;
}

type NewRun = Pick<RunRow, "id" | "method" | "base" | "trainable" | "request"> & { readonly projectId?: number | null };

const selectRuns =
  "SELECT runs.*, label_projects.name AS project_name FROM runs LEFT JOIN label_projects ON label_projects.id = runs.project_id";

export function createRun(store: WriteStore, run: NewRun, nowMs: number): void {
  write(
    store,
    "INSERT INTO runs (id, method, base, trainable, request, created_at, project_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
    run.id,
    run.method,
    run.base,
    run.trainable,
    run.request,
    nowMs,
    run.projectId ?? null,
  );
}

export function setRunJob(store: WriteStore, id: string, jobId: number): void {
  write(store, "UPDATE runs SET job_id = ? WHERE id = ?", jobId, id);
}

export function finishRun(store: WriteStore, id: string, outcome: string, nowMs: number): void {
  write(store, "UPDATE runs SET outcome = ?, finished_at = ? WHERE id = ?", outcome, nowMs, id);
}

export function runRow(store: ReadStore, id: string): RunRow | undefined {
  return readOne<RunRow>(store, `${selectRuns} WHERE runs.id = ?`, id);
}

/** The newest first. */
export function listRuns(store: ReadStore): RunRow[] {
  return readAll<RunRow>(store, `${selectRuns} ORDER BY runs.created_at DESC, runs.rowid DESC`);
}

export function renameRun(store: WriteStore, id: string, name: string): void {
  write(store, "UPDATE runs SET name = ? WHERE id = ?", name, id);
}

export function decideRun(store: WriteStore, id: string, decision: RunRow["decision"]): void {
  write(store, "UPDATE runs SET decision = ? WHERE id = ?", decision, id);
}

export function deleteRun(store: WriteStore, id: string): void {
  write(store, "DELETE FROM runs WHERE id = ?", id);
}
