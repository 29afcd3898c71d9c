/**
 * @file Entry of the process that trains. A process of its own: its death by the system (out of memory) costs the steps since the last checkpoint and
 * nothing else, and a window never waits for a step.
 */
import { messageOf, codeOf, CancellationError } from "../../base/errors.ts";
import { systemClock } from "../../base/clock.ts";
import type { ChildReply, ChildRequest } from "../../children/port.ts";
import { connect } from "../../children/serve.ts";
import { runTraining } from "../../training/trainer/run.ts";
import { tryRun } from "../../training/trainer/trial.ts";
import type { TrainRequest, TrainingProgress, TrialRequest } from "./trainer-messages.ts";

const controller = new AbortController();
let isPaused = false;
let release: (() => void) | null = null;

/** Between two steps: lets what arrived be heard, waits while paused. */
async function gate(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  while (isPaused && !controller.signal.aborted) await new Promise<void>((resolve) => (release = resolve));
  if (controller.signal.aborted) throw new CancellationError();
}

function letGo(): void {
  release?.();
  release = null;
}

const reply: (message: ChildReply) => void = connect(({ id, operation, request }: ChildRequest) => {
  if (operation === "train") void run(id, request as TrainRequest, runTraining);
  else if (operation === "tune")
    void run(id, request as TrainRequest, async (surroundings) => {
      // Only now: a training by comparison needs nothing of it.
      const { runTuning } = await import("../fewshot/run-tuning.ts");
      return runTuning(surroundings);
    });
  else if (operation === "trial") void trial(id, request as TrialRequest);
  else if (operation === "pause") isPaused = true;
  else if (operation === "resume") {
    isPaused = false;
    letGo();
  } else if (operation === "stop") {
    controller.abort();
    letGo();
  }
});
reply({ kind: "ready" });

const everyMs = 200;

type Surroundings = Parameters<typeof runTraining>[0];

async function run(id: number, { folder }: TrainRequest, work: (surroundings: Surroundings) => Promise<unknown>): Promise<void> {
  let told = -Infinity;
  let stage = "";
  try {
    const result = await work({
      folder,
      signal: controller.signal,
      gate,
      clock: systemClock,
      onProgress: (now, done, total) => {
        const time = systemClock.monotonic();
        if (now === stage && done < total && time - told < everyMs) return;
        told = time;
        stage = now;
        const value: TrainingProgress = { stage: now, done, total };
        reply({ kind: "progress", id, value });
      },
    });
    reply({ kind: "done", id, result });
  } catch (thrown) {
    reply({ kind: "failed", id, code: codeOf(thrown), message: messageOf(thrown) });
  }
}

async function trial(id: number, { plan, population, folder }: TrialRequest): Promise<void> {
  try {
    const result = await tryRun(plan, population, { folder, signal: controller.signal, gate, clock: systemClock });
    reply({ kind: "done", id, result });
  } catch (thrown) {
    reply({ kind: "failed", id, code: codeOf(thrown), message: messageOf(thrown) });
  }
}
