/**
 * @file A whole run small enough for tests: 24 made-up pictures of 24 px in a cache, an encoder of two convolutions, a plan in a folder. Time goes by one
 * second whenever somebody looks at the clock.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import type { Clock } from "#engine/base/clock.ts";
import { CancellationError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { cardName, modelName, readEncoderCard, writeEncoderCard, type EncoderCard } from "#engine/encoders/encoder-card.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { Layers } from "#engine/training/architectures/layers.ts";
import { writePictureCache } from "#engine/training/augment/picture-cache.ts";
import { parseSettings } from "#engine/training/methods/parse-settings.ts";
import { methodOf } from "#engine/training/methods/table.ts";
import type { Network } from "#engine/training/network/network.ts";
import { planName, runTraining, type RunOutcome } from "#engine/training/trainer/run.ts";
import type { RunPlan } from "#engine/training/trainer/run-plan.ts";

export const pictureCount = 24;
export const sidePx = 24;
export const sizePx = 16;

/** Two stages, 16 numbers. @param output what the embedding is called */
export function tinyEncoder(output = "vector"): Network {
  const builder = new GraphBuilder(17);
  const layers = new Layers(builder, createRandom(4));
  let x = builder.input("image", "float32", [1, 3, sizePx, sizePx]);
  for (const outputs of [8, 16, 16]) x = layers.relu(layers.norm(layers.convolution(x, { outputs, kernel: 3, stride: 2 })));
  const pooled = layers.pool(x);
  builder.add({ name: "out", opType: "Identity", domain: "", inputs: [pooled], outputs: [output], attributes: new Map(), docString: "", overload: "", unknown: new Uint8Array(0) }); // prettier-ignore
  const { graph, ...model } = modelOf(builder, [output]);
  const free = (info: (typeof graph.inputs)[number], shape: (string | number)[]): typeof info => ({
    ...info,
    type: { elementType: "float32", shape },
  });
  const inputs = graph.inputs.map((info) => free(info, ["batch", 3, sizePx, sizePx]));
  const outputs = graph.outputs.map((info) => free(info, ["batch", 16]));
  return {
    model: { ...model, graph: { ...graph, inputs, outputs } },
    inputs: [{ name: "image", shape: [3, null, null] }],
    embedding: output,
    dimensions: 16,
    featureMap: x,
  };
}

/** As the registry would have it. */
export function saveTinyEncoder(folder: string): EncoderCard {
  const bytes = writeModel(tinyEncoder().model);
  const card: EncoderCard = {
    id: "tiny",
    name: "Tiny",
    modelPath: join(folder, modelName),
    sha256: createHash("sha256").update(bytes).digest("hex"),
    input: {
      name: "image", layout: "NCHW", size: sizePx, sizeMultipleOf: 1, batch: null, colour: "RGB", range: [0, 255], mean: [127.5, 127.5, 127.5],
      std: [64, 64, 64], resize: "stretch", interpolation: "bicubic", background: [255, 255, 255],
    }, // prettier-ignore
    output: { name: "vector", dimensions: 16, normalise: "l2" },
    spatial: [],
    licence: "none",
    source: "a test",
    provenance: null,
    report: null,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, modelName), bytes);
  writeFileSync(join(folder, cardName), writeEncoderCard(card, "test"));
  return readEncoderCard(folder);
}

/** Gentle slopes and some noise: pictures that differ and are known again when cropped. */
function savePictures(path: string): void {
  const random = createRandom(12);
  const writer = writePictureCache(path, { fingerprint: "test", count: pictureCount, sidePx });
  for (let picture = 0; picture < pictureCount; picture++) {
    const slopes = Array.from({ length: 3 }, () => [random.normal(), random.normal(), random.unit()] as const);
    const square = new Uint8Array(sidePx * sidePx * 3);
    for (let at = 0; at < square.length; at++) {
      const [across, down, level] = slopes[at % 3] as readonly [number, number, number];
      const [column, row] = [Math.floor(at / 3) % sidePx, Math.floor(at / 3 / sidePx)];
      const value = 255 * level + 5 * across * (column - sidePx / 2) + 5 * down * (row - sidePx / 2) + 12 * random.normal();
      square[at] = Math.max(0, Math.min(255, value));
    }
    writer.append(square);
  }
  writer.finish();
}

export interface TinyPlan extends Partial<Omit<RunPlan, "settings">> {
  readonly set?: readonly string[];
}

/** Pictures, encoder and plan in `root`; gives the folder of the run. */
export function planTinyRun(root: string, { set = [], ...changes }: TinyPlan): string {
  const folder = join(root, "run");
  const encoder = join(root, "tiny");
  saveTinyEncoder(encoder);
  const path = join(root, "pictures.u8");
  savePictures(path);
  const places = Array.from({ length: pictureCount }, (_, place) => place);
  const method = changes.method ?? "simclr";
  const plan: RunPlan = {
    version: 1,
    id: "run-1",
    seed: 1,
    from: { kind: "encoder", folder: encoder },
    baseline: encoder,
    method,
    settings: method === "whiten" ? {} : parseSettings(methodOf(method).settings, set),
    trainable: "all",
    batchStatistics: true,
    preset: "photo",
    augment: {},
    images: 8,
    pieces: 1,
    start: "whitened",
    size: sizePx,
    steps: 12,
    minutes: null,
    optimizer: "adamw",
    optimizerOptions: { momentum: 0.9, decay: 0.01, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 0.02 },
    rate: 1e-3,
    warmUpShare: 0.1,
    finalShare: 0.01,
    clip: 0,
    keptViews: 0,
    device: "cpu",
    executor: "onnxruntime",
    threads: 1,
    pictures: { path, fingerprint: "test", count: pictureCount, sidePx },
    training: places,
    probe: places,
    labels: null,
    weakLabels: null,
    texts: null,
    teacher: null,
    evaluations: 3,
    checkpointSeconds: 5,
    ...changes,
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, planName), JSON.stringify(plan));
  return folder;
}

/** Ends the run at one of the places where it can be stopped, or never. */
export interface Stop {
  /** At so many-th look at the gate, from 1. */
  readonly atGate?: number;
}

export interface Told {
  readonly stages: string[];
  gates: number;
}

export async function runTiny(
  folder: string,
  { atGate = Infinity }: Stop = {},
  told: Told = { stages: [], gates: 0 },
): Promise<RunOutcome> {
  const controller = new AbortController();
  let now = 0;
  const clock: Clock = { now: () => 0, monotonic: () => (now += 1000) };
  return runTraining({
    folder,
    clock,
    signal: controller.signal,
    gate: () => {
      if (++told.gates < atGate) return Promise.resolve();
      controller.abort();
      return Promise.reject(new CancellationError());
    },
    onProgress: (stage) => told.stages.push(stage),
  });
}

/** Everything that a run leaves and that must not depend on how often it was stopped. */
export function leftBy(folder: string): Record<string, string> {
  const files = ["last.safetensors", "metrics.jsonl", "evaluations.jsonl", "examples.json", "encoder/model.onnx", "whitened/model.onnx"];
  const hash = (file: string): string =>
    createHash("sha256")
      .update(readFileSync(join(folder, file)))
      .digest("hex");
  return Object.fromEntries(files.map((file) => [file, hash(file)]));
}
