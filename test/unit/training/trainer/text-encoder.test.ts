/** @file What a training on pairs leaves for searching by words: the text half gives what the training graph gives, the image half what the trained head says. */
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, onTestFinished, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { analyticPictures } from "#engine/encoders/analytic-pictures.ts";
import { readEncoderCard, type EncoderCard } from "#engine/encoders/encoder-card.ts";
import { ownEncodersFolder, findEncoder } from "#engine/encoders/registry.ts";
import { textRequest } from "#engine/encoders/text-tower.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { readModel } from "#engine/onnx/read.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { openInference, openTextInference } from "#engine/runtime/inference.ts";
import { encodeText, encoderOf, readVocabulary } from "#engine/runtime/text/byte-pairs.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { inferenceRequest } from "#engine/stages/encoder-use.ts";
import { textsOf } from "#engine/training/methods/clip.ts";
import { parseSettings } from "#engine/training/methods/parse-settings.ts";
import { methodOf } from "#engine/training/methods/table.ts";
import { Draft } from "#engine/training/step/draft.ts";
import { readCheckpoint } from "#engine/training/trainer/checkpoint.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { pictureCount, planTinyRun, runTiny, sizePx } from "../tiny-run.ts";

const colours = ["red", "green", "blue", "dark", "bright", "grey"];
const texts = Array.from({ length: pictureCount }, (_, at) => `a ${colours[at % 6] as string} picture, number ${at}`);

const small = ["projection=8", "width=16", "length=12", "vocabulary=300"];

async function trained(set: readonly string[], steps = 12): Promise<{ folder: string; card: EncoderCard; notes: readonly string[] }> {
  const folder = planTinyRun(temporaryFolder(), { method: "clip", set: [...small, ...set], texts, steps, executor: "native", rate: 3e-3 });
  const { notes } = await runTiny(folder);
  // As taking in does.
  const data = temporaryFolder();
  cpSync(join(folder, "text"), join(ownEncodersFolder(data), "run-1-text"), { recursive: true });
  return { folder, card: findEncoder("run-1-text", data).card, notes };
}

async function embedTexts(card: EncoderCard, asked: readonly string[]): Promise<Float32Array> {
  const session = await openTextInference(textRequest(card, 1) as NonNullable<ReturnType<typeof textRequest>>);
  onTestFinished(() => session.close());
  return session.embed(asked);
}

/** The tower inside a training step of all these texts at once, by the executor that trains. */
async function inTrainingGraph(folder: string, set: readonly string[], asked: readonly string[]): Promise<Float32Array> {
  const settings = parseSettings(methodOf("clip").settings, [...small, ...set]);
  const length = settings["length"] as number;
  const state = readCheckpoint(join(folder, "last.safetensors"))?.tensors;
  const path = join(folder, "vocabulary.txt");
  const encoder = encoderOf(readVocabulary(readFileSync(path, "utf8"), path));
  const data = new BigInt64Array(asked.length * length);
  asked.forEach((text, row) => data.set(encodeText(text, length, encoder), row * length));
  const builder = new GraphBuilder(17);
  const draft = new Draft(builder);
  const tokens = draft.feed("tokens", "int64", [asked.length, length]);
  const online = { label: "online", of: (name: string) => name, keepsStatistics: true };
  const made = textsOf({ draft, random: createRandom(3), online }, settings, tokens);
  const kept = [...draft.initial.keys()];
  const graph = {
    model: modelOf(builder, [made, ...kept.map((input) => builder.node("Identity", [input]))]),
    state: [] as { input: string; output: string }[],
  };
  const outputs = graph.model.graph.outputs.slice(1);
  graph.state = kept.map((input, at) => ({ input, output: outputs[at]?.name as string }));
  const initial = new Map(kept.map((name) => [name, state?.get(name) as NonNullable<ReturnType<NonNullable<typeof state>["get"]>>]));
  const executor = await openOnnxRuntimeExecutor(graph, initial, { threads: 1, device: "cpu" });
  const results = await executor.step(new Map([["tokens", { type: "int64", shape: [asked.length, length], data }]]));
  await executor.close();
  return results.get(made)?.data as Float32Array;
}

test.each([
  ["a bag of pieces", []],
  ["two layers of attention", ["layers=2", "heads=2"]],
])("%s: after taking in, texts have the vectors of the training graph", { timeout: 60_000 }, async (_, set) => {
  const { folder, card } = await trained(set);
  const asked = [
    "a red picture",
    "bright",
    "a dark picture, number 3",
    "never seen: été 写真 👍",
    "a long one ".repeat(30),
    texts[5] as string,
  ];
  const [own, wanted] = [await embedTexts(card, asked), await inTrainingGraph(folder, set, asked)];
  expect(own.length).toBe(asked.length * 8);
  own.forEach((value, at) => expect(Math.abs(value - (wanted[at] as number))).toBeLessThan(1e-4));
});

