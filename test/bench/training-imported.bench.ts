/**
 * @file Strangers' encoders trained: PyTorch's exports by both exporters are taken in, trained for a few steps wholly and from their last stage on, exported and taken in again.
 * Prints one row each: what trained, the loss at the start and at the end (means of ten steps), and how far vectors of 32 pictures moved by exporting and by taking in again.
 *
 *     node test/bench/training-imported.bench.ts [--models resnet18,vit_tiny] [--levels all,last] [--steps 50] [--images 8]
 *
 * The models lie in the folder $LIKENESS_EXPORTS or are made with $LIKENESS_PYTHON (torch, torchvision, timm, onnx, onnxscript); without either this says so and ends.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import sharp from "sharp";

import { systemClock } from "#engine/base/clock.ts";
import { readEncoderCard, type EncoderCard } from "#engine/encoders/encoder-card.ts";
import { importEncoder } from "#engine/encoders/import/import-encoder.ts";
import type { RegisteredEncoder } from "#engine/encoders/registry.ts";
import { exportEncoder } from "#engine/export/encoder/export-encoder.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { openInference } from "#engine/runtime/inference.ts";
import { inferenceRequest } from "#engine/stages/encoder-use.ts";
import { makePlan } from "#engine/stages/training/make-plan.ts";
import { writePictureCache } from "#engine/training/augment/picture-cache.ts";
import { networkOfEncoder } from "#engine/training/network/from-encoder.ts";
import { trainableWeights, type TrainableLevel } from "#engine/training/network/trainable.ts";
import { planName, runTraining } from "#engine/training/trainer/run.ts";
import { pythonWithModules } from "../helpers/python.ts";
import { photoFolder } from "./photos.ts";

const names = option("--models", "resnet18,mobilenet_v3_small,vit_tiny,convnext_atto").split(",");
const levels = option("--levels", "all,last").split(",") as TrainableLevel[];
const steps = Number(option("--steps", "50"));
const images = Number(option("--images", "8"));
const population = 96;
const checked = 32;
const threads = 2;

const work = mkdtempSync(join(tmpdir(), "likeness-imported-"));
const exports = exportsFolder();
const photos = await photoFolder({ count: 3000, width: 160, height: 160, quality: 88 });
if (exports === null) console.log("training-imported: skipped, $LIKENESS_EXPORTS names no folder and no Python here has PyTorch");
else if (photos === null) console.log("training-imported: skipped, no photos (offline)");
else await trainAll(exports, readdirSync(photos).sort().slice(0, population).map((name) => join(photos, name))); // prettier-ignore
rmSync(work, { recursive: true, force: true });

async function trainAll(folder: string, pictures: readonly string[]): Promise<void> {
  console.log("| model | exporter | opset | level | weights | share | loss first | last | export | import | seconds |");
  console.log("|---|---|---|---|---|---|---|---|---|---|---|");
  let failures = 0;
  for (const name of names)
    for (const exporter of ["script", "dynamo"])
      for (const level of levels) {
        const file = join(folder, `${name}-${exporter}.onnx`);
        const row = existsSync(file) ? await trainOne(file, level, pictures).catch((thrown: unknown) => String(thrown)) : "not there";
        const falls = typeof row !== "string" && row.last < row.first && Math.max(row.exported, row.imported) <= 1e-4;
        if (!falls) failures++;
        console.log(
          `| ${name} | ${exporter} | ${typeof row === "string" ? `${level}: ${row}` : textOf(row, level)} |${falls ? "" : " FAILED"}`,
        );
      }
  if (failures > 0) process.exitCode = 1;
}

interface Row {
  readonly opset: number;
  readonly weights: number;
  readonly share: number;
  readonly first: number;
  readonly last: number;
  readonly exported: number;
  readonly imported: number;
  readonly seconds: number;
}

async function trainOne(file: string, level: TrainableLevel, pictures: readonly string[]): Promise<Row> {
  const { card } = (await importEncoder({ file, dataFolder: join(work, "data"), threads })).encoder;
  const run = join(work, `${card.id}-${level}`);
  mkdirSync(run);
  const plan = makePlan(
    { run: `${card.id}-${level}`, method: "simclr", from: card.id, trainable: level, minutes: null, epochs: null, steps, batch: images, size: null, augment: "photo", device: "cpu", seed: 1, set: ["evaluations=1"], labels: null, pairs: null }, // prettier-ignore
    {
      card,
      baselineFolder: dirname(card.modelPath),
      baselineSize: card.input.size,
      population: pictures.length,
      picturesPath: (sidePx) => ({ path: join(work, `pictures-${sidePx}.u8`), fingerprint: String(sidePx) }),
      labels: null,
      weakLabels: null,
      givenLabels: null,
      texts: null,
      folderOfEncoder: () => dirname(card.modelPath),
      threads,
    },
  );
  const cache = writePictureCache(plan.pictures.path, plan.pictures);
  if (cache.written === 0) cache.append(await squares(pictures, plan.pictures.sidePx));
  cache.finish();
  writeFileSync(join(run, planName), JSON.stringify(plan));
  const outcome = await runTraining({ folder: run, signal: new AbortController().signal, gate: () => Promise.resolve(), clock: systemClock, onProgress: () => undefined }); // prettier-ignore
  const trained: RegisteredEncoder = { card: readEncoderCard(join(run, "encoder")), origin: "trained" };
  const shown = await squares(pictures.slice(0, checked), trained.card.input.size);
  const out = join(run, "export");
  const { maxDifference } = await exportEncoder({
    encoder: trained,
    folder: out,
    featureMaps: false,
    smaller: [],
    threads,
    pictures: { pixels: shown, count: checked, areReal: true },
  });
  const again = await importEncoder({ file: join(out, "model.onnx"), dataFolder: join(work, "data"), threads });
  const [one, other] = [await vectors(trained, shown), await vectors(again.encoder, shown)];
  const { first, last } = outcome.loss ?? { first: NaN, last: NaN };
  return {
    ...countsOf(card, level),
    first,
    last,
    exported: maxDifference,
    imported:
      one.length === other.length ? one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] as number))), 0) : Infinity,
    seconds: outcome.seconds,
  };
}

function countsOf(card: EncoderCard, level: TrainableLevel): Pick<Row, "opset" | "weights" | "share"> {
  const network = networkOfEncoder(card);
  const chosen = trainableWeights(network, level, card.input.size);
  const all = network.model.graph.initializers.filter(({ elementType }) => elementType === "float32");
  const numbersOf = (tensors: typeof all): number => tensors.reduce((sum, { dimensions }) => sum + elementCount(dimensions), 0);
  const share = numbersOf(all.filter(({ name }) => chosen.has(name))) / numbersOf(all);
  return { opset: network.model.opsets.get("") ?? 0, weights: chosen.size, share };
}

function textOf({ opset, weights, share, first, last, exported, imported, seconds }: Row, level: TrainableLevel): string {
  const cells = [opset, level, weights, `${(100 * share).toFixed(1)} %`, first.toFixed(3), last.toFixed(3), exported.toExponential(1), imported.toExponential(1), seconds.toFixed(1)]; // prettier-ignore
  return cells.join(" | ");
}

/** [files, side, side, 3] */
async function squares(files: readonly string[], side: number): Promise<Uint8Array> {
  const made = files.map((file) => sharp(file).removeAlpha().toColourspace("srgb").resize(side, side, { fit: "fill" }).raw().toBuffer());
  return new Uint8Array(Buffer.concat(await Promise.all(made)));
}

async function vectors(encoder: RegisteredEncoder, pixels: Uint8Array): Promise<Float32Array> {
  const session = await openInference({ ...inferenceRequest(encoder, threads), device: "cpu" });
  return session.embed(pixels.slice(), checked).finally(() => session.close());
}

function exportsFolder(): string | null {
  const given = process.env["LIKENESS_EXPORTS"];
  if (given !== undefined) return given;
  const python = pythonWithModules(["torch", "torchvision", "timm", "onnx", "onnxscript"]);
  if (python === null) return null;
  const made = join(work, "exports");
  const ran = spawnSync(python, [join(import.meta.dirname, "encoders/export-models.py"), made, ...names], { stdio: "inherit" });
  if (ran.status !== 0) throw new Error("the models could not be exported");
  return made;
}

function option(name: string, absent: string): string {
  const at = process.argv.indexOf(name);
  return at < 0 ? absent : (process.argv[at + 1] ?? absent);
}
