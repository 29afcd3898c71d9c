/**
 * @file The engine in the test's own process: open a workspace, index, ask.
 */
import { onTestFinished } from "vitest";

import { createEngine, type Engine } from "#engine/engine.ts";
import type { IndexReport, JobId } from "#protocol/model.ts";
import type { JobSnapshot } from "#protocol/progress.ts";

/** Closed when the test ends. */
export async function testEngine(dataFolder: string): Promise<Engine> {
  const engine = await createEngine({ dataFolder, cores: 2 });
  onTestFinished(() => engine.close());
  return engine;
}

/** Indexes to the end; throws what the job failed with. */
export async function indexNow(engine: Engine, folders: readonly string[]): Promise<IndexReport> {
  if (!engine.jobs) throw new Error("no collection is open for writing");
  const job = await engine.jobs.finished(engine.index(folders, undefined, "cpu"));
  if (!job.report) throw new Error(`${job.state} ${job.error?.code ?? ""} ${job.error?.message ?? ""}`);
  return job.report as IndexReport;
}

/** Resolves with the first snapshot of the job that fits. */
export function whenJob(engine: Engine, id: JobId, fits: (job: JobSnapshot) => boolean): Promise<JobSnapshot> {
  return new Promise((resolve) => {
    const stop = engine.subscribe((name, value) => {
      if (name !== "job") return;
      const job = value as JobSnapshot;
      if (job.id !== id || !fits(job)) return;
      stop();
      resolve(job);
    });
  });
}

/** Paths of all images, as the columns have them. */
export function pathsOf(engine: Engine): string[] {
  const { ids } = engine.requireCollection().catalogue().columns;
  return Array.from(ids, (id) => engine.pathOf(id as Parameters<typeof engine.pathOf>[0]));
}