/** x W + b in plain arithmetic; W is [inputs, outputs]. */
function linear(x: readonly number[], weights: Float32Array, bias: Float32Array | null): number[] {
  const outputs = weights.length / x.length;
  return Array.from({ length: outputs }, (_, at) => x.reduce((sum, value, row) => sum + value * (weights[row * outputs + at] as number), bias?.[at] ?? 0)); // prettier-ignore
}

async function imageVectors(card: EncoderCard, count: number): Promise<number[][]> {
  const session = await openInference({ ...inferenceRequest({ card, origin: "trained" }, 1), device: "cpu" });
  onTestFinished(() => session.close());
  const vectors = await session.embed(analyticPictures(sizePx, count), count);
  return Array.from({ length: count }, (_, row) => [...vectors.subarray(row * 8, (row + 1) * 8)]);
}

/** What stands before the head: the tuned copy of the tiny encoder's output. */
async function tunedEmbeddings(card: EncoderCard, count: number): Promise<number[][]> {
  const model = readModel(new Uint8Array(readFileSync(card.modelPath)));
  const first = model.graph.nodes.find(({ opType }) => opType === "Gemm");
  const name = first?.inputs[0] as string;
  const outputs = [{ name, type: { elementType: "float32" as const, shape: ["batch", 16] }, docString: "", otherType: null }];
  const session = await InferenceSession.create(writeModel({ ...model, graph: { ...model.graph, outputs } }));
  const pixels = analyticPictures(sizePx, count);
  const plane = sizePx * sizePx;
  const { mean, std } = card.input;
  const data = Float32Array.from({ length: count * 3 * plane }, (_, at) => {
    const [picture, channel, place] = [Math.floor(at / 3 / plane), Math.floor(at / plane) % 3, at % plane];
    return ((pixels[(picture * plane + place) * 3 + channel] as number) - (mean[channel] as number)) / (std[channel] as number);
  });
  const made = (await session.run({ [card.input.name]: new Tensor("float32", data, [count, 3, sizePx, sizePx]) }))[name]
    ?.data as Float32Array;
  await session.release();
  return Array.from({ length: count }, (_, row) => [...made.subarray(row * 16, (row + 1) * 16)]);
}

test("pictures come through the trained head, without norms exactly", { timeout: 60_000 }, async () => {
  const { folder, card } = await trained(["norm=0"]);
  expect(card.output.dimensions).toBe(8);
  const state = readCheckpoint(join(folder, "last.safetensors"))?.tensors;
  const numbers = (name: string): Float32Array => state?.get(`projector/${name}`)?.data as Float32Array;
  const [own, before] = [await imageVectors(card, 3), await tunedEmbeddings(card, 3)];
  before.forEach((embedding, row) => {
    const hidden = linear(embedding, numbers("0/weights"), numbers("0/bias")).map((value) => Math.max(0, value));
    const last = linear(hidden, numbers("1/weights"), numbers("1/bias"));
    const length = Math.hypot(...last);
    last.forEach((value, at) => expect(own[row]?.[at]).toBeCloseTo(value / length, 4));
  });
});

test(
  "with norms its numbers are those of the training pictures, and texts find what they were trained on",
  { timeout: 120_000 },
  async () => {
    const { card, notes } = await trained([], 150);
    expect(card.text?.input).toMatchObject({ tokens: "tokens", context: 12, fillsUp: true, batch: 1 });
    expect(readEncoderCard(join(card.modelPath, "..")).text).toEqual(card.text);
    const told = /Search by words: apply run-1-text\. Of 24 texts of 24 pictures that it was trained on, (\d+) % find a picture of theirs first and (\d+) % among the first five\./.exec(notes.join(" ")); // prettier-ignore
    expect(told).not.toBe(null);
    // By chance 4 % and 21 %.
    expect(Number(told?.[1])).toBeGreaterThan(40);
    expect(Number(told?.[2])).toBeGreaterThan(80);
  },
);

test("a run that learns from no texts leaves none", async () => {
  const folder = planTinyRun(temporaryFolder(), { method: "simclr", steps: 2, executor: "native" });
  const { notes } = await runTiny(folder);
  expect(notes.join(" ")).not.toContain("Search by words");
  expect(() => readEncoderCard(join(folder, "text"))).toThrow(/encoder\.json cannot be read/);
});
