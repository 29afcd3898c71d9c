/** @file Jobs as the engine reports them: what runs now, and what finished and found something since the app was opened. */
import type { JobId } from "#protocol/model.ts";
import { isFinished, type JobSnapshot } from "#protocol/progress.ts";

import { engine } from "./engine.svelte.ts";
import { notices } from "./notices.svelte.ts";

class Jobs {
  list = $state.raw<readonly JobSnapshot[]>([]);
  #dismissed = $state.raw<ReadonlySet<JobId>>(new Set());
  readonly active = $derived(this.list.filter((job) => !isFinished(job.state)));
  /** Finished ones a person has not put away yet, latest first. */
  readonly finished = $derived(
    this.list.filter((job) => isFinished(job.state) && !isQuietEnd(job) && !this.#dismissed.has(job.id)).reverse(),
  );
  readonly #finishing = new Set<(job: JobSnapshot) => void>();

  start(): void {
    engine.on("job", (job) => this.#take(job));
  }

  async read(): Promise<void> {
    try {
      const { jobs } = await engine.call("jobs.list", {});
      this.list = jobs;
      // What ended before this visit is history, except a job that died and can go on.
      this.#dismissed = new Set(jobs.filter((job) => isFinished(job.state) && job.state !== "interrupted").map((job) => job.id));
    } catch (error) {
      notices.fail("The list of jobs could not be read", error);
    }
  }

  /** Told of each job that ends from now on. */
  onFinished(handler: (job: JobSnapshot) => void): void {
    this.#finishing.add(handler);
  }

  dismiss(id: JobId): void {
    this.#dismissed = new Set([...this.#dismissed, id]);
  }

  reset(): void {
    this.list = [];
    this.#dismissed = new Set();
  }

  pause(id: JobId): void {
    engine.call("jobs.pause", { id }).catch((error: unknown) => notices.fail("The job could not be paused", error));
  }

  resume(id: JobId): void {
    engine.call("jobs.resume", { id }).catch((error: unknown) => notices.fail("The job could not go on", error));
  }

  cancel(id: JobId): void {
    engine.call("jobs.cancel", { id }).catch((error: unknown) => notices.fail("The job could not be cancelled", error));
  }

  #take(job: JobSnapshot): void {
    const index = this.list.findIndex((other) => other.id === job.id);
    this.list = index < 0 ? [...this.list, job] : this.list.with(index, job);
    if (isFinished(job.state)) for (const handler of this.#finishing) handler(job);
  }
}

/** What was taken in by itself is told in passing and not put away by hand. */
function isQuietEnd({ kind, state }: JobSnapshot): boolean {
  return kind === "watch" && state !== "failed";
}

export const jobs = new Jobs();
