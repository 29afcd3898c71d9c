/**
 * @file Runs one heavy task in a worker thread, with progress, pause and cancel, and gives its result.
 */
import { Worker } from "node:worker_threads";

import { BugError, CancellationError, UserError } from "../base/errors.ts";
import { counted } from "../base/live-workers.ts";
import { entryPath } from "../base/resources.ts";
import { createJobControl, type JobControl } from "../jobs/control.ts";
import type { ComputeMessage, ComputeStart, ComputeTask, ComputeTasks } from "./compute-messages.ts";

export interface ComputeOptions {
  readonly control?: JobControl | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Large arrays of the input that are not needed afterwards go in `transfer`. */
export function compute<T extends ComputeTask>(
  task: T,
  input: ComputeTasks[T]["input"],
  options: ComputeOptions,
  transfer: ArrayBuffer[] = [],
): Promise<ComputeTasks[T]["output"]> {
  const control = options.control ?? createJobControl();
  return new Promise((resolve, reject) => {
    const start: ComputeStart<T> = { task, input, control: control.shared };
    const worker = counted(new Worker(entryPath("compute-worker"), { workerData: start, transferList: transfer }));
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      // The worker ends by itself: one that is ended on its way out of an addon takes the process with it (an uncaught Napi::Error).
      act();
    };
    worker.on("message", (message: ComputeMessage) => {
      if (message.kind === "progress") options.onProgress?.(message.done, message.total);
      else if (message.kind === "done") settle(() => resolve(message.output as ComputeTasks[T]["output"]));
      else settle(() => reject(revive(message.error)));
    });
    worker.on("error", (error) => settle(() => reject(error instanceof Error ? error : new BugError(String(error)))));
    worker.on("exit", (code) => settle(() => reject(new BugError(`the compute worker for ${task} ended with code ${code}`))));
  });
}

/** The error that a worker told, as one of ours again. */
export function revive(error: { name: string; code: string; message: string; stack: string }): Error {
  if (error.name === "CancellationError") return new CancellationError();
  if (error.name === "UserError") return new UserError(error.code, error.message);
  const bug = new BugError(error.message);
  bug.stack = error.stack;
  return bug;
}
