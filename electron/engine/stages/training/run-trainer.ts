/**
 * @file The engine's side of the process that trains: starts it, relays pause and stop, and tells a death by the system for what it is.
 */
import { CancellationError, UserError } from "../../base/errors.ts";
import type { ChildReply, SpawnChild } from "../../children/port.ts";
import type { JobContext } from "../../jobs/job-runner.ts";
import type { RunOutcome } from "../../training/trainer/run.ts";
import type { TrainingProgress } from "./trainer-messages.ts";

/** The process was ended from outside, as systems do when memory runs out. */
export class TrainerDied extends Error {}

/** How long a process that was asked to stop may take for the step it is in. */
const patienceMs = 60_000;
const pollMs = 200;

const stageOrder: readonly TrainingProgress["stage"][] = ["features", "steps", "judge"];

export interface TrainerRequest {
  readonly spawn: SpawnChild;
  /** Of the run. */
  readonly folder: string;
  readonly job: JobContext;
  /** The furthest stage until now, kept from process to process: a job never goes back, a process that begins again does. */
  readonly reached: { stage: number };
}

export async function runTrainer({ spawn, folder, job, reached }: TrainerRequest): Promise<RunOutcome> {
  const child = spawn();
  let isDone = false;
  let isPaused = false;
  const post = (operation: string, request: unknown = null): void => child.post({ id: 1, operation, request });
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
    return await new Promise<RunOutcome>((resolve, reject) => {
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
          resolve(message.result as RunOutcome);
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
      post("train", { folder });
      if (job.signal.aborted) stop();
    });
  } finally {
    job.signal.removeEventListener("abort", stop);
    clearInterval(watching);
    if (patience !== null) clearTimeout(patience);
    child.kill();
  }
}
