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

async function engineWith(spawnTrainer: SpawnTrainer, drawn: Parameters<typeof drawTrainingFolder>[1] = { perKind: 5 }): Promise<Engine> {
  const data = temporaryFolder("data");
  const pictures = temporaryFolder("pictures");
  await drawTrainingFolder(pictures, drawn);
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

test("labels given by hand judge a training, and the report says so; labels accepted in bulk do not", { timeout: 120_000 }, async () => {
  const engine = await engineWith(dyingTrainer(0).spawnTrainer, { kinds: 3, perKind: 24 });
  const whiten = async (): Promise<TrainReport> => {
    const { job } = engine.training.start({ ...plainRequest, method: "whiten" });
    return (await engine.jobs?.finished(job))?.report as TrainReport;
  };
  const project = engine.labels.createProject("Mine").id;
  const { columns, contentIds } = engine.requireCollection().catalogue();
  engine.labels.createClass({ project, name: "one" });
  const { class: other } = engine.labels.createClass({ project, name: "other" });
  const one = engine.labels.project(project).classes[0]?.id as number;
  const assignments = Array.from(contentIds, (contentId, at) => ({ contentId, classId: at % 2 === 0 ? one : other }));
  engine.labels.setContents({ project, what: "accept", assignments, source: "accepted" });
  const byFolders = await whiten();
  expect(byFolders.judgedBy).toEqual({ kind: "folders", project: null, pictures: 72, classes: 3 });
  // Alternating labels say nothing of how pictures look, sub-folders of the drawing do.
  engine.labels.set({ project, images: columns.ids, class: null, source: "clicked" });
  engine.labels.setContents({ project, what: "click", assignments, source: "clicked" });
  const byHand = await whiten();
  expect(byHand.judgedBy).toEqual({ kind: "given", project: "Mine", pictures: 72, classes: 2 });
  expect(byHand.reasons.join(" ")).toMatch(
    /Of 72 images that were labelled by hand \(Mine, 2 classes\), \d+ % have neighbours of their own class/,
  );
  expect(byFolders.report.frozen.weakLabelKnn).toBeGreaterThan(0.9);
  expect(byHand.report.frozen.weakLabelKnn).toBeLessThan(0.7);
});
