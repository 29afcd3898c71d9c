/** @file Tuning on a few labels: through the command line, and through the contract as the app uses it. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { createEngine } from "#engine/engine.ts";
import { write } from "#engine/store/statements.ts";
import type { WriteStore } from "#engine/store/database.ts";
import type { TuneRequest } from "#protocol/label-model.ts";
import type { RunSummary, TrainReport } from "#protocol/model.ts";
import type { TunedReport } from "#protocol/tuned-report.ts";
import type { JobSnapshot } from "#protocol/progress.ts";
import { runCommand, runJson, startCommand } from "../helpers/command-line.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";
import { drawTrainingFolder } from "../helpers/training-runs.ts";

const bundled = "efficientnet-lite0-160";
const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");

interface Told {
  readonly classes: readonly string[];
  readonly chosen: { readonly model: string; readonly features: string; readonly looAccuracy: number };
  readonly why: string;
  readonly predictions: readonly { readonly label: string | null; readonly confidence: number }[];
  readonly tuned: TunedReport & { readonly run: string; readonly encoder: string };
}

function table(name: string, each: number): string {
  const rows = [0, 1, 2, 3].flatMap((kind) => Array.from({ length: each }, (_, index) => `kind-${kind}/${index}.png,kind ${kind}`));
  writeFileSync(join(data(), name), ["path,label", ...rows].join("\n"));
  return join(data(), name);
}

const tune = (...args: string[]): Promise<Told> =>
  runJson<Told>(["fewshot", "tune", "--labels", table("five.csv", 5), "--steps", "4", ...args], data());
const modelHash = (encoder: string): string =>
  createHash("sha256").update(readFileSync(join(data(), "encoders", encoder, "model.onnx"))).digest("hex"); // prettier-ignore
const share = expect.any(Number) as number;

let first: Told;

beforeAll(async () => {
  await drawTrainingFolder(pictures());
  await runJson(["index", pictures(), "--device", "cpu"], data());
  first = await tune();
}, 300_000);

test("what the folds say, what is recommended and why, beside what fewshot tells", () => {
  expect(first.classes).toEqual(["kind 0", "kind 1", "kind 2", "kind 3"]);
  expect(first.predictions).toHaveLength(40);
  expect(first.tuned).toMatchObject({
    trainable: "adapter",
    clicks: 20,
    asked: 20,
    folds: 5,
    repeats: 3,
    confident: 0,
    cvAccuracy: share,
    ridgeCvAccuracy: share,
    encoder: first.tuned.run,
  });
  expect(["tuned", "ridge"]).toContain(first.tuned.recommended);
  expect(first.tuned.why).toContain("Of 20 labelled pictures, each asked of trainings that had not been shown it");
  // The tuned vectors know the labels: nothing is left out of what is learnt on them unless somebody asks for them.
  expect(first.chosen.features).not.toBe(first.tuned.encoder);
});

test("the same seed tunes the same encoder, another one another", async () => {
  const [again, other] = [await tune(), await tune("--seed", "2")];
  const { run, encoder, ...rest } = again.tuned;
  const { run: firstRun, encoder: firstEncoder, ...firstRest } = first.tuned;
  expect([run === firstRun, rest]).toEqual([false, firstRest]);
  expect(modelHash(encoder)).toBe(modelHash(firstEncoder));
  expect(modelHash(other.tuned.encoder)).not.toBe(modelHash(firstEncoder));
}, 120_000);

test("it is a run like any other: listed, applied, what it knows of itself used, exported, reverted, removed", async () => {
  const { runs } = await runJson<{ runs: RunSummary[] }>(["runs", "list"], data());
  expect(runs.find(({ id }) => id === first.tuned.run)).toMatchObject({ method: "few-labels", base: bundled, state: "done", encoder: first.tuned.encoder }); // prettier-ignore
  await runJson(["encoders", "apply", first.tuned.encoder], data());
  const told = await runJson<Told>(["fewshot", "--labels", table("five.csv", 5)], data());
  // Leaving out a label would flatter vectors that were made by it: the folds' word stands.
  expect(told.chosen.features === first.tuned.encoder ? told.chosen.looAccuracy : null).toBe(
    told.chosen.features === first.tuned.encoder ? first.tuned.cvAccuracy : null,
  );
  const alone = await runJson<Told>(["fewshot", "--labels", table("five.csv", 5), "--features", first.tuned.encoder], data());
  expect(alone.chosen).toEqual({ model: first.tuned.plain.model, features: first.tuned.encoder, looAccuracy: first.tuned.cvAccuracy });
  expect(alone.why).toContain("when these vectors were tuned");
  const out = join(data(), "exported");
  await runJson(["export", "encoder", first.tuned.encoder, "--out", out], data());
  expect(existsSync(join(out, "model.onnx"))).toBe(true);
  await runJson(["encoders", "revert"], data());
  const shown = await runJson<{ report: TrainReport }>(["runs", "show", first.tuned.run], data());
  expect(shown.report.tuned?.why).toBe(first.tuned.why);
}, 120_000);

test("the last stage, and pictures that are told confidently, can be taught too", async () => {
  const last = await tune("--trainable", "last", "--confident");
  expect(last.tuned).toMatchObject({ trainable: "last", repeats: 1, clicks: 20 });
  expect(last.tuned.confident).toBeGreaterThan(0);
  const lines = await runCommand(["fewshot", "tune", "--labels", table("five.csv", 5), "--trainable", "norm", "--steps", "2"], data());
  expect(lines.stdout).toMatch(/Of 20 labelled pictures[^]*Recommended: /);
}, 240_000);

test("what cannot be judged, and what makes no sense, is refused in words", async () => {
  const refused = async (...args: string[]): Promise<unknown> => {
    const { code, stdout } = await runCommand(["fewshot", ...args, "--json"], data());
    return [code, (JSON.parse(stdout) as { error: { code: string; message: string } }).error];
  };
  expect(await refused("tune", "--labels", table("one.csv", 1))).toEqual([1, { code: "too-few-labels", message: expect.stringContaining("expected at least 8") }]); // prettier-ignore
  const runs = async (): Promise<number> => (await runJson<{ runs: RunSummary[] }>(["runs", "list"], data())).runs.length;
  const before = await runs();
  expect(await refused("tune", "--labels", table("five.csv", 5), "--augment", "x-ray")).toEqual([1, { code: "augment-preset", message: expect.stringContaining("expected one of photo, medical-grey, microscopy") }]); // prettier-ignore
  expect(await runs()).toBe(before);
  for (const [args, message] of [
    [["tune", "--labels", table("five.csv", 5), "--minutes", "0"], /--minutes is "0"; expected a number from 0.01/],
    [["tune", "--labels", table("five.csv", 5), "--minutes", "1", "--steps", "3"], /expected one of --minutes, --steps/],
    [["tune", "--labels", table("five.csv", 5), "--trainable", "all"], /--trainable is "all"; expected one of adapter, norm, last/],
    [["--labels", table("five.csv", 5), "--seed", "3"], /--seed belongs to `fewshot tune`/],
    [["turn", "--labels", table("five.csv", 5)], /"turn" is nothing it does/],
  ] as const) {
    const { code, stderr } = await runCommand(["fewshot", ...args], data());
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  }
}, 60_000);

test("stopped by a person it ends as cancelled, and leaves no encoder", async () => {
  const child = startCommand(["fewshot", "tune", "--labels", table("five.csv", 5), "--steps", "100000", "--json"], data());
  let [told, shown] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (told += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    shown += text;
    if (shown.includes("steps")) child.kill("SIGINT");
  });
  await new Promise((resolve) => child.once("close", resolve));
  expect(JSON.parse(told)).toMatchObject({ error: { code: "cancelled" } });
  const { runs } = await runJson<{ runs: RunSummary[] }>(["runs", "list"], data());
  expect(runs[0]).toMatchObject({ state: "cancelled", encoder: null });
}, 120_000);

test("through the contract: a job with progress that ends with what was found", async () => {
  const engine = await createEngine({ dataFolder: data() });
  try {
    await engine.open(engine.recent.last() as string, "write");
    const { handlers: call, context } = engine;
    const { id: project } = await call["labels.createProject"]({ name: "Mine" }, context);
    await call["labels.importFile"]({ project, path: table("four.csv", 4) }, context);
    const augmentOf = async (asked: TuneRequest): Promise<string> => {
      const { run, job } = await call["fewshot.tune"]({ project, steps: 1, ...asked }, context);
      await engine.jobs?.finished(job);
      const { request } = await call["runs.show"]({ id: run }, context);
      const planned = readFileSync(join(engine.requireCollection().workspace, "runs", run, "tune.json"), "utf8");
      expect((JSON.parse(planned) as { plan: { preset: string } }).plan.preset).toBe(request.augment);
      await call["runs.delete"]({ id: run }, context);
      return request.augment;
    };
    expect(await augmentOf({ augment: "document" })).toBe("document");
    expect(await augmentOf({})).toBe("photo");
    // Scans are told by their format: nothing is mirrored where nobody says otherwise.
    const { store } = engine.requireCollection();
    const formatOf = (format: string): void => void write(store as WriteStore, "UPDATE contents SET format = ?", format);
    formatOf("dicom");
    expect(await augmentOf({})).toBe("medical-grey");
    formatOf("png");
    const seen: JobSnapshot[] = [];
    engine.subscribe((name, value) => name === "job" && seen.push(value as JobSnapshot));
    const { run, job } = await call["fewshot.tune"]({ project, steps: 3, seed: 4 }, context);
    const ended = await engine.jobs?.finished(job);
    expect(ended).toMatchObject({ state: "done", kind: "tune", title: `Tune ${bundled} on 16 labels` });
    expect((ended?.report as TrainReport).tuned).toMatchObject({ clicks: 16, trainable: "adapter" });
    expect(ended?.summary).toContain("Of 16 labelled pictures");
    const stages = seen.map(({ stage }) => stage).filter((stage, at, all) => stage !== all[at - 1]);
    expect(stages).toEqual(["read", "features", "steps", "judge"]);
    const details = await call["runs.show"]({ id: run }, context);
    expect(details).toMatchObject({
      run: { decision: null, method: "few-labels", project: { id: project, name: "Mine" } },
      encoders: { after: run },
    });
    expect((await call["runs.metrics"]({ id: run, after: 0 }, context)).steps).toHaveLength(0);
    // What was learnt from a table is of no project, and a run outlives its project.
    const { runs } = await call["runs.list"]({}, context);
    expect(runs.length).toBeGreaterThan(1);
    expect(runs.slice(1).map((each) => each.project)).toEqual(runs.slice(1).map(() => null));
    await call["labels.removeProject"]({ project }, context);
    expect((await call["runs.show"]({ id: run }, context)).run.project).toBeNull();
    await call["runs.delete"]({ id: run }, context);
    expect(existsSync(join(data(), "encoders", run))).toBe(false);
  } finally {
    await engine.close();
  }
}, 120_000);
