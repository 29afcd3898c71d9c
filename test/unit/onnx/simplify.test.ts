import { readFileSync } from "node:fs";

import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { checkModel } from "#engine/onnx/check-graph.ts";
import type { Model } from "#engine/onnx/model.ts";
import { readModel } from "#engine/onnx/read.ts";
import { simplify } from "#engine/onnx/simplify.ts";
import { integersOf, tensorFrom } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { modelOf, nodeOf, valueOf } from "./small-models.ts";

async function run(model: Model, values: Float32Array, shape: readonly number[]): Promise<readonly unknown[]> {
  const session = await InferenceSession.create(writeModel(model), { executionProviders: ["cpu"], graphOptimizationLevel: "disabled" });
  const outputs = await session.run({ [session.inputNames[0] as string]: new RuntimeTensor("float32", values, shape) });
  return session.outputNames.map((name) => outputs[name]?.data);
}

/** x * 2 twice, flattened as exporters do, through an Identity and a Dropout at rest; a branch nobody needs. */
const cluttered = modelOf({
  inputs: [valueOf("x", ["n", 2, 3])],
  outputs: [valueOf("y", ["n", 6])],
  initializers: [tensorFrom("two", "float32", [1], [2]), tensorFrom("zero", "int64", [1], [0]), tensorFrom("rest", "int64", [1], [-1])],
  nodes: [
    nodeOf("same = Identity(x)"),
    nodeOf("a = Mul(same, two)"),
    nodeOf("b = Mul(x, two)"),
    nodeOf("calm = Dropout(b)"),
    nodeOf("sum = Add(a, calm)"),
    nodeOf("s = Shape(sum)"),
    nodeOf("n = Gather(s, zero)"),
    nodeOf("wanted = Concat(n, rest)", { axis: { kind: "int", value: 0n } }),
    nodeOf("unneeded = Exp(a)"),
    nodeOf("y = Reshape(sum, wanted)"),
  ],
});

test("what is known, double, passed on or not needed goes, and the numbers stay", { timeout: 30_000 }, async () => {
  const { model, types } = simplify(cluttered, new Map([["x", [4, 2, 3]]]));
  checkModel(model);
  expect(model.graph.nodes.map(({ opType, inputs }) => [opType, ...inputs])).toEqual([
    ["Mul", "x", "two"],
    ["Add", "a", "a"],
    ["Reshape", "sum", "wanted"],
  ]);
  expect(model.graph.initializers.map((tensor) => tensor.name)).toEqual(["two", "wanted"]);
  expect(integersOf(model.graph.initializers[1] as never)).toEqual([4, -1]);
  expect(types.types.get("y")?.shape).toEqual([4, 6]);
  const values = Float32Array.from({ length: 24 }, (_, at) => at - 7);
  expect(await run(model, values, [4, 2, 3])).toEqual(await run(cluttered, values, [4, 2, 3]));
});

test("floats are left alone, and an output keeps its name", () => {
  const model = modelOf({
    inputs: [valueOf("x", [2])],
    outputs: [valueOf("y", [2]), valueOf("z", [2])],
    initializers: [tensorFrom("w", "float32", [2], [4, 9])],
    nodes: [nodeOf("root = Sqrt(w)"), nodeOf("h = Mul(x, root)"), nodeOf("y = Identity(h)"), nodeOf("z = Mul(x, root)")],
  });
  const plain = simplify(model, new Map()).model;
  checkModel(plain);
  expect(plain.graph.nodes.map(({ outputs }) => outputs[0])).toEqual(["root", "h", "y", "z"]);
  expect(plain.graph.initializers.map(({ name }) => name)).toEqual(["w"]);
});

test("two Dropouts in training stay two; an operator without a rule is told", () => {
  const model = modelOf({
    inputs: [valueOf("x", [2])],
    outputs: [valueOf("y", [2])],
    initializers: [tensorFrom("ratio", "float32", [], [0.5]), tensorFrom("train", "bool", [], [1])],
    nodes: [nodeOf("a = Dropout(x, ratio, train)"), nodeOf("b = Dropout(x, ratio, train)"), nodeOf("y = Add(a, b)")],
  });
  expect(simplify(model, new Map()).model.graph.nodes).toEqual(model.graph.nodes);
  const random = modelOf({ outputs: [valueOf("y", [2])], nodes: [nodeOf("y = RandomNormal()")] });
  expect(() => simplify(random, new Map())).toThrow("RandomNormal is not supported");
});

test("the bundled encoder gives the same vectors", { timeout: 60_000 }, async () => {
  const model = readModel(new Uint8Array(readFileSync(findEncoder(defaultEncoderId).card.modelPath)));
  const [image] = model.graph.inputs.map(({ name }) => name) as [string];
  const shape = [1, 3, 64, 64];
  const plain = simplify(model, new Map([[image, shape]])).model;
  checkModel(plain);
  expect(plain.graph.nodes.length).toBeLessThanOrEqual(model.graph.nodes.length);
  const values = Float32Array.from({ length: 3 * 64 * 64 }, (_, at) => Math.sin(at / 5));
  expect(await run(plain, values, shape)).toEqual(await run(model, values, shape));
});
