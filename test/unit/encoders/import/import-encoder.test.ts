/** @file A stranger's file from its first byte to vectors: what is taken in gives what the graph gives, whatever its layout, batch and preprocessing. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { analyticPictures } from "#engine/encoders/analytic-pictures.ts";
import { importEncoder, type ImportedEncoder, type ImportRequest } from "#engine/encoders/import/import-encoder.ts";
import { findEncoder, listRegisteredEncoders, removeEncoder, type RegisteredEncoder } from "#engine/encoders/registry.ts";
import { GraphBuilder, int, ints, text } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { readModel } from "#engine/onnx/read.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { openInferenceTeam } from "#engine/runtime/inference-team.ts";
import { openInference } from "#engine/runtime/inference.ts";
import { inferenceRequest } from "#engine/stages/encoder-use.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { modelOf } from "../../onnx/small-models.ts";
import { averaged, convolved, linear, saved, smallEncoder, weights } from "../small-encoders.ts";

const size = 16;

/** The model and its data directory in a folder of the test's own. */
function place(model: Model, request: Partial<ImportRequest> = {}): ImportRequest {
  const home = temporaryFolder();
  mkdirSync(join(home, "models"));
  return { file: saved(model, join(home, "models"), "Some Net.onnx"), dataFolder: join(home, "data"), threads: 1, ...request };
}

function take(model: Model, request: Partial<ImportRequest> = {}): Promise<ImportedEncoder> {
  return importEncoder(place(model, request));
}

async function embed(encoder: RegisteredEncoder, count: number, pictures = analyticPictures(size, count)): Promise<Float32Array[]> {
  const session = await openInference({ ...inferenceRequest(encoder, 1), device: "cpu" });
  const vectors = await session.embed(pictures.slice(), count).finally(() => session.close());
  const { dimensions } = encoder.card.output;
  return Array.from({ length: count }, (_, row) => vectors.slice(row * dimensions, (row + 1) * dimensions));
}

function near(one: ArrayLike<number>, other: ArrayLike<number>, tolerance = 1e-5): void {
  expect(one.length).toBe(other.length);
  for (let at = 0; at < one.length; at++) expect(Math.abs((one[at] as number) - (other[at] as number))).toBeLessThanOrEqual(tolerance);
}

const classifier = (batch: number | string = "batch", layout: "NCHW" | "NHWC" = "NCHW"): Model =>
  smallEncoder({ batch, layout, tail: (builder, image) => [linear(builder, averaged(builder, convolved(builder, image)), 10)] });

