import { describe, expect, test, vi } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import type { ChildPort, ChildReply, ChildRequest } from "#engine/children/port.ts";
import type { JobContext } from "#engine/jobs/job-runner.ts";
import { runTrainer, TrainerDied } from "#engine/stages/training/run-trainer.ts";
import type { TrainingProgress } from "#engine/stages/training/trainer-messages.ts";

/** A process that the test speaks for. */
class FakeTrainer implements ChildPort {
  readonly posted: string[] = [];
  isKilled = false;
  #onMessage: (message: ChildReply) => void = () => undefined;
  #onExit: (why: string) => void = () => undefined;
  post({ operation }: ChildRequest): void {
    this.posted.push(operation);
  }
  onMessage(listener: (message: ChildReply) => void): void {
    this.#onMessage = listener;
  }
  onExit(listener: (why: string) => void): void {
    this.#onExit = listener;
  }
  kill(): void {
    this.isKilled = true;
  }
  tell(stage: TrainingProgress["stage"], done: number): void {
    this.#onMessage({ kind: "progress", id: 1, value: { stage, done, total: 10 } });
  }
  reply(message: ChildReply): void {
    this.#onMessage(message);
  }
  exit(why: string): void {
    this.#onExit(why);
  }
}

function begin(reached = { stage: -1 }) {
  const trainer = new FakeTrainer();
  const controller = new AbortController();
  const control = { isPaused: false };
  const entered: string[] = [];
  const progress: number[] = [];
  const job = { signal: controller.signal, control, enter: (stage: string) => entered.push(stage), progress: (done: number) => progress.push(done) } as unknown as JobContext; // prettier-ignore
  const outcome = runTrainer<object>({ spawn: () => trainer, operation: "train", folder: "/run", job, reached });
  return { trainer, controller, control, entered, progress, outcome, reached };
}

describe("the process that trains, seen from the engine", () => {
  test("its stages become the job's, its result the outcome, and it is ended", async () => {
    const { trainer, entered, progress, outcome } = begin();
    for (const [stage, done] of [["features", 5], ["features", 10], ["steps", 1], ["judge", 1]] as const) trainer.tell(stage, done); // prettier-ignore
    trainer.reply({ kind: "done", id: 1, result: { steps: 3 } });
    expect(await outcome).toEqual({ steps: 3 });
    expect([trainer.posted, entered, progress, trainer.isKilled]).toEqual([["train"], ["features", "steps", "judge"], [5, 10, 1, 1], true]);
  });

  test("one that begins again after a death does not take the job back", async () => {
    const first = begin();
    first.trainer.tell("features", 1);
    first.trainer.tell("steps", 1);
    first.trainer.exit("killed by SIGKILL");
    await expect(first.outcome).rejects.toBeInstanceOf(TrainerDied);
    const second = begin(first.reached);
    second.trainer.tell("features", 2);
    second.trainer.tell("steps", 1);
    second.trainer.tell("judge", 1);
    second.trainer.reply({ kind: "done", id: 1, result: {} });
    await second.outcome;
    expect(second.entered).toEqual(["judge"]);
  });

  test.each(["killed by SIGKILL", "killed by SIGABRT", "std::bad_alloc", "out of memory"])("%s is a death by the system", async (why) => {
    const { trainer, outcome } = begin();
    trainer.exit(why);
    await expect(outcome).rejects.toBeInstanceOf(TrainerDied);
  });

  test("other ends and its own errors are told as they are", async () => {
    const ended = begin();
    ended.trainer.exit("ended with code 3");
    await expect(ended.outcome).rejects.toMatchObject({ code: "training-failed", message: expect.stringContaining("code 3") as string });
    const failed = begin();
    failed.trainer.reply({ kind: "failed", id: 1, code: "no-feature-map", message: "no map" });
    await expect(failed.outcome).rejects.toMatchObject({ code: "no-feature-map", message: "no map" });
  });

  test("a stop is passed on, and however the process ends then it is a cancellation", async () => {
    const asked = begin();
    asked.controller.abort();
    expect(asked.trainer.posted).toEqual(["train", "stop"]);
    asked.trainer.reply({ kind: "failed", id: 1, code: "cancelled", message: "" });
    await expect(asked.outcome).rejects.toBeInstanceOf(CancellationError);
    const killed = begin();
    killed.controller.abort();
    killed.trainer.exit("killed by SIGKILL");
    await expect(killed.outcome).rejects.toBeInstanceOf(CancellationError);
  });

  test("one that does not listen to a stop is killed; pauses are passed on", async () => {
    vi.useFakeTimers();
    try {
      const { trainer, controller, control, outcome } = begin();
      control.isPaused = true;
      vi.advanceTimersByTime(300);
      control.isPaused = false;
      vi.advanceTimersByTime(300);
      expect(trainer.posted).toEqual(["train", "pause", "resume"]);
      controller.abort();
      vi.advanceTimersByTime(59_000);
      expect(trainer.isKilled).toBe(false);
      vi.advanceTimersByTime(2000);
      expect(trainer.isKilled).toBe(true);
      trainer.exit("killed by SIGKILL");
      await expect(outcome).rejects.toBeInstanceOf(CancellationError);
    } finally {
      vi.useRealTimers();
    }
  });
});
