import { expect, test } from "vitest";

import { CancellationError, UserError } from "#engine/base/errors.ts";
import { createJobRunner, type JobContext, type JobDefinition, type JobRunner } from "#engine/jobs/job-runner.ts";
import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import type { JobSnapshot } from "#protocol/progress.ts";
import { manualClock, type ManualClock } from "../../helpers/manual-clock.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { onTestFinished } from "vitest";

interface Bench {
  readonly runner: JobRunner;
  readonly events: JobSnapshot[];
  readonly clock: ManualClock;
  readonly store: WriteStore;
}

function bench(run: (parameters: unknown, job: JobContext, clock: ManualClock) => Promise<void>, workspace = temporaryFolder()): Bench {
  const opened = openForWriting(workspace);
  onTestFinished(opened.close);
  const clock = manualClock();
  const events: JobSnapshot[] = [];
  const definition: JobDefinition = {
    stages: ["first", "second"],
    title: () => "Test",
    run: async (parameters, job) => {
      await run(parameters, job, clock);
      return { summary: "found 3", report: null };
    },
  };
  const runner = createJobRunner({
    store: opened.store,
    clock,
    definitions: {
      index: definition,
      watch: definition,
      map: definition,
      samples: definition,
      evaluate: definition,
      train: definition,
      tune: definition,
      compare: definition,
      export: definition,
    },
    onJob: (snapshot) => events.push(snapshot),
  });
  return { runner, events, clock, store: opened.store };
}

test("progress obeys its laws, events are few, and the last one is terminal", async () => {
  const { runner, events } = bench(async (_, job, clock) => {
    for (const stage of ["first", "second"]) {
      job.enter(stage);
      for (let done = 0; done <= 100_000; done++) {
        // A loop that reports out of order and changes its mind about the total.
        job.progress(done % 7 === 3 ? done - 5 : done, done > 50_000 ? 100_001 : 100_000);
        if (done % 1000 === 0) clock.advance(20);
      }
    }
  });
  const id = runner.start("index", {});
  const last = await runner.finished(id);
  expect(last).toMatchObject({ state: "done", summary: "found 3", stage: "second" });
  // 2 stages x 2 s at five a second, and a few for the changes of state.
  expect(events.length).toBeLessThan(40);
  const running = events.filter((event) => event.state === "running");
  for (let index = 1; index < running.length; index++) {
    const [before, after] = [running[index - 1] as JobSnapshot, running[index] as JobSnapshot];
    expect(after.stageIndex).toBeGreaterThanOrEqual(before.stageIndex);
    if (after.stage !== before.stage) continue;
    expect(after.done).toBeGreaterThanOrEqual(before.done);
    if (before.total > 0) expect(after.total).toBe(before.total);
  }
  const middle = running.find((event) => event.stage === "second" && event.done > 40_000) as JobSnapshot;
  // 1,000 units in 20 ms.
  expect(middle.rate).toBeCloseTo(50_000, -4);
  expect(middle.secondsLeft).toBeCloseTo((100_000 - middle.done) / 50_000, 0);
  expect(events.at(-1)?.state).toBe("done");
});

test("a paused job waits and goes on; its wait does not count against the rate", async () => {
  let reached = 0;
  const { runner } = bench(async (_, job) => {
    for (let index = 0; index < 10; index++) {
      await job.control.gate();
      reached++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  const id = runner.start("index", {});
  await new Promise((resolve) => setTimeout(resolve, 5));
  runner.pause(id);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const held = reached;
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(reached).toBe(held);
  expect(runner.snapshot(id).state).toBe("paused");
  runner.resume(id);
  expect((await runner.finished(id)).state).toBe("done");
  expect(reached).toBe(10);
});

test("cancelling is an outcome, also while paused or queued", async () => {
  const { runner } = bench(
    (_, job) => new Promise((_, reject) => job.signal.addEventListener("abort", () => reject(new CancellationError()))),
  );
  const first = runner.start("index", {});
  const second = runner.start("index", {});
  await new Promise((resolve) => setTimeout(resolve, 5));
  runner.cancel(second);
  runner.pause(first);
  runner.cancel(first);
  expect((await runner.finished(first)).state).toBe("cancelled");
  expect(runner.snapshot(second)).toMatchObject({ state: "cancelled", error: null });
});

test("a failed job says why and the next one runs", async () => {
  const { runner } = bench(async (parameters) => {
    if ((parameters as { fail: boolean }).fail) throw new UserError("disk-full", "The disk is full.");
  });
  const bad = runner.start("index", { fail: true });
  const good = runner.start("index", { fail: false });
  expect(await runner.finished(bad)).toMatchObject({ state: "failed", error: { code: "disk-full", message: "The disk is full." } });
  expect((await runner.finished(good)).state).toBe("done");
});

test("a job that died with its process is interrupted and can be resumed with its parameters", async () => {
  const workspace = temporaryFolder();
  const opened = openForWriting(workspace);
  opened.store.sqlite.exec(
    "INSERT INTO jobs (kind, title, parameters, state, stage, created_at) VALUES ('index', 'Index', '{\"n\":5}', 'running', 'second', 1)",
  );
  opened.close();
  const seen: unknown[] = [];
  const { runner } = bench(async (parameters) => void seen.push(parameters), workspace);
  const [job] = runner.list();
  expect(job).toMatchObject({ state: "interrupted", stage: "second" });
  runner.resume((job as JobSnapshot).id);
  expect((await runner.finished((job as JobSnapshot).id)).state).toBe("done");
  expect(seen).toEqual([{ n: 5 }]);
});

test("closing interrupts what runs and waits for it", async () => {
  let ended = false;
  let begin = (): void => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const { runner, store } = bench(async (_, job) => {
    begin();
    await new Promise<void>((resolve) => job.signal.addEventListener("abort", () => resolve()));
    ended = true;
    throw new CancellationError();
  });
  runner.start("index", {});
  await begun;
  await runner.close();
  expect(ended).toBe(true);
  expect(store.sqlite.prepare("SELECT state FROM jobs").pluck().all()).toEqual(["interrupted"]);
});
