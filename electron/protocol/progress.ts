/**
 * @file Progress as one typed value that every front end can draw. Laws (tested for every job): `done` never falls within a stage, `total`
 * never changes within a stage once it is above zero, stages come in the order of `stages`, the last event is terminal.
 */
import type { JobId, JobReport } from "./model.ts";

/** `watch`: what changed in a watched folder is taken in, as an index job does. `map`: the map is laid out again. */
export const jobKinds = ["index", "watch", "map", "samples", "evaluate", "train", "tune", "compare", "export"] as const;
export type JobKind = (typeof jobKinds)[number];

/** The stages of an index job, in order. */
export const indexStages = ["scan", "embed", "neighbours", "map", "duplicates", "outliers"] as const;
export type IndexStage = (typeof indexStages)[number];

/** The stages of laying out the map again. */
export const mapStages = ["neighbours", "map"] as const;

/** The stages of an evaluation. */
export const evaluationStages = ["embed", "judge"] as const;

/** The stages of a training, on all pictures or on a few labels. */
export const trainStages = ["read", "features", "steps", "judge"] as const;

/** The stages of a comparison of two encoders: pictures are embedded, maps laid out, pairs looked at. */
export const compareStages = ["embed", "compare", "verify"] as const;

/** The stages of an export: pictures are read, files are written and proved. */
export const exportStages = ["read", "write"] as const;

export const jobStates = ["queued", "running", "paused", "cancelled", "failed", "done", "interrupted"] as const;
/** `interrupted`: the process died under it; resuming goes on from the last committed row. */
export type JobState = (typeof jobStates)[number];

export interface JobSnapshot {
  readonly id: JobId;
  readonly kind: JobKind;
  readonly title: string;
  readonly state: JobState;
  readonly stage: string;
  /** Position of `stage` among the job's stages, from 0. */
  readonly stageIndex: number;
  readonly stageCount: number;
  readonly done: number;
  /** 0 while it is not known. */
  readonly total: number;
  /** Units per second over the last seconds; 0 while it is not known. */
  readonly rate: number;
  /** Seconds left in this stage, null while it is not known. */
  readonly secondsLeft: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** What it found, in words, once done. */
  readonly summary: string | null;
  readonly report: JobReport | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** True when nothing more will be reported for this job (unless somebody resumes it). */
export function isFinished(state: JobState): boolean {
  return state === "cancelled" || state === "failed" || state === "done" || state === "interrupted";
}

/** One line that a terminal or a status bar can show, such as "embed 3,120 of 12,400 - 410/s - 23 s left". */
export function describeProgress(job: JobSnapshot): string {
  const parts = [job.total > 0 ? `${job.stage} ${job.done.toLocaleString("en")} of ${job.total.toLocaleString("en")}` : job.stage];
  if (job.total === 0 && job.done > 0) parts[0] = `${job.stage} ${job.done.toLocaleString("en")}`;
  if (job.rate >= 1) parts.push(`${Math.round(job.rate).toLocaleString("en")}/s`);
  if (job.secondsLeft !== null) parts.push(`${describeSeconds(job.secondsLeft)} left`);
  return parts.join(" - ");
}

/** "23 s", "4 min", "1 h 20 min". */
export function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
