/**
 * @file The engine's side of the process that trains: starts it, relays pause and stop, and tells a death by the system for what it is.
 */
import { CancellationError, UserError } from "../../base/errors.ts";
import type { ChildReply, SpawnChild } from "../../children/port.ts";
import type { JobContext } from "../../jobs/job-runner.ts";
import type { TrainingProgress } from "./trainer-messages.ts";

/** The process was ended from outside, as systems do when memory runs out. */
export class TrainerDied extends Error {}

/** How long a process that was asked to stop may take for the step it is in. */
const patienceMs = 60_000;
const pollMs = 200;

const stageOrder: readonly TrainingProgress["stage"][] = ["features", "steps", "judge"];

export interface TrainerRequest {
  readonly spawn: SpawnChild;
  /** By comparison, or on a few labels. */
  readonly operation: "train" | "tune";
  /** Of the run. */
  readonly folder: string;
  readonly job: JobContext;
  /** The furthest stage until now, kept from process to process: a job never goes back, a process that begins again does. */
  readonly reached: { stage: number };
}

/** @returns what the operation ends with */
export async function runTrainer<T>({ spawn, operation, folder, job, reached }: TrainerRequest): Promise<T> {
  const child = spawn();
  let isDone = false;
  let isPaused = false;
  const post = (what: string, request: unknown = null): void => child.post({ id: 1, operation: what, request });
  let patience: NodeJS.Timeout | null = null;
  const stop = (): void => {
    post("stop");
    patience ??= setTimeout(() => child.kill(), patienceMs);
  };
  job.signal.addEventListener("abort", stop, { once: true });
  const watching = setInterval(() => {
    if (job.control.isPaused === isPaused) return;
    isPaused = job.control.isPaused;
    post(isPaused ? "pause" : "resume");
  }, pollMs);
  try {
    return await new Promise<T>((resolve, reject) => {
      child.onMessage((message: ChildReply) => {
        if (message.kind === "progress") {
          const progress = message.value as TrainingProgress;
          const stage = stageOrder.indexOf(progress.stage);
          if (stage > reached.stage) {
            reached.stage = stage;
            job.enter(progress.stage);
          }
          job.progress(progress.done, progress.total);
        } else if (message.kind === "done") {
          isDone = true;
          resolve(message.result as T);
        } else if (message.kind === "failed") {
          isDone = true;
          reject(
            message.code === "cancelled" || job.signal.aborted ? new CancellationError() : new UserError(message.code, message.message),
          );
        }
      });
      child.onExit((why) => {
        if (isDone) return;
        reject(
          job.signal.aborted
            ? new CancellationError()
            : /killed by SIG(KILL|ABRT|BUS|SEGV)|out of memory|bad_alloc|allocat/i.test(why)
              ? new TrainerDied(why)
              : new UserError("training-failed", `The process that trains ended: ${why}`),
        );
      });
      post(operation, { folder });
      if (job.signal.aborted) stop();
    });
  } finally {
    job.signal.removeEventListener("abort", stop);
    clearInterval(watching);
    if (patience !== null) clearTimeout(patience);
    child.kill();
  }
}
