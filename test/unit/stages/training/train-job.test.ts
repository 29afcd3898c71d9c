import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { TrainReport } from "#protocol/model.ts";
import { plainRequest, type TrainingRequest } from "#protocol/training.ts";
import { entryPath } from "#engine/base/resources.ts";
import type { ChildPort, ChildReply } from "#engine/children/port.ts";
import { spawnWithChildProcess } from "#engine/children/spawn-child-process.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import type { SpawnTrainer } from "#engine/stages/training/train-job.ts";
import type { TrainingProgress } from "#engine/stages/training/trainer-messages.ts";
import type { RunPlan } from "#engine/training/trainer/run-plan.ts";

import { indexNow } from "../../../helpers/in-process.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { drawTrainingFolder } from "../../../helpers/training-runs.ts";

/** The real process; the first `deaths` of them are killed at their first step, as systems do where memory runs out. */
function dyingTrainer(deaths: number): { readonly spawnTrainer: SpawnTrainer; readonly begun: () => number } {
  let begun = 0;
  const spawnTrainer: SpawnTrainer = (environment) => () => {
    const port = spawnWithChildProcess(entryPath("trainer"), environment)();
    const dies = ++begun <= deaths;
    const watching: ChildPort = {
      ...port,
      onMessage: (listener) =>
        port.onMessage((message: ChildReply) => {
          if (dies && message.kind === "progress" && (message.value as TrainingProgress).stage === "steps") port.kill();
          listener(message);
        }),
    };
    return watching;
  };
  return { spawnTrainer, begun: () => begun };
}

async function engineWith(spawnTrainer: SpawnTrainer): Promise<Engine> {
  const data = temporaryFolder("data");
  const pictures = temporaryFolder("pictures");
  await drawTrainingFolder(pictures, { perKind: 5 });
  const engine = await createEngine({ dataFolder: data, cores: 2, spawnTrainer });
  onTestFinished(() => engine.close());
  await engine.openForFolder(pictures, null);
  await indexNow(engine, [pictures]);
  return engine;
}

const request: TrainingRequest = {
  ...plainRequest,
  method: "simclr",
  from: "scratch:resnet-small",
  steps: 4,
  batch: 16,
  size: 16,
  device: "cpu",
};

test(
  "where the system ends the process for want of memory, the run goes on with half the batch, and says so",
  { timeout: 120_000 },
  async () => {
    const { spawnTrainer, begun } = dyingTrainer(2);
    const engine = await engineWith(spawnTrainer);
    const { run, job } = engine.training.start(request);
    const ended = await engine.jobs?.finished(job);
    expect([ended?.state, ended?.error]).toEqual(["done", null]);
    expect(begun()).toBe(3);
    const report = ended?.report as TrainReport;
    expect(
      report.notes.filter((note) => /Memory ran out with (16|8) pictures in a batch .*gone on from the start with (8|4)/.test(note)),
    ).toHaveLength(2);
    expect(report.steps).toBe(4);
    const plan = JSON.parse(readFileSync(join(engine.requireCollection().store.workspace, "runs", run, "run.json"), "utf8")) as RunPlan;
    expect(plan.images).toBe(4);
    expect(engine.training.show(run).run.state).toBe("done");
  },
);

test("where the smallest batch does not fit either, the run fails with what to do", { timeout: 120_000 }, async () => {
  const engine = await engineWith(dyingTrainer(9).spawnTrainer);
  const { run, job } = engine.training.start(request);
  const ended = await engine.jobs?.finished(job);
  expect([ended?.state, ended?.error?.code]).toEqual(["failed", "out-of-memory"]);
  expect(ended?.error?.message).toMatch(/Close other programs, or choose a smaller --size/);
  expect(engine.training.show(run).run.state).toBe("failed");
});
