/** @file Training through the contract, as the app asks for it: what there is, what it would be, a run of a few steps, and what becomes of it. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { defaultEncoderId } from "#engine/encoders/registry.ts";
import { createEngine, type Engine } from "#engine/engine.ts";
import type { Method, Params, Result } from "#protocol/contract.ts";
import { wrongParams } from "#protocol/validate.ts";
import { plainRequest, type RunEntry, type TrainingRequest } from "#protocol/training.ts";
import { indexNow } from "../../../helpers/in-process.ts";
import { temporaryFolderFor } from "../../../helpers/temporary-folder.ts";
import { drawTrainingFolder } from "../../../helpers/training-runs.ts";

const home = temporaryFolderFor(beforeAll, "home");
let engine: Engine;
const request: TrainingRequest = { ...plainRequest, trainable: "adapter", steps: 6, device: "cpu", set: ["evaluations=3"] };

beforeAll(async () => {
  const pictures = join(home(), "pictures");
  mkdirSync(pictures);
  await drawTrainingFolder(pictures);
  engine = await createEngine({ dataFolder: join(home(), "data"), cores: 2 });
  await engine.open(join(home(), "workspace"), "write");
  await indexNow(engine, [pictures]);
  return () => engine.close();
}, 120_000);

/** As a client calls it: the parameters pass the door first. */
async function call<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
  expect(wrongParams(method, params)).toBeNull();
  return engine.handlers[method](params, engine.context);
}

async function finishedRun(asked: TrainingRequest, name?: string): Promise<RunEntry> {
  const { run, job } = await call("training.start", { request: asked, ...(name !== undefined && { name }) });
  const ended = await engine.jobs?.finished(job);
  expect(ended?.error).toBeNull();
  return (await call("runs.list", {})).runs.find(({ id }) => id === run) as RunEntry;
}

test("choices: every method and setting has a line of help and a source; forty pictures are whitened", async () => {
  const choices = await call("training.choices", {});
  expect(choices.pictures).toBe(40);
  const settings = [...choices.methods.flatMap((method) => method.settings), ...choices.general, ...choices.augment];
  expect(settings.length).toBeGreaterThan(40);
  for (const { name, help, source } of [...settings])
    expect([name, help.length > 3, source.length > 3, help.includes("\n")]).toEqual([name, true, true, false]);
  for (const { id, title, summary, source } of choices.methods)
    expect([id, title.length > 1, summary.length > 5, source.length > 5]).toEqual([id, true, true, true]);
  expect(choices.methods[0]?.id).toBe("whiten");
  expect(choices.suggested).toMatchObject({ preset: "photo", rung: "whiten" });
  expect(choices.predictor?.uniformity).toBeLessThan(0);
  expect(choices.presets.find(({ id }) => id === "medical-grey")?.leftOut.join(" ")).toMatch(/mirror.*left and right/i);
});

test("check: the plan, or what is wrong with the request", async () => {
  const plan = await call("training.check", { request });
  expect(plan).toMatchObject({ method: "diet", trainable: "adapter", base: defaultEncoderId, device: "cpu", steps: 6, training: 40, judgesByTraining: true, weakClasses: 4, judgedBy: { kind: "folders", project: null, pictures: 40, classes: 4 } }); // prettier-ignore
  expect(plan.viewsPerStep).toBe(plan.batch);
  await expect(call("training.check", { request: { ...request, set: ["smoothing=7"] } })).rejects.toThrow(
    /smoothing is "7"; expected a number from 0 to 0.95/,
  );
  await expect(call("training.check", { request: { ...request, from: "nobody" } })).rejects.toThrow(/no encoder "nobody"/);
});

test("trial: seconds, steps and memory; nothing of it stays", async () => {
  const trial = await call("training.trial", { request: { ...request, steps: null, minutes: 2 } });
  expect(trial.secondsPerStep).toBeGreaterThan(0);
  expect(trial.seconds.features).toBeGreaterThan(0);
  expect(trial.seconds.judge).toBeGreaterThan(0);
  // As many as two minutes hold.
  expect(trial.steps).toBe(Math.max(20, Math.floor(120 / trial.secondsPerStep)));
  expect(trial.stepBytes).toBeGreaterThan(1e5);
  expect(trial.freeBytes).toBeGreaterThan(trial.stepBytes);
  expect(trial).toMatchObject({ batch: 40, wasBusy: false });
  expect(readdirSync(join(home(), "workspace", "samples"))).toEqual([]);
  const whiten = await call("training.trial", { request: { ...plainRequest, method: "whiten" } });
  expect(whiten).toMatchObject({ steps: 0, batch: 0, stepBytes: 0 });
  expect(whiten.seconds.steps).toBe(0);
});

