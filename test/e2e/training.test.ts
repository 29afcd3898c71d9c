/** @file Training through the command line, on forty small pictures. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import type { EncoderEntry, ExportedEncoder, IndexReport, RunSummary, TrainReport } from "#protocol/model.ts";
import { runCommand, runJson } from "../helpers/command-line.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";
import { drawTrainingFolder, killedTree, runHashes } from "../helpers/training-runs.ts";

const bundled = "efficientnet-lite0-160";
const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");
const workspace = (): string => join(data(), "collection");
const here = (): string[] => ["--workspace", workspace()];
let whitened: TrainReport;
let adapted: TrainReport;

beforeAll(async () => {
  await drawTrainingFolder(pictures());
  await runJson(["index", pictures(), "--device", "cpu", ...here()], data());
  whitened = await runJson<TrainReport>(["train", "--method", "whiten", ...here()], data());
  adapted = await runJson<TrainReport>(["train", "--steps", "6", "--trainable", "adapter", "--device", "cpu", ...here()], data());
}, 300_000);

const number = expect.any(Number) as number;

/** The document that `train --json` prints. */
function documentOf(form: { readonly trained: boolean }) {
  const metrics = expect.objectContaining({ viewRetrieval: number, alignment: number, uniformity: number, rankMe: number, neighboursKept: number, weakLabelKnn: number }); // prettier-ignore
  return {
    run: expect.stringMatching(/^run-/),
    encoder: expect.stringMatching(/^run-/),
    seconds: number,
    viewsPerSecond: number,
    loss: form.trained ? { first: number, last: number } : null,
    predictor: expect.objectContaining({ uniformity: number, advice: expect.any(String) }),
    verdict: expect.stringMatching(/^(helped|unclear|hurt)$/),
    recommended: expect.any(String),
    report: { frozen: metrics, whitened: metrics, after: metrics },
  };
}

describe("what train prints", () => {
  test("whiten", () => {
    expect(whitened).toMatchObject({ ...documentOf({ trained: false }), method: "whiten", steps: 0 });
    expect([bundled, `${whitened.run}-whitened`]).toContain(whitened.recommended);
    expect(whitened.encoder).toBe(`${whitened.run}-whitened`);
  });

  test("an adapter: by DIET on so few pictures", () => {
    expect(adapted).toMatchObject({ ...documentOf({ trained: true }), method: "diet", steps: 6 });
    expect(adapted.viewsPerSecond).toBeGreaterThan(0);
    expect([bundled, `${adapted.run}-whitened`, adapted.encoder]).toContain(adapted.recommended);
    // What an adapter keeps of the frozen encoder is float16.
    const [one, other] = [adapted.report.frozen, whitened.report.frozen];
    expect(one.uniformity).toBeCloseTo(other.uniformity, 3);
    expect(one.alignment).toBeCloseTo(other.alignment, 3);
    expect([one.neighboursKept, one.weakLabelKnn]).toEqual([other.neighboursKept, other.weakLabelKnn]);
  });
});

describe("runs and their encoders", () => {
  test("list and show", async () => {
    const { runs } = await runJson<{ runs: RunSummary[] }>(["runs", "list", ...here()], data());
    expect(runs.slice(-2).map(({ id, state, verdict, encoder }) => ({ id, state, verdict, encoder }))).toEqual(
      [adapted, whitened].map(({ run, verdict, encoder }) => ({ id: run, state: "done", verdict, encoder })),
    );
    const shown = await runJson<{ run: RunSummary; request: unknown; report: TrainReport }>(
      ["runs", "show", adapted.run, ...here()],
      data(),
    );
    expect(shown.report).toEqual(adapted);
    expect(shown.request).toMatchObject({ steps: 6, trainable: "adapter", seed: 1 });
    const text = await runCommand(["runs", "show", adapted.run, ...here()], data());
    expect(text.stdout).toMatch(/diet.*6 steps[^]*frozen[^]*whitened[^]*after[^]*verdict: /);
  });

  test("a finished run is not gone on with", async () => {
    const again = await runCommand(["runs", "resume", adapted.run, "--json", ...here()], data());
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([1, { error: { code: "job-done" } }]);
  });

  test("apply and revert; the collection had kept its encoder", async () => {
    const encoderOf = async (): Promise<string> => (await runJson<{ encoder: string }>(["map", ...here()], data())).encoder;
    expect(await encoderOf()).toBe(bundled);
    const report = await runJson<IndexReport>(["encoders", "apply", adapted.encoder, "--device", "cpu", ...here()], data());
    expect(report.encoder.id).toBe(adapted.encoder);
    expect(await encoderOf()).toBe(adapted.encoder);
    await runJson(["encoders", "revert", ...here()], data());
    expect(await encoderOf()).toBe(bundled);
  });

  test("export: a model that does what it does here", async () => {
    const { encoders } = await runJson<{ encoders: EncoderEntry[] }>(["encoders", "list"], data());
    expect(encoders.map(({ id, source }) => [id, source])).toContainEqual([adapted.encoder, "trained"]);
    const out = join(data(), "exported");
    const { files, maxDifference } = await runJson<ExportedEncoder>(
      ["export", "encoder", adapted.encoder, "--out", out, ...here()],
      data(),
    );
    expect(maxDifference).toBeLessThanOrEqual(1e-4);
    expect(files.map((file) => file.slice(out.length + 1)).sort()).toEqual(["README.md", "encoder.json", "model.onnx"]);
    expect(readFileSync(join(out, "README.md"), "utf8")).toContain(adapted.verdict);
  });

  test("killed with all its processes and gone on, it ends as it would have", { timeout: 300_000 }, async () => {
    const args = ["train", "--from", "scratch:resnet-small", "--size", "16", "--batch", "4", "--steps", "60", "--device", "cpu", ...here()];
    const whole = await runJson<TrainReport>(args, data());
    const latest = async (): Promise<RunSummary> => (await runJson<{ runs: RunSummary[] }>(["runs", "list", ...here()], data())).runs[0] as RunSummary; // prettier-ignore
    let killed = "";
    // Neither before there is a run nor after it is done.
    for (let afterMs = 4000; killed === "";) {
      const before = (await latest()).id;
      const wasKilled = await killedTree(args, data(), afterMs);
      const { id, finishedAt } = await latest();
      if (wasKilled && id !== before && finishedAt === null) killed = id;
      else afterMs *= wasKilled ? 1.4 : 0.6;
    }
    expect(await latest()).toMatchObject({ id: killed, state: "interrupted", verdict: null, encoder: null });
    const report = await runJson<TrainReport>(["runs", "resume", killed, ...here()], data());
    expect(report).toMatchObject({ run: killed, steps: 60, verdict: whole.verdict, report: whole.report });
    const [one, other] = [whole.run, killed].map((id) => runHashes(join(workspace(), "runs", id)));
    expect(other).toEqual(one);
  });
});

