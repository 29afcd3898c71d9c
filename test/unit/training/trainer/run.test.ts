import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { readCheckpoint } from "#engine/training/trainer/checkpoint.ts";
import { outcomeName } from "#engine/training/trainer/run.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { leftBy, planTinyRun, runTiny, type Told, type TinyPlan } from "../tiny-run.ts";

const native: TinyPlan = { executor: "native", threads: 2 };

const cases: Readonly<Record<string, TinyPlan>> = {
  "simclr by our own kernels": native,
  "moco by our own kernels": { ...native, method: "moco", optimizer: "sgd", rate: 0.05, set: ["queue=20"], clip: 1 },
  "the last stage by diet, by our own kernels": { ...native, method: "diet", trainable: "last", batchStatistics: false, keptViews: 3 },
  "simclr from nothing": { from: { kind: "scratch", architecture: "resnet-small" }, images: 4, steps: 6 },
  "moco with its queue": { method: "moco", optimizer: "sgd", rate: 0.05, set: ["queue=20", "parts=2"] },
  "byol with its slow copy": { method: "byol", optimizer: "lars", rate: 0.2, augment: { "first.blur": "0.4", hue: "0.05" } },
  "an adapter by diet on kept features": { method: "diet", trainable: "adapter", batchStatistics: false, keptViews: 3 },
  "the last stage by dcl on kept features": { method: "dcl", trainable: "last", batchStatistics: false, keptViews: 3, clip: 1 },
  "norms by swav": { method: "swav", trainable: "norm", set: ["crops=2", "prototypes=10"], optimizer: "adam" },
};

function stepsTold(folder: string): number[] {
  const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { step: number }).step);
}

describe.each(Object.entries(cases))("%s", (_, plan) => {
  test("stopped anywhere and gone on, again and again, it ends with the very same bits", { timeout: 240_000 }, async () => {
    const whole = planTinyRun(temporaryFolder(), plan);
    const told: Told = { stages: [], gates: 0 };
    const outcome = await runTiny(whole, {}, told);
    expect(outcome.stopped).toBe(null);
    expect(outcome.steps).toBe(plan.steps ?? 12);
    expect(stepsTold(whole)).toEqual(Array.from({ length: outcome.steps }, (__, at) => at + 1));
    expect(new Set(told.stages)).toEqual(
      new Set([...(plan.trainable === "adapter" || plan.keptViews ? ["features"] : []), "steps", "judge"]),
    );

    const folder = planTinyRun(temporaryFolder(), plan);
    const random = createRandom(Number(process.env["LIKENESS_SEED"] ?? 7));
    for (let stops = 0; stops < 4; stops++) {
      const stopped = runTiny(folder, { atGate: 1 + random.below(told.gates - 1) });
      // Later ones have less left to do and may come to the end.
      if (stops === 0) await expect(stopped).rejects.toBeInstanceOf(CancellationError);
      else await stopped.catch((thrown: unknown) => expect(thrown).toBeInstanceOf(CancellationError));
    }
    await runTiny(folder);
    expect(leftBy(folder)).toEqual(leftBy(whole));
  });
});

test("a stopped run keeps every step it made", async () => {
  const plan: TinyPlan = { ...native, checkpointSeconds: 1e9, evaluations: 1 };
  const folder = planTinyRun(temporaryFolder(), plan);
  await expect(runTiny(folder, { atGate: 9 })).rejects.toBeInstanceOf(CancellationError);
  const made = stepsTold(folder).length;
  expect(made).toBeGreaterThan(1);
  expect(readCheckpoint(join(folder, "last.safetensors"))?.step).toBe(made);
});

test("another seed gives other weights", async () => {
  const [one, other] = [1, 2].map((seed) => planTinyRun(temporaryFolder(), { seed, steps: 2 })) as [string, string];
  await runTiny(one);
  await runTiny(other);
  expect(leftBy(other)["last.safetensors"]).not.toBe(leftBy(one)["last.safetensors"]);
});

test("a finished run is not run again", async () => {
  const folder = planTinyRun(temporaryFolder(), { steps: 2 });
  const first = await runTiny(folder);
  const told: Told = { stages: [], gates: 0 };
  expect(await runTiny(folder, {}, told)).toEqual(JSON.parse(JSON.stringify(first)));
  expect(told).toEqual({ stages: [], gates: 0 });
});

test("a run of so many minutes finds its number of steps once, and keeps it", async () => {
  const folder = planTinyRun(temporaryFolder(), { steps: null, minutes: 0.5, images: 4 });
  const told: Told = { stages: [], gates: 0 };
  // Each step takes a second on this clock.
  const outcome = await runTiny(folder, {}, told);
  expect(outcome.steps).toBe(30);
  expect(JSON.parse(readFileSync(join(folder, "steps.json"), "utf8"))).toEqual({ steps: 30 });
  const before = leftBy(folder);
  for (const name of [outcomeName, "last.safetensors", "best.safetensors"]) rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, "steps.json"), JSON.stringify({ steps: 3 }));
  expect((await runTiny(folder)).steps).toBe(3);
  expect(leftBy(folder)["last.safetensors"]).not.toBe(before["last.safetensors"]);
});

describe("a run that goes wrong", () => {
  const noNumber = /(no numbers any more|became NaN|became Infinity) at step \d+; the last good state is kept/;

  test.each([
    ["at once", { rate: 1e30, warmUpShare: 0 }],
    ["at a checkpoint", { rate: 3e38, warmUpShare: 0, checkpointSeconds: 0 }],
    ["later", { rate: 1e12, warmUpShare: 1, evaluations: 1 }],
  ])("%s: it ends with the last good state, and tells why", async (_, changes) => {
    const folder = planTinyRun(temporaryFolder(), { steps: 30, optimizer: "sgd", ...changes });
    const outcome = await runTiny(folder);
    expect(outcome.stopped).toMatch(noNumber);
    expect(outcome.steps).toBeLessThan(30);
    const last = readCheckpoint(join(folder, "last.safetensors"));
    expect(last?.step).toBe(outcome.steps);
    for (const [name, { data }] of last?.tensors ?? []) expect((data as Float32Array).every(Number.isFinite), name).toBe(true);
    expect(outcome.report.recommended).not.toBe("run");
    expect(existsSync(join(folder, "encoder/model.onnx"))).toBe(true);
  });

  test("collapsed, then killed before its report: it does not go on", async () => {
    // Every vector becomes the same one: the norm's shifts grow and its scales vanish.
    const folder = planTinyRun(temporaryFolder(), {
      steps: 60,
      optimizer: "sgd",
      rate: 50,
      warmUpShare: 0,
      evaluations: 30,
      method: "byol",
    });
    const outcome = await runTiny(folder);
    expect(outcome.stopped).toMatch(/RankMe|vary by/);
    const before = leftBy(folder);
    rmSync(join(folder, outcomeName));
    const again = await runTiny(folder);
    expect([again.stopped, again.steps]).toEqual([outcome.stopped, outcome.steps]);
    expect(leftBy(folder)).toEqual(before);
  });
});

test("whitening trains nothing and writes one encoder", async () => {
  const folder = planTinyRun(temporaryFolder(), { method: "whiten" });
  const outcome = await runTiny(folder);
  expect(outcome).toMatchObject({ steps: 0, loss: null, stopped: null });
  expect(outcome.report.candidates.map(({ name }) => name)).toEqual(["frozen", "whitened"]);
  expect([existsSync(join(folder, "whitened/encoder.json")), existsSync(join(folder, "encoder"))]).toEqual([true, false]);
});
