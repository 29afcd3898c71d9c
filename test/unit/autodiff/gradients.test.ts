import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { gradients } from "#engine/autodiff/table.ts";
import { GraphBuilder, int, ints, text } from "#engine/onnx/graph-builder.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { functionCases } from "./cases/functions.ts";
import { indexingCases } from "./cases/indexing.ts";
import { layoutCases } from "./cases/layout.ts";
import { normalizationCases } from "./cases/normalization.ts";
import { plainCases } from "./cases/plain.ts";
import { reductionCases } from "./cases/reductions.ts";
import { spatialCases } from "./cases/spatial.ts";
import { asModel, checkGradient } from "./check-gradient.ts";

const cases = [plainCases, functionCases, indexingCases, layoutCases, normalizationCases, reductionCases, spatialCases];
const operators = [...new Set(cases.flatMap((each) => Object.keys(each)))].sort();

/** Only in operator sets that no gradient is built for. */
const oldOperators = ["Upsample"];

describe("against differences", () => {
  test.each(operators)("%s", { timeout: 60_000 }, async (operator) => {
    const own = cases.flatMap((each) => each[operator] ?? []);
    for (const [index, one] of own.entries()) await checkGradient(one, index + 1);
  });

  test("every gradient of the table has its cases", () => {
    expect([...operators, ...oldOperators].sort()).toEqual(Object.keys(gradients).sort());
  });
});