describe("what cannot be trained", () => {
  test.each<[readonly string[], number, RegExp]>([
    [["--method", "moko"], 1, /no method "moko"; expected one of whiten, simclr/],
    [["--set", "temprature=1"], 1, /no setting "temprature"; known: /],
    [["--set", "smoothing=5"], 1, /smoothing is "5"; expected a number from 0 to 0.95/],
    [["--set", "blur=much"], 1, /blur is "much"/],
    [["--method", "clip"], 1, /--pairs FILE.csv/],
    [["--from", "nobody"], 1, /no encoder "nobody"/],
    [["--from", "scratch:nonet"], 1, /no architecture "nonet"; expected one of resnet18/],
    [["--trainable", "some"], 2, /--trainable is "some"; expected one of adapter, norm, last, all/],
    [["--steps", "2", "--epochs", "2"], 2, /expected one of --minutes, --epochs, --steps/],
    [["--device", "abacus"], 1, /no device "abacus".*expected one of auto, cpu/],
    [["--size", "100"], 1, /--size is 100.*multiples of/],
    [["--steps", "none"], 2, /--steps is "none"/],
  ])("train %j ends with %i", async (args, code, message) => {
    const ran = await runCommand(["train", ...args, ...here()], data());
    expect([ran.code, ran.stderr]).toEqual([code, expect.stringMatching(message)]);
    expect(ran.stdout).toBe("");
  });

  test("a folder of a few pictures", async () => {
    const few = join(data(), "few");
    await drawTrainingFolder(few, { kinds: 1, perKind: 4 });
    await runJson(["index", few, "--device", "cpu", "--workspace", join(data(), "w-few")], data());
    const ran = await runCommand(["train", "--json", "--workspace", join(data(), "w-few")], data());
    expect([ran.code, JSON.parse(ran.stdout)]).toMatchObject([
      1,
      { error: { code: "too-few-images", message: expect.stringContaining("4") } },
    ]);
  });

  test("runs: unknown ones, unknown words", async () => {
    const unknown = await runCommand(["runs", "show", "run-99", ...here()], data());
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/no run "run-99"/)]);
    const word = await runCommand(["runs", "sell", ...here()], data());
    expect([word.code, word.stderr]).toEqual([
      2,
      expect.stringMatching(/got "sell"; expected list, show, resume, cancel, rename or delete/),
    ]);
    const nameless = await runCommand(["runs", "rename", adapted.run, ...here()], data());
    expect([nameless.code, nameless.stderr]).toEqual([2, expect.stringMatching(/the new name is missing/)]);
  });

  test("a run is named, and deleted with its encoders", async () => {
    const extra = await runJson<TrainReport>(["train", "--method", "whiten", ...here()], data());
    await runJson(["runs", "rename", extra.run, "Only to go", ...here()], data());
    const listed = await runCommand(["runs", "list", ...here()], data());
    expect(listed.stdout).toContain(`${extra.run} "Only to go"  done`);
    await runJson(["runs", "delete", extra.run, ...here()], data());
    const { runs } = await runJson<{ runs: RunSummary[] }>(["runs", "list", ...here()], data());
    expect(runs.map(({ id }) => id)).not.toContain(extra.run);
    const { encoders } = await runJson<{ encoders: EncoderEntry[] }>(["encoders", "list"], data());
    expect(encoders.filter(({ id }) => id.startsWith(extra.run))).toEqual([]);
  });

  test("help tells all methods, settings and nets", async () => {
    const { stdout } = await runCommand(["train", "--help"], data());
    for (const word of [
      "whiten",
      "simclr",
      "moco",
      "lejepa",
      "temperature=",
      "learningRate=",
      "mobilenet-small",
      "vit-tiny",
      "medical-grey",
    ])
      expect(stdout).toContain(word);
  });
});

test("train --apply switches to what is recommended", async () => {
  rmSync(join(data(), "applied"), { recursive: true, force: true });
  const other = ["--workspace", join(data(), "applied")];
  await runJson(["index", pictures(), "--device", "cpu", ...other], data());
  const report = await runJson<TrainReport>(["train", "--method", "whiten", "--apply", ...other], data());
  const { encoder } = await runJson<{ encoder: string }>(["map", ...other], data());
  expect(encoder).toBe(report.recommended);
  expect(existsSync(join(data(), "encoders", report.encoder))).toBe(true);
});
