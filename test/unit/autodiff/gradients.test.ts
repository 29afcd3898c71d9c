import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { gradients } from "#engine/autodiff/table.ts";
import { GraphBuilder, int, text } from "#engine/onnx/graph-builder.ts";
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
