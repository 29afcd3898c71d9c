/** @file Graphs written for a fixed batch, as exporters write them: freed, they give every picture what the file gave it. */
import { describe, expect, test } from "vitest";

import { int, ints, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { freeBatch } from "#engine/training/network/free-batch.ts";
import { averaged, convolved, smallEncoder, weights } from "../../encoders/small-encoders.ts";
import { imageOutput, largestDifference, randomTensor, rowsOf } from "./run.ts";

type Tail = (builder: GraphBuilder, image: string, batch: number) => string;

/** [batch, 64, 32] */
function tokens(builder: GraphBuilder, image: string, batch: number): string {
  const map = builder.reshape(convolved(builder, image), [batch, 32, 64]);
  return builder.node("Transpose", [map], { perm: ints([0, 2, 1]) });
}

/** Beside the tokens of each picture, one that is the same for all. */
function withClassToken(builder: GraphBuilder, rows: string, repeated: readonly number[]): string {
  const token = weights(builder, [1, 1, 32], 5);
  const expanded = repeated[0] === 1 ? token : builder.node("Expand", [token, builder.list(repeated)]);
  return builder.node("Concat", [expanded, rows], { axis: int(1) });
}

function firstToken(builder: GraphBuilder, rows: string): string {
  return builder.node("Gather", [rows, builder.constant("int64", [], [0])], { axis: int(1) });
}

/** Attention as nn.MultiheadAttention has it: tokens first, heads beside the batch. */
function tokensFirst(builder: GraphBuilder, image: string, batch: number): string {
  const swapped = builder.node("Transpose", [tokens(builder, image, batch)], { perm: ints([1, 0, 2]) });
  const flat = builder.reshape(swapped, [64 * batch, 32]);
  const projected = builder.reshape(builder.node("Gemm", [flat, weights(builder, [32, 32], 6)]), [64, batch, 32]);
  const heads = builder.node("Transpose", [builder.reshape(projected, [64, batch * 4, 8])], { perm: ints([1, 0, 2]) });
  const scores = builder.node("Softmax", [builder.node("MatMul", [heads, builder.node("Transpose", [heads], { perm: ints([0, 2, 1]) })])], {
    axis: int(2),
  });
  const mixed = builder.node("Transpose", [builder.node("MatMul", [scores, heads])], { perm: ints([1, 0, 2]) });
  const back = builder.node("Transpose", [builder.reshape(mixed, [64, batch, 32])], { perm: ints([1, 0, 2]) });
  return firstToken(builder, back);
}

/** Windows of a map stand where pictures stood. */
function windows(builder: GraphBuilder, image: string, batch: number): string {
  const map = builder.reshape(convolved(builder, image), [batch, 32, 2, 4, 2, 4]);
  const cut = builder.reshape(builder.node("Transpose", [map], { perm: ints([0, 2, 4, 3, 5, 1]) }), [batch * 4, 16, 32]);
  const scores = builder.node("Softmax", [builder.node("MatMul", [cut, builder.node("Transpose", [cut], { perm: ints([0, 2, 1]) })])], {
    axis: int(2),
  });
  const whole = builder.reshape(builder.node("MatMul", [scores, cut]), [batch, 2, 2, 4, 4, 32]);
  const back = builder.reshape(builder.node("Transpose", [whole], { perm: ints([0, 5, 1, 3, 2, 4]) }), [batch, 32, 8, 8]);
  return averaged(builder, back);
}

/** One number for each picture of the batch, equal ones: how a folded Expand looks. */
function repeatedConstant(builder: GraphBuilder, image: string, batch: number): string {
  const values = Array.from({ length: batch * 32 }, (_, at) => (at % 32) / 32);
  return builder.node("Add", [
    averaged(builder, convolved(builder, image)),
    builder.tensor(tensorFrom("shift", "float32", [batch, 32], values)),
  ]);
}

/** A view by strides: a flat list, and all its places. */
function gathered(builder: GraphBuilder, image: string, batch: number): string {
  const flat = builder.reshape(averaged(builder, convolved(builder, image)), [-1]);
  const places = Array.from({ length: batch * 32 }, (_, at) => at);
  return builder.reshape(builder.node("Gather", [flat, builder.constant("int64", [batch, 32, 1, 1], places)]), [batch, 32]);
}

const tails: Readonly<Record<string, Tail>> = {
  "a flattening to [batch, n]": (builder, image, batch) =>
    builder.reshape(builder.node("GlobalAveragePool", [convolved(builder, image)]), [batch, 32]),
  "a class token": (builder, image, batch) => firstToken(builder, withClassToken(builder, tokens(builder, image, batch), [batch, 1, 32])),
  "tokens before pictures": tokensFirst,
  windows,
  "a constant for each picture": repeatedConstant,
  "a view by strides": gathered,
};

function fixedModel(tail: Tail, batch: number): Model {
  return smallEncoder({ batch, tail: (builder, image) => [tail(builder, image, batch)] });
}

function freed(model: Model, batch: number): Model {
  return freeBatch(model, { input: "image", output: model.graph.outputs[0]?.name as string, shape: [batch, 3, 16, 16] });
}

describe.each([1, 2, 3])("a batch of %i", (batch) => {
  test.each(Object.entries(tails))("%s", async (_, tail) => {
    const model = fixedModel(tail, batch);
    const image = randomTensor([2 * batch, 3, 16, 16]);
    const parts = await Promise.all([0, batch].map((from) => imageOutput(model, rowsOf(image, from, from + batch))));
    const expected = Float32Array.from(parts.flatMap((part) => [...part]));
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(1e-3);
    expect(largestDifference(await imageOutput(freed(model, batch), image), expected)).toBeLessThan(1e-5);
  });
});

test("a class token that is another one for each picture is refused in words", () => {
  const model = fixedModel((builder, image, batch) => {
    const shift = builder.tensor(
      tensorFrom(
        "shift",
        "float32",
        [batch, 32],
        Array.from({ length: batch * 32 }, (_, at) => at),
      ),
    );
    return builder.node("Add", [averaged(builder, convolved(builder, image)), shift]);
  }, 2);
  expect(() => freed(model, 2)).toThrow(/takes 2 pictures at a time, and training needs any number: "shift" of \[2, 32\].*free batch/);
});

test("a batch that is folded into one row is refused in words", () => {
  const model = fixedModel((builder, image, batch) => {
    const rows = averaged(builder, convolved(builder, image));
    return builder.node("MatMul", [builder.constant("float32", [batch, batch], [1, 0, 0, 1]), rows]);
  }, 2);
  expect(() => freed(model, 2)).toThrow(/training needs any number/);
});
