/**
 * @file Scans. A scan that was cut short is gone on with, so that the outcomes of a resumed scan equal those of an uninterrupted one.
 */
import type { ReadStore, WriteStore } from "../database.ts";
import { readOne, write } from "../statements.ts";

export interface ScanRow {
  readonly id: number;
  readonly folders: string;
  readonly finished_at: number | null;
}

export function lastScan(store: ReadStore): ScanRow | undefined {
  return readOne<ScanRow>(store, "SELECT id, folders, finished_at FROM scans ORDER BY id DESC LIMIT 1");
}

/** `folders`: a text that is equal for equal folders. */
export function startScan(store: WriteStore, folders: string, nowMs: number): number {
  return write(store, "INSERT INTO scans (folders, started_at) VALUES (?, ?)", folders, nowMs).lastId;
}

export function finishScan(store: WriteStore, id: number, nowMs: number): void {
  write(store, "UPDATE scans SET finished_at = ? WHERE id = ?", nowMs, id);
}
