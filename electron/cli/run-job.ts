/**
 * @file Watches a job to its end: progress on standard error, Ctrl-C stops it, and what it failed with is thrown.
 */
import type { JobId, JobReport } from "#protocol/model.ts";

import { CancellationError, UserError, type Engine } from "../engine/engine.ts";
import { createProgressLine } from "./output.ts";

/** @param goesOn said when it was stopped: what the same command does next time */
export async function runJob<T extends JobReport>(engine: Engine, id: JobId, goesOn: string): Promise<T> {
  const { jobs } = engine;
  if (!jobs) throw new UserError("read-only", "The collection cannot be written.");
  const line = createProgressLine();
  const stop = engine.subscribe((name, value) => {
    if (name === "job") line.show(value as Parameters<typeof line.show>[0]);
  });
  const cancel = (): void => jobs.cancel(id);
  process.on("SIGINT", cancel);
  process.on("SIGTERM", cancel);
  const job = await jobs.finished(id);
  process.off("SIGINT", cancel);
  process.off("SIGTERM", cancel);
  stop();
  line.end();
  if (job.state === "cancelled") throw new CancellationError(`Stopped. ${goesOn}`);
  if (job.error) throw new UserError(job.error.code, job.error.message);
  return job.report as T;
}