test("a second trial stops the first", async () => {
  const first = call("training.trial", { request });
  const second = call("training.trial", { request });
  await expect(first).rejects.toMatchObject({ name: "CancellationError" });
  expect((await second).steps).toBe(6);
});

test("views: the pictures themselves and their views; a setting changes them, the same setting does not", async () => {
  const ask = (changes: Partial<TrainingRequest>, draw = 0) =>
    call("training.views", { request: { ...plainRequest, method: "simclr", trainable: "all", ...changes }, pictures: 6, sidePx: 32, draw });
  const strip = await ask({});
  expect(strip).toMatchObject({ pictures: 6, viewsEach: 2, sidePx: 32, names: ["view", "view"] });
  expect(strip.pixels).toHaveLength(6 * 3 * 32 * 32 * 3);
  expect(new Set(strip.ids).size).toBe(6);
  expect((await ask({})).pixels).toEqual(strip.pixels);
  expect((await ask({}, 1)).pixels).not.toEqual(strip.pixels);
  const grey = await ask({ set: ["grey=1"] });
  const cell = 32 * 32 * 3;
  const isGrey = (pixels: Uint8Array): boolean =>
    Array.from({ length: cell / 3 }, (_, at) => at * 3).every((at) => pixels[at] === pixels[at + 1] && pixels[at] === pixels[at + 2]);
  // The first column is the picture itself, with its colours.
  expect(isGrey(grey.pixels.subarray(0, cell))).toBe(false);
  expect(isGrey(grey.pixels.subarray(cell, 2 * cell))).toBe(true);
  expect(grey.pixels.subarray(0, cell)).toEqual(strip.pixels.subarray(0, cell));
  // Without any change a view is the picture.
  const plain = await ask({ augment: "none" });
  expect(plain.pixels.subarray(cell, 2 * cell)).toEqual(plain.pixels.subarray(0, cell));
  expect((await ask({ method: "whiten", trainable: null })).viewsEach).toBe(0);
});

