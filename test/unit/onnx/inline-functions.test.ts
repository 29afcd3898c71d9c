import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { checkModel } from "#engine/onnx/check-graph.ts";
import { inlineFunctions } from "#engine/onnx/inline-functions.ts";
import type { Model } from "#engine/onnx/model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { functionOf, graphOf, modelOf, nodeOf, valueOf } from "./small-models.ts";

async function run(model: Model, values: readonly number[]): Promise<number[]> {
  const session = await InferenceSession.create(writeModel(model), { executionProviders: ["cpu"], logSeverityLevel: 4 });
  const outputs = await session.run({ x: new RuntimeTensor("float32", Float32Array.from(values), [values.length]) });
  return Array.from(outputs["y"]?.data as Float32Array);
}

/** steep(x) = LeakyRelu(x, alpha) with alpha -> slope; twice(x) = steep(steep(x)) + x. */
const steep = functionOf("Steep", {
  inputs: ["in"],
  outputs: ["out"],
  defaults: new Map([["slope", { kind: "float", value: 0.5 } as const]]),
  nodes: [nodeOf("out = LeakyRelu(in)", { alpha: { kind: "reference", value: "slope", type: 1 } }, "leaky")],
});
const twice = functionOf("Twice", {
  inputs: ["a", "b"],
  outputs: ["sum", "spare"],
  attributes: ["slope"],
  opsets: new Map([
    ["", 17],
    ["ours", 1],
  ]),
  nodes: [
    nodeOf("t = ours.Steep(a)", { slope: { kind: "reference", value: "slope", type: 1 } }, "first"),
    nodeOf("u = ours.Steep(t)"),
    nodeOf("sum = Add(u, a)"),
    nodeOf("spare = Neg(u)"),
  ],
});

const calling = modelOf(
  {
    inputs: [valueOf("x", [3])],
    outputs: [valueOf("y", [3])],
    // Both calls make values that are called t and u inside.
    nodes: [
      nodeOf("m, n = ours.Twice(x)", { slope: { kind: "float", value: 0.25 } }, "one"),
      nodeOf("k, unused = ours.Twice(m)", { slope: { kind: "float", value: 2 } }, "two"),
      nodeOf("y = Add(k, n)"),
    ],
  },
  [steep, twice],
  [["ours", 1]],
);

test("a model gives the same numbers with its functions in place", { timeout: 30_000 }, async () => {
  const flat = inlineFunctions(calling);
  expect(flat.functions).toEqual([]);
  expect(flat.opsets).toEqual(new Map([["", 17]]));
  expect(new Set(flat.graph.nodes.map(({ opType }) => opType))).toEqual(new Set(["LeakyRelu", "Add", "Neg"]));
  checkModel(flat);
  // x = -8: t = -2, u = -1, m = -9, n = 1; t = -18, u = -9, k = -18; y = -17.   x = 3: t = u = 3, m = 6, n = -3; k = 12; y = 9.
  expect(await run(flat, [-8, 3, 0])).toEqual([-17, 9, 0]);
  expect(await run(calling, [-8, 3, 0])).toEqual([-17, 9, 0]);
});

test("graphs inside functions are renamed with them", { timeout: 30_000 }, async () => {
  const branch = (value: number) =>
    graphOf({
      initializers: [tensorFrom("factor", "float32", [1], [value])],
      nodes: [nodeOf("scaled = Mul(in, factor)")],
      outputs: [valueOf("scaled", null)],
    });
  const choosing = functionOf("Choose", {
    inputs: ["in"],
    outputs: ["out"],
    nodes: [
      nodeOf("total = ReduceSum(in)", { keepdims: { kind: "int", value: 0n } }),
      nodeOf("zero = Constant()", { value: { kind: "tensor", value: tensorFrom("", "float32", [], [0]) } }),
      nodeOf("rich = Greater(total, zero)"),
      nodeOf("out = If(rich)", { then_branch: { kind: "graph", value: branch(10) }, else_branch: { kind: "graph", value: branch(-1) } }),
    ],
  });
  const model = modelOf(
    { inputs: [valueOf("x", [2])], outputs: [valueOf("y", [2])], nodes: [nodeOf("h = ours.Choose(x)"), nodeOf("y = ours.Choose(h)")] },
    [choosing],
    [["ours", 1]],
  );
  const flat = inlineFunctions(model);
  checkModel(flat);
  expect(await run(flat, [1, 2])).toEqual([100, 200]);
  // -3 in all: times -1, then 3 in all: times 10.
  expect(await run(flat, [-1, -2])).toEqual([10, 20]);
});

test("functions without end are refused", () => {
  const circle = functionOf("Circle", { inputs: ["a"], outputs: ["b"], nodes: [nodeOf("b = ours.Circle(a)")] });
  const graph = { inputs: [valueOf("x")], outputs: [valueOf("y")], nodes: [nodeOf("y = ours.Circle(x)")] };
  expect(() => inlineFunctions(modelOf(graph, [circle]))).toThrow(/Circle calls itself/);
  // Each calls the one before ten times: 10^8 nodes.
  const growing = Array.from({ length: 9 }, (_, level) =>
    functionOf(`F${level}`, {
      inputs: ["a"],
      outputs: ["v10"],
      nodes: Array.from({ length: 10 }, (__, at) =>
        nodeOf(`v${at + 1} = ${level === 0 ? "Neg" : `ours.F${level - 1}`}(${at === 0 ? "a" : `v${at}`})`),
      ),
    }),
  );
  expect(() => inlineFunctions(modelOf({ ...graph, nodes: [nodeOf("y = ours.F8(x)")] }, growing))).toThrow(/more than 100000 nodes/);
  const other = functionOf("Other", { inputs: ["a"], outputs: ["b"], nodes: [nodeOf("b = Neg(a)")], opsets: new Map([["", 18]]) });
  expect(() => inlineFunctions(modelOf({ ...graph, nodes: [nodeOf("y = ours.Other(x)")] }, [other]))).toThrow(
    /version 18 .* the model for 17/,
  );
});