test("a classifier becomes an encoder: its own folder, one file, what goes into its last layer", async () => {
  const request = place(classifier());
  const { encoder, notes } = await importEncoder(request);
  const { card } = encoder;
  expect(card).toMatchObject({
    name: "Some Net",
    input: { name: "image", layout: "NCHW", size, sizeMultipleOf: size, batch: null, colour: "RGB", range: [0, 1] },
    output: { dimensions: 32, normalise: "l2" },
    source: "imported from Some Net.onnx",
  });
  expect(card.id).toMatch(/^some-net-[0-9a-f]{8}$/);
  expect(card.provenance).toMatchObject({
    "Original file": "Some Net.onnx",
    "SHA-256 of the original": expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  expect(notes).toHaveLength(3);
  expect(notes[2]).toMatch(/^Preprocessing: ImageNet's .* since nothing says otherwise\.$/);
  const folder = join(request.dataFolder, "encoders", card.id);
  expect(readdirSync(dirname(folder))).toEqual([card.id]);
  expect(readdirSync(folder).sort()).toEqual(["encoder.json", "model.onnx"]);
  // The last layer and its weights are gone.
  const { graph } = readModel(new Uint8Array(readFileSync(card.modelPath)));
  expect(graph.nodes.map(({ opType }) => opType)).toEqual(["Conv", "Relu", "GlobalAveragePool", "Flatten"]);
  expect(graph.initializers).toHaveLength(1);
  expect(listRegisteredEncoders(request.dataFolder).map(({ card: { id }, origin }) => [id, origin])).toContainEqual([card.id, "imported"]);
  expect(listRegisteredEncoders(null).map(({ card: { id } }) => id)).not.toContain(card.id);
});

test("its vectors are those of the original's inner tensor", async () => {
  const model = classifier();
  const inner = model.graph.nodes.find(({ opType }) => opType === "Flatten")?.outputs[0] as string;
  const { encoder } = await take(model);
  const session = await InferenceSession.create(
    writeModel({ ...model, graph: { ...model.graph, outputs: [{ name: inner, type: null, docString: "", otherType: null }] } }),
  );
  const pictures = analyticPictures(size, 3);
  const [mean, std] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ] as const;
  const plane = size * size;
  const values = Float32Array.from({ length: pictures.length }, (_, at) => {
    const [picture, channel, pixel] = [Math.floor(at / (3 * plane)), Math.floor(at / plane) % 3, at % plane];
    return ((pictures[(picture * plane + pixel) * 3 + channel] as number) / 255 - (mean[channel] as number)) / (std[channel] as number);
  });
  const expected = (await session.run({ image: new Tensor("float32", values, [3, 3, size, size]) }))[inner]?.data as Float32Array;
  for (const [row, vector] of (await embed(encoder, 3)).entries()) {
    const told = expected.slice(row * 32, (row + 1) * 32);
    near(
      vector,
      told.map((value) => value / Math.hypot(...told)),
    );
  }
});

test("a fixed batch is filled up, channels may come last: the same vectors", async () => {
  const { encoder } = await take(classifier());
  const expected = await embed(encoder, 6);
  for (const [batch, layout] of [
    [4, "NCHW"],
    ["batch", "NHWC"],
    [1, "NHWC"],
  ] as const) {
    const other = (await take(classifier(batch, layout))).encoder;
    expect(other.card.input).toMatchObject({ batch: typeof batch === "number" ? batch : null, layout });
    for (const [row, vector] of (await embed(other, 6)).entries()) near(vector, expected[row] as Float32Array);
    const team = await openInferenceTeam(inferenceRequest(other, 2));
    const shared = await team.embed(analyticPictures(size, 6), 6).finally(() => team.close());
    near(shared.subarray(5 * 32), expected[5] as Float32Array);
  }
});

test("a batch that is free by name only is found out", async () => {
  // The shape of one picture is written into the graph.
  const model = smallEncoder({
    batch: 1,
    tail: (builder, image) => [
      builder.node("Reshape", [builder.node("GlobalAveragePool", [convolved(builder, image)]), builder.list([1, 32])]),
    ],
  });
  const [image] = model.graph.inputs;
  const named = {
    ...model,
    graph: { ...model.graph, inputs: [{ ...image!, type: { elementType: "float32" as const, shape: ["batch", 3, size, size] } }] },
  };
  const { encoder, notes } = await take(named);
  expect(encoder.card.input.batch).toBe(1);
  expect(notes[1]).toMatch(/1 at a time/);
  const expected = await embed((await take(classifier())).encoder, 3);
  for (const [row, vector] of (await embed(encoder, 3)).entries()) near(vector, expected[row] as Float32Array);
});

/** The mean of each channel, so that what the encoder was given can be read off. */
const channelMeans = smallEncoder({
  tail: (builder, image) => [builder.node("ReduceMean", [image], { axes: ints([2, 3]), keepdims: int(0) })],
});

/** One colour all over, then another. */
function plain(...colours: readonly (readonly [number, number, number])[]): Uint8Array {
  return Uint8Array.from(colours.flatMap((colour) => Array.from({ length: size * size }, () => colour).flat()));
}

test("colour order, range, mean and std are those of the card beside the model", async () => {
  const input = { colour: "BGR", range: [-1, 1], mean: [0.5, 0.25, 0], std: [0.5, 1, 2], size, layout: "NCHW" };
  const request = place(channelMeans);
  writeFileSync(join(dirname(request.file), "encoder.json"), JSON.stringify({ name: "Means", licence: "MIT", input }));
  const { encoder, notes } = await importEncoder(request);
  expect(encoder.card).toMatchObject({ name: "Means", licence: "MIT", input: { ...input, batch: null } });
  expect(notes[2]).toBe(`Preprocessing: from ${join(dirname(request.file), "encoder.json")}.`);
  const [vector] = await embed(encoder, 1, plain([255, 0, 51]));
  // Blue first: 51 -> -0.6, 0 -> -1, 255 -> 1.
  const expected = [(-0.6 - 0.5) / 0.5, (-1 - 0.25) / 1, (1 - 0) / 2];
  near(
    vector as Float32Array,
    expected.map((value) => value / Math.hypot(...expected)),
  );
});

test("another preprocessing is another encoder; the same file again is the same one", async () => {
  const request = place(channelMeans, { name: "Méans, gr\u00f6\u00dfer!" });
  const first = (await importEncoder(request)).encoder.card.id;
  expect(first).toMatch(/^means-gro-er-[0-9a-f]{8}$/);
  expect((await importEncoder(request)).encoder.card.id).toBe(first);
  const preprocess = join(dirname(request.file), "bytes.json");
  writeFileSync(preprocess, JSON.stringify({ range: [0, 255], mean: [127, 127, 127], std: [128, 128, 128] }));
  const second = (await importEncoder({ ...request, preprocess })).encoder.card;
  expect(second.id).not.toBe(first);
  expect(second.input).toMatchObject({ range: [0, 255], std: [128, 128, 128] });
  expect(listRegisteredEncoders(request.dataFolder)).toHaveLength(3);
  // One that was damaged is made anew.
  writeFileSync(second.modelPath, "no model");
  expect(() => findEncoder(second.id, request.dataFolder)).toThrow(/is damaged: import again/);
  await importEncoder({ ...request, preprocess });
  expect(findEncoder(second.id, request.dataFolder).card.id).toBe(second.id);
  // What a killed import left is cleared away, what one that lives is making stays.
  const folder = join(request.dataFolder, "encoders");
  for (const name of [".999999999-1", `.${process.ppid}-1`]) mkdirSync(join(folder, name));
  await importEncoder({ ...request, output: channelMeans.graph.outputs[0]?.name, name: "third" });
  expect(readdirSync(folder).filter((name) => name.startsWith("."))).toEqual([`.${process.ppid}-1`]);
  removeEncoder(first, request.dataFolder);
  expect(existsSync(join(request.dataFolder, "encoders", first))).toBe(false);
  expect(() => removeEncoder("efficientnet-lite0-160", request.dataFolder)).toThrow("ships with Likeness");
});

test("halves become floats, maps and tokens one row, an older and the newest operator set", async () => {
  const half = smallEncoder({
    tail: (builder, image) => [builder.node("Cast", [averaged(builder, convolved(builder, image))], { to: int(10) })],
  });
  const expected = await embed((await take(classifier())).encoder, 2);
  for (const [row, vector] of (await embed((await take(half)).encoder, 2)).entries()) near(vector, expected[row] as Float32Array, 1e-3);
  for (const opset of [11, 17, 18, 21]) {
    const map = smallEncoder({ opset, tail: (builder, image) => [convolved(builder, image)] });
    for (const [row, vector] of (await embed((await take(map)).encoder, 2)).entries()) near(vector, expected[row] as Float32Array);
  }
  const tokens = smallEncoder({
    tail: (builder, image) => [
      builder.node("Transpose", [builder.node("Reshape", [convolved(builder, image), builder.list([0, 32, 64])])], {
        perm: ints([0, 2, 1]),
      }),
    ],
  });
  for (const [row, vector] of (await embed((await take(tokens)).encoder, 2)).entries()) near(vector, expected[row] as Float32Array);
  // The first of the tokens is the map's first place.
  const preprocess = join(temporaryFolder(), "p.json");
  writeFileSync(preprocess, JSON.stringify({ output: { pooling: "first-token" } }));
  const { encoder } = await take(tokens, { preprocess });
  const corner = smallEncoder({
    tail: (builder, image) => [
      builder.node("Flatten", [
        builder.node("Slice", [convolved(builder, image), builder.list([0, 0]), builder.list([1, 1]), builder.list([2, 3])]),
      ]),
    ],
  });
  const corners = await embed((await take(corner)).encoder, 2);
  for (const [row, vector] of (await embed(encoder, 2)).entries()) near(vector, corners[row] as Float32Array);
});

test("a model as tf2onnx writes them: channels last, odd names, constants as inputs of Clip, padding by rule", async () => {
  const builder = new GraphBuilder(13);
  const same = { auto_pad: text("SAME_UPPER"), kernel_shape: ints([3, 3]), strides: ints([2, 2]) };
  const picture = builder.node("Transpose", [builder.input("input_1:0", "float32", [1, 16, 16, 3])], { perm: ints([0, 3, 1, 2]) });
  const map = builder.node("Conv", [picture, weights(builder, [32, 3, 3, 3])], same);
  const capped = builder.node("Clip", [map, builder.scalar(0, map), builder.scalar(6, map)]);
  const last = builder.node("Transpose", [capped], { perm: ints([0, 2, 3, 1]) });
  const rows = builder.node("ReduceMean", [last], { axes: ints([1, 2]), keepdims: int(0) });
  const scores = builder.node("Add", [builder.node("MatMul", [rows, weights(builder, [32, 1001], 2)]), weights(builder, [1001], 3)]);
  const graph = builder.finish([builder.node("Softmax", [scores])]);
  const [input] = graph.inputs;
  const free = { ...input!, type: { elementType: "float32" as const, shape: ["unk__12", 16, 16, 3] } };
  const model = modelOf({ ...graph, inputs: [free] }, [], [["ai.onnx.ml", 2]]);
  const { encoder, notes } = await take({
    ...model,
    opsets: new Map([
      ["", 13],
      ["ai.onnx.ml", 2],
    ]),
    producerName: "tf2onnx",
  });
  expect(encoder.card).toMatchObject({ input: { name: "input_1:0", layout: "NHWC", batch: null }, output: { name: rows, dimensions: 32 } });
  expect(encoder.card.provenance).toMatchObject({ "Exported by": "tf2onnx" });
  expect(notes[0]).toMatch(/1001 classes in "Softmax_\d+": a softmax follows its last layer/);
  expect([...readModel(new Uint8Array(readFileSync(encoder.card.modelPath))).opsets]).toEqual([["", 13]]);
  expect(await embed(encoder, 3)).toHaveLength(3);
});

test("a free size is taken from the preprocessing", async () => {
  const preprocess = join(temporaryFolder(), "p.json");
  writeFileSync(preprocess, JSON.stringify({ size: 24, sizeMultipleOf: 8 }));
  const model = smallEncoder({ freeSize: true, tail: (builder, image) => [averaged(builder, convolved(builder, image))] });
  const { encoder, notes } = await take(model, { preprocess });
  expect(encoder.card.input).toMatchObject({ size: 24, sizeMultipleOf: 8 });
  expect(notes[1]).toMatch(/^Pictures of 24 px \(the model leaves the size free\)/);
  expect(await embed(encoder, 2, analyticPictures(24, 2))).toHaveLength(2);
});
