/** @file The rules that find the embedding in a stranger's graph, each on a graph of a few nodes. */
import { expect, test } from "vitest";

import { findEmbedding, type EmbeddingWishes } from "#engine/encoders/import/embedding-tensor.ts";
import { int, ints, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { inferTypes } from "#engine/onnx/infer.ts";
import type { Model } from "#engine/onnx/model.ts";
import { averaged, convolved, linear, renamed, smallEncoder, weights } from "../small-encoders.ts";

const batch = 7;

function find(model: Model, wishes: EmbeddingWishes = {}): ReturnType<typeof findEmbedding> {
  const { types, known } = inferTypes(model, new Map([["image", [batch, 3, 16, 16]]]));
  return findEmbedding({ graph: model.graph, types: { types, known }, batch }, wishes);
}

/** The graph behind [batch, 32, 8, 8]. */
function behindMap(tail: (builder: GraphBuilder, map: string) => readonly string[], opset = 17): Model {
  return smallEncoder({ opset, tail: (builder, image) => tail(builder, convolved(builder, image)) });
}

/** [batch, 64 + more, 32]: the places of the map in a row, after `more` others. */
function tokens(builder: GraphBuilder, map: string, more: number): string {
  const rows = builder.node("Transpose", [builder.node("Reshape", [map, builder.list([0, 32, 64])])], { perm: ints([0, 2, 1]) });
  if (more === 0) return rows;
  const first = builder.node("Slice", [rows, builder.list([0]), builder.list([more]), builder.list([1])]);
  return builder.node("Concat", [first, rows], { axis: int(1) });
}

const oneByOne = { kernel_shape: ints([1, 1]) };

test.each<[string, (builder: GraphBuilder, map: string) => readonly string[], { pooling: string; dimensions: number; why: RegExp }]>([
  [
    "one row per picture is taken as it is",
    (builder, map) => [averaged(builder, map)],
    { pooling: "none", dimensions: 32, why: /^the only output, "Flatten_/ },
  ],
  [
    "ten classes: what goes into the last layer",
    (builder, map) => [linear(builder, averaged(builder, map), 10)],
    { pooling: "none", dimensions: 32, why: /last layer of the classifier \(10 classes in "Gemm_\d+": 10 numbers is no usual width/ },
  ],
  [
    "a softmax tells a classifier of any number of classes",
    (builder, map) => [builder.node("Softmax", [linear(builder, averaged(builder, map), 64)])],
    { pooling: "none", dimensions: 32, why: /64 classes in "Softmax_\d+": a softmax follows/ },
  ],
  [
    "a projection to a usual width is an embedding",
    (builder, map) => [builder.node("MatMul", [averaged(builder, map), weights(builder, [32, 64], 4)])],
    { pooling: "none", dimensions: 64, why: /^the only output, "MatMul_/ },
  ],
  [
    "a last layer in two nodes: MatMul and Add",
    (builder, map) => {
      const scores = builder.node("MatMul", [averaged(builder, map), weights(builder, [32, 1000], 4)]);
      return [builder.node("Add", [scores, weights(builder, [1000], 5)])];
    },
    { pooling: "none", dimensions: 32, why: /1000 classes/ },
  ],
  [
    "a classifier that is a convolution of the map: its input, averaged",
    (builder, map) => [averaged(builder, builder.node("Conv", [map, weights(builder, [10, 32, 1, 1], 6)], oneByOne))],
    { pooling: "average", dimensions: 32, why: /^the average over the picture of what goes into the last layer .*10 classes/ },
  ],
  [
    "scores that are rectified and averaged: what goes into their convolution, where the number is ImageNet's",
    (builder, map) => {
      const scores = builder.node("Conv", [map, weights(builder, [1000, 32, 1, 1], 6)], oneByOne);
      return [averaged(builder, builder.node("Relu", [scores]))];
    },
    { pooling: "average", dimensions: 32, why: /1000 classes/ },
  ],
  [
    "features that are rectified and averaged stay what they are, whatever their number",
    (builder, map) => {
      const features = builder.node("Conv", [map, weights(builder, [100, 32, 1, 1], 6)], oneByOne);
      return [averaged(builder, builder.node("Relu", [features]))];
    },
    { pooling: "none", dimensions: 100, why: /^the only output/ },
  ],
  ["a map is averaged", (_, map) => [map], { pooling: "average", dimensions: 32, why: /^the average over the picture of the only output/ }],
  [
    "a map with the channels last",
    (builder, map) => [builder.node("Transpose", [map], { perm: ints([0, 2, 3, 1]) })],
    { pooling: "channels-last-average", dimensions: 32, why: /^the average over the picture/ },
  ],
  [
    "a token for each place: their average",
    (builder, map) => [tokens(builder, map, 0)],
    { pooling: "token-average", dimensions: 32, why: /^the average of its 64 tokens of the only output/ },
  ],
  [
    "a token more: the class token",
    (builder, map) => [tokens(builder, map, 1)],
    { pooling: "first-token", dimensions: 32, why: /^its first token \(the class token\)/ },
  ],
  [
    "five tokens more: a class token and registers",
    (builder, map) => [tokens(builder, map, 5)],
    { pooling: "first-token", dimensions: 32, why: /class token/ },
  ],
  [
    "tokens beside one row per picture: the row",
    (builder, map) => [tokens(builder, map, 1), averaged(builder, map)],
    { pooling: "none", dimensions: 32, why: /^the only output with one row per picture/ },
  ],
  [
    "scores beside an embedding: the embedding",
    (builder, map) => {
      const rows = averaged(builder, map);
      return [linear(builder, rows, 10), rows];
    },
    { pooling: "none", dimensions: 32, why: /^the only output with one row per picture that is no classifier's, "Flatten_/ },
  ],
  [
    "scores and their softmax are one classifier",
    (builder, map) => {
      const scores = linear(builder, averaged(builder, map), 10);
      return [scores, builder.node("Softmax", [scores])];
    },
    { pooling: "none", dimensions: 32, why: /last layer of the classifier/ },
  ],
])("%s", (_, tail, expected) => {
  const { pooling, dimensions, why } = find(behindMap(tail));
  expect([pooling, dimensions]).toEqual([expected.pooling, expected.dimensions]);
  expect(why).toMatch(expected.why);
});

test("an output's name counts: logits are scores, an embedding is none", () => {
  const model = behindMap((builder, map) => [linear(builder, averaged(builder, map), 64)]);
  const [output] = model.graph.outputs.map(({ name }) => name) as [string];
  expect(find(model)).toMatchObject({ tensor: output, dimensions: 64 });
  expect(find(renamed(model, output, "logits"))).toMatchObject({
    dimensions: 32,
    why: expect.stringContaining('its output is named "logits"'),
  });
  const odd = behindMap((builder, map) => [linear(builder, averaged(builder, map), 50)]);
  expect(find(renamed(odd, odd.graph.outputs[0]?.name as string, "image_embeds"))).toMatchObject({
    tensor: "image_embeds",
    dimensions: 50,
  });
});

test("several that fit are listed with their shapes, and what to say", () => {
  const model = behindMap((builder, map) => {
    const rows = averaged(builder, map);
    return [rows, builder.node("Tanh", [builder.node("MatMul", [rows, weights(builder, [32, 64], 4)])])];
  });
  const [one, other] = model.graph.outputs.map(({ name }) => name) as [string, string];
  expect(() => find(model)).toThrow(
    `Several tensors of the model may be the embedding: ${one}: float32 [batch, 32], ${other}: float32 [batch, 64]. Choose one with --output ${one}.`,
  );
  expect(find(model, { tensor: other })).toMatchObject({ tensor: other, dimensions: 64, why: `the tensor asked for, "${other}"` });
});

test("a tensor that is asked for may lie inside; what cannot be one is refused with those that can", () => {
  const model = behindMap((builder, map) => [linear(builder, averaged(builder, map), 10), builder.node("Shape", [map])]);
  const map = model.graph.nodes.find(({ opType }) => opType === "Relu")?.outputs[0] as string;
  const shape = model.graph.nodes.find(({ opType }) => opType === "Shape")?.outputs[0] as string;
  expect(find(model, { tensor: map })).toMatchObject({ tensor: map, pooling: "average", dimensions: 32 });
  expect(() => find(model, { tensor: "pooled" })).toThrow(
    /^The model has no tensor "pooled"\. Among its last ones are .*Flatten_\d+: float32 \[batch, 32\]/,
  );
  expect(() => find(model, { tensor: shape })).toThrow(/cannot be the embedding; expected floats with one row for each/);
  expect(find(model, { tensor: map, pooling: "average" })).toMatchObject({ pooling: "average" });
  expect(() => find(model, { tensor: map, pooling: "first-token" })).toThrow('The pooling "first-token" does not fit');
});

test("nothing that is one row per picture is an error that lists the outputs", () => {
  const model = behindMap((builder, map) => [builder.node("ReduceMean", [map], { axes: ints([0]), keepdims: int(0) })]);
  expect(() => find(model)).toThrow(/No output of the model is one row of floats per picture \(ReduceMean_\d+: float32 \[32, 8, 8\]\)/);
});