test("a run: told while it goes on, shown, renamed, used, reverted, kept, dropped, deleted", async () => {
  const run = await finishedRun(request, "first try");
  expect(run).toMatchObject({ name: "first try", state: "done", decision: null, error: null });
  const metrics = await call("runs.metrics", { id: run.id, after: 0 });
  expect([...metrics.steps]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(metrics.loss.every((value) => value > 0)).toBe(true);
  expect([...metrics.looks.steps]).toEqual([0, 2, 4, 6]);
  expect(metrics.looks.viewRetrieval.every((share) => share >= 0 && share <= 1)).toBe(true);
  expect(metrics).toMatchObject({ totalSteps: 6, viewsPerStep: 40, again: false });
  const nothing = await call("runs.metrics", { id: run.id, after: metrics.after });
  expect([nothing.steps.length, nothing.after, nothing.again]).toEqual([0, metrics.after, false]);
  // A file that has become shorter is read from the start.
  const again = await call("runs.metrics", { id: run.id, after: metrics.after + 1000 });
  expect([again.steps.length, again.again]).toEqual([6, true]);

  const shown = await call("runs.show", { id: run.id });
  expect(shown.plan).toMatchObject({ method: "diet", steps: 6 });
  expect(shown.encoders).toEqual({ frozen: defaultEncoderId, whitened: `${run.id}-whitened`, after: run.encoder });
  expect(shown.request).toEqual({ ...request, from: defaultEncoderId });

  const neighbours = await call("runs.neighbours", { id: run.id });
  if (neighbours === null) throw new Error("the run left no neighbours");
  expect([neighbours.count, neighbours.k]).toEqual([40, 8]);
  expect(new Set(neighbours.ids).size).toBe(40);
  for (const rows of [neighbours.frozen, neighbours.whitened, neighbours.after])
    for (let row = 0; row < 40; row++) {
      const nearest = rows.subarray(row * 8, row * 8 + 8);
      expect([new Set(nearest).size, nearest.includes(row)]).toEqual([8, false]);
    }
  // The frozen encoder's are those that the collection shows.
  const [asked = 0] = neighbours.ids;
  const similar = await call("images.similar", { id: asked as never, count: 3 });
  const frozen = Array.from(neighbours.frozen.subarray(0, 8), (row) => neighbours.ids[row]);
  expect(frozen).toEqual(expect.arrayContaining(similar.results.map(({ id }) => id)));

  // Six of them as they were seen on the way; before the training, the same as what the run left.
  const examples = await call("runs.examples", { id: run.id });
  if ("missing" in examples) throw new Error(`no examples: ${examples.missing}`);
  expect(examples).toMatchObject({ count: 6, k: 5, step: 6, pictures: 40 });
  expect(new Set(examples.asked).size).toBe(6);
  examples.asked.forEach((id, example) => {
    const part = <T extends Int32Array | Float32Array | Uint8Array>(values: T): number[] => [
      ...values.subarray(example * 5, example * 5 + 5),
    ];
    const row = neighbours.ids.indexOf(id);
    const left = Array.from(neighbours.frozen.subarray(row * 8, row * 8 + 5), (other) => neighbours.ids[other] ?? 0);
    expect(part(examples.before.ids)).toEqual(left);
    expect(part(examples.fresh)).toEqual(part(examples.now.ids).map((other) => (left.includes(other) ? 0 : 1)));
    expect(part(examples.now.ids)).not.toContain(id);
    for (const { similarities } of [examples.before, examples.now])
      expect(part(similarities)).toEqual(part(similarities).sort((one, other) => other - one));
  });
  rmSync(join(home(), "workspace", "runs", run.id, "examples.json"));
  expect(await call("runs.examples", { id: run.id })).toMatchObject({ missing: "not-kept" });

  await call("runs.rename", { id: run.id, name: "  second name " });
  const { job } = await call("runs.apply", { id: run.id, encoder: "after" });
  expect((await engine.jobs?.finished(job))?.error).toBeNull();
  expect(engine.requireCollection().summary().encoder.id).toBe(run.encoder);
  expect((await call("runs.list", {})).runs[0]).toMatchObject({ name: "second name", decision: "used" });
  await expect(call("runs.delete", { id: run.id })).rejects.toThrow(/is used by/);
  expect(await call("encoders.revert", {})).toMatchObject({ encoder: { id: defaultEncoderId }, unseen: 0 });

  await call("runs.decide", { id: run.id, decision: "kept" });
  expect((await call("runs.show", { id: run.id })).encoders.after).toBe(run.encoder);
  await call("runs.decide", { id: run.id, decision: "dropped" });
  const dropped = await call("runs.show", { id: run.id });
  expect([dropped.encoders.after, dropped.encoders.whitened, dropped.run.decision]).toEqual([null, null, "dropped"]);
  expect(dropped.run.report?.verdict).toBe(run.report?.verdict);
  await expect(call("runs.apply", { id: run.id, encoder: "after" })).rejects.toThrow(/no encoder/);
  await call("runs.delete", { id: run.id });
  expect((await call("runs.list", {})).runs).toEqual([]);
  expect(existsSync(join(home(), "workspace", "runs", run.id))).toBe(false);
  await expect(call("runs.metrics", { id: run.id, after: 0 })).rejects.toThrow(/no run/);
}, 180_000);

test("a run that is going on is paused, not deleted, cancelled, and goes on", async () => {
  const { run, job } = await call("training.start", { request: { ...request, steps: 400 } });
  expect(await call("runs.examples", { id: run })).toMatchObject({ missing: "not-yet", fewest: 12 });
  await new Promise<void>((resolve) => {
    const stop = engine.subscribe((name, value) => {
      if (name !== "job" || (value as { stage: string }).stage !== "steps") return;
      stop();
      resolve();
    });
  });
  await call("runs.pause", { id: run });
  expect(engine.jobs?.snapshot(job).state).toBe("paused");
  expect(await call("runs.examples", { id: run })).toMatchObject({ count: 6, k: 5, pictures: 40 });
  await expect(call("runs.delete", { id: run })).rejects.toThrow(/still going on/);
  await call("runs.resume", { id: run });
  await call("runs.cancel", { id: run });
  expect((await engine.jobs?.finished(job))?.state).toBe("cancelled");
  expect((await call("runs.list", {})).runs[0]).toMatchObject({ id: run, state: "cancelled", report: null });
  await expect(call("runs.apply", { id: run, encoder: "after" })).rejects.toThrow(/has not ended/);
  await call("runs.delete", { id: run });
}, 120_000);