describe("the whole way back", () => {
  test("a value used twice has both gradients added; a chain; a branch that does not count", { timeout: 30_000 }, async () => {
    await checkGradient({
      shapes: [[2, 3], [3, 3]],
      build: (builder, [x = "", w = ""]) => {
        const h = builder.node("Tanh", [builder.node("MatMul", [x, w])]);
        builder.node("Exp", [h]);
        return builder.node("Mul", [builder.node("Add", [h, x]), builder.node("Sigmoid", [h])]);
      },
    }); // prettier-ignore
  });

  test("NT-Xent of three pairs, as plain operators", { timeout: 30_000 }, async () => {
    // METHODS 2.1: unit rows, similarities over a temperature, the row itself left out, the partner's share of the rest.
    await checkGradient({
      shapes: [[6, 4]],
      build: (builder, [z = ""]) => {
        const norm = builder.node("Sqrt", [builder.node("ReduceSum", [builder.node("Mul", [z, z]), builder.list([1])])]);
        const unit = builder.node("Div", [z, norm]);
        const similar = builder.node("Div", [builder.node("MatMul", [unit, builder.node("Transpose", [unit])]), builder.scalar(0.5, z)]);
        const grid = (value: (row: number, column: number) => number): string =>
          builder.constant("float64", [6, 6], Array.from({ length: 36 }, (_, at) => value(Math.floor(at / 6), at % 6)));
        const others = builder.node("Mul", [builder.node("Exp", [similar]), grid((row, column) => (row === column ? 0 : 1))]);
        const partner = builder.node("ReduceSum", [builder.node("Mul", [similar, grid((row, column) => ((row + 3) % 6 === column ? 1 : 0))]), builder.list([1])]);
        return builder.node("Sub", [builder.node("Log", [builder.node("ReduceSum", [others, builder.list([1])])]), partner]);
      },
    }); // prettier-ignore
  });

  test(
    "a Swin block: shifted windows, relative positions, a mask, heads by Einsum, the quick Gelu of CLIP",
    { timeout: 60_000 },
    async () => {
      // 4 x 2 pixels of 4 numbers, windows of 2 x 2 with two heads.
      await checkGradient({
      shapes: [[1, 4, 2, 4], [4], [4], [4, 12], [9, 2], [4, 4], [4, 6], [6, 4]],
      range: [-1, 1],
      build: (builder, [x = "", scale = "", bias = "", mix = "", table = "", join = "", up = "", down = ""]) => {
        const constant = (shape: readonly number[], values: readonly number[]): string => builder.constant("int64", shape, values);
        const part = (value: string, axis: number, start: number, end: number): string =>
          builder.node("Slice", [value, constant([1], [start]), constant([1], [end]), constant([1], [axis])]);
        const roll = (value: string, by: number): string => builder.node("Concat", [part(value, 1, by, 2 ** 40), part(value, 1, 0, by)], { axis: int(1) });
        const normal = roll(builder.node("LayerNormalization", [x, scale, bias]), 1);
        const apart = builder.node("Transpose", [builder.reshape(normal, [1, 2, 2, 1, 2, 4])], { perm: ints([0, 1, 3, 2, 4, 5]) });
        const mixed = builder.reshape(builder.node("MatMul", [builder.reshape(apart, [2, 4, 4]), mix]), [2, 4, 3, 2, 2]);
        const [q, k, v] = [0, 1, 2].map((at) => builder.node("Gather", [mixed, constant([], [at])], { axis: int(2) })) as [string, string, string];
        const places = Array.from({ length: 16 }, (_, at) => (Math.floor(at / 4) * 3 + (at % 4) * 2) % 9);
        const relative = builder.node("Transpose", [builder.node("Gather", [table, constant([4, 4], places)])], { perm: ints([2, 0, 1]) });
        const scores = builder.node("Add", [builder.node("Einsum", [q, k], { equation: text("bihd,bjhd->bhij") }), relative]);
        const mask = builder.constant("float64", [2, 1, 4, 4], Array.from({ length: 32 }, (_, at) => (at >= 16 && at % 4 === 2 ? -Infinity : 0)));
        const weights = builder.node("Softmax", [builder.node("Add", [scores, mask])], { axis: int(-1) });
        const seen = builder.reshape(builder.node("Einsum", [weights, v], { equation: text("bhij,bjhd->bihd") }), [2, 4, 4]);
        const windows = builder.reshape(builder.node("MatMul", [seen, join]), [1, 2, 1, 2, 2, 4]);
        const together = builder.reshape(builder.node("Transpose", [windows], { perm: ints([0, 1, 3, 2, 4, 5]) }), [1, 4, 2, 4]);
        const h = builder.node("Add", [x, roll(together, 3)]);
        const wide = builder.node("MatMul", [h, up]);
        const gate = builder.node("Sigmoid", [builder.node("Mul", [wide, builder.scalar(1.702, wide)])]);
        const merged = builder.node("Add", [h, builder.node("MatMul", [builder.node("Mul", [wide, gate]), down])]);
        // Patch merging: every second row and column.
        const every = (row: number, column: number): string =>
          builder.node("Slice", [merged, constant([2], [row, column]), constant([2], [4, 2]), constant([2], [1, 2]), constant([2], [2, 2])]);
        return builder.node("Concat", [every(0, 0), every(1, 0), every(0, 1), every(1, 1)], { axis: int(3) });
      },
    }); // prettier-ignore
    },
  );

  test("a parameter that the loss does not depend on has the gradient 0; a loss is one number", () => {
    const builder = new GraphBuilder();
    const [x, w] = [builder.input("x", "float32", [3]), builder.input("w", "float32", [2, 2])];
    const loss = builder.node("ReduceSum", [builder.node("Floor", [x]), builder.list([0])]);
    const [ofX, ofW] = addGradients(builder, loss, [x, w]) as [string, string];
    expect([builder.knownValues(ofX), builder.knownValues(ofW)]).toEqual([
      [0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(() => addGradients(builder, x, [x])).toThrow("the loss x has the shape [3]; expected one number");
  });

  test("forms without a gradient are named", () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", [6]);
    const total = (value: string): string => builder.node("ReduceSum", [value, builder.list([0])]);
    const places = builder.constant("int64", [2], [1, 3]);
    const largest = total(builder.node("ScatterElements", [x, places, x], { reduction: text("max") }));
    expect(() => addGradients(builder, largest, [x])).toThrow(
      /The ScatterElements node "ScatterElements_\d+" has the reduction max, which has no gradient/,
    );
    const noisy = total(builder.node("Dropout", [x, builder.scalar(0.5, x), builder.constant("bool", [], [1])]));
    expect(() => addGradients(builder, noisy, [x])).toThrow(/drops in training without telling its mask/);
  });

  test("what a Dropout in training drops gets nothing, the rest more", async () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", [100]);
    const [y, mask] = builder.nodes("Dropout", [x, builder.scalar(0.25, x), builder.constant("bool", [], [1])], 2) as [string, string];
    const [gradient] = addGradients(builder, builder.node("ReduceSum", [y]), [x]) as [string];
    const session = await InferenceSession.create(writeModel(lower(asModel(builder, [mask, gradient]))));
    const found = await session.run({ x: new RuntimeTensor("float32", new Float32Array(100).fill(1), [100]) });
    const kept = Array.from(found[mask]?.data as Uint8Array, Number);
    expect(new Set(kept)).toEqual(new Set([0, 1]));
    expect(Array.from(found[gradient]?.data as Float32Array)).toEqual(kept.map((each) => (each === 1 ? Math.fround(1 / 0.75) : 0)));
    await session.release();
  });

  test("nothing is added for what nobody asks", () => {
    const builder = new GraphBuilder();
    const [x, w] = [builder.input("x", "float32", [2, 3]), builder.input("w", "float32", [3, 2])];
    const loss = builder.node("ReduceSum", [builder.node("MatMul", [builder.node("Relu", [x]), w]), builder.list([0, 1])], {
      keepdims: int(0),
    });
    addGradients(builder, loss, [w]);
    // The frozen part before w has no backward pass: no mask of the Relu.
    expect(builder.builtNodes.filter(({ opType }) => opType === "Greater" || opType === "Where")).toEqual([]);
  });
});
