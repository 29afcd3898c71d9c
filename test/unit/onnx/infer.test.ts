/**
 * @file Static shapes against what really comes out: ONNX's own operator tests, and every value inside the bundled encoder as ONNX Runtime makes it.
 */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { valuesOf } from "#engine/onnx/fold.ts";
import { inferTypes } from "#engine/onnx/infer.ts";
import { inlineFunctions } from "#engine/onnx/inline-functions.ts";
import { onnxLimits } from "#engine/onnx/limits.ts";
import type { Tensor } from "#engine/onnx/model.ts";
import { readTensor } from "#engine/onnx/read-tensor.ts";
import { readModel } from "#engine/onnx/read.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { hasShapeRule } from "#engine/onnx/type-table.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { fetchDebianPackage } from "../../fixtures/packages.ts";
import { modelOf, nodeOf, valueOf } from "./small-models.ts";

/** Their data are written as other types than their models say, or hold other things than tensors. */
const odd = /BFLOAT16|identity_opt|identity_sequence/;

const fetched = await fetchDebianPackage("libonnx-testdata");
// The package shows the same files in three places, through links.
const testdata = fetched && join(fetched, "usr/share/libonnx-testdata/data");
test.skipIf(testdata === null)("ONNX's own operator tests: types, shapes and folded values of the outputs", { timeout: 120_000 }, () => {
  const models = readdirSync(testdata as string, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith("model.onnx"));
  const operators = new Set<string>();
  const counts = { outputs: 0, folded: 0 };
  for (const file of models) {
    const path = join(testdata as string, file);
    const data = join(dirname(path), "test_data_set_0");
    if (odd.test(file) || !existsSync(data)) continue;
    const model = inlineFunctions(readModel(new Uint8Array(readFileSync(path))));
    if ((model.opsets.get("") ?? 1) < 7 || !model.graph.nodes.every(({ domain, opType }) => domain === "" && hasShapeRule(opType)))
      continue;
    const read = (name: string): Tensor => readTensor(new Uint8Array(readFileSync(join(data, name))), onnxLimits);
    const given = new Set(model.graph.initializers.map(({ name }) => name));
    const inputs = model.graph.inputs
      .filter(({ name }) => !given.has(name))
      .map(({ name }, index) => ({ ...read(`input_${index}.pb`), name }));
    // As constants: some shapes depend on their numbers, and what can be folded is.
    const constant = { ...model, graph: { ...model.graph, initializers: [...model.graph.initializers, ...inputs], inputs: [] } };
    const inferred = inferTypes(constant, new Map());
    for (const [index, { name }] of model.graph.outputs.entries()) {
      const expected = read(`output_${index}.pb`);
      expect([file, inferred.types.get(name)]).toEqual([file, { elementType: expected.elementType, shape: expected.dimensions }]);
      counts.outputs++;
      const known = inferred.known.get(name);
      if (known === undefined) continue;
      counts.folded++;
      const values = valuesOf(expected);
      values.forEach((value, at) => {
        const found = known.values[at] as number;
        const isNear = Object.is(found, value) || Math.abs(found - value) <= 1e-6 * Math.max(1, Math.abs(value));
        expect([file, at, isNear, isNear ? value : found]).toEqual([file, at, true, value]);
      });
    }
    for (const { opType } of model.graph.nodes) operators.add(opType);
  }
  expect(counts.outputs).toBeGreaterThan(750);
  expect(counts.folded).toBeGreaterThan(200);
  expect(operators.size).toBeGreaterThan(110);
});

test("every value inside the bundled encoder has the shape that ONNX Runtime gives it", { timeout: 60_000 }, async () => {
  const model = readModel(new Uint8Array(readFileSync(findEncoder(defaultEncoderId).card.modelPath)));
  const [image] = model.graph.inputs.map(({ name }) => name) as [string];
  const shape = [2, 3, 64, 96];
  const { types } = inferTypes(model, new Map([[image, shape]]));
  const names = model.graph.nodes.flatMap(({ outputs }) => outputs);
  const outputs = names.map((name) => valueOf(name, null));
  const session = await InferenceSession.create(writeModel({ ...model, graph: { ...model.graph, outputs } }), {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "disabled",
  });
  const found = await session.run({ [image]: new RuntimeTensor("float32", new Float32Array(2 * 3 * 64 * 96), shape) });
  expect(names.length).toBe(136);
  for (const name of names) expect([name, types.get(name)?.shape]).toEqual([name, found[name]?.dims]);
});

test("a shape that is computed from a shape: the flattening that exporters write", () => {
  // Shape -> first dimension -> [first, -1] -> Reshape, for a batch of 5 and of 1.
  const model = modelOf({
    inputs: [valueOf("x", ["batch", 4, 3, 3])],
    outputs: [valueOf("y", ["batch", 36])],
    initializers: [tensorFrom("zero", "int64", [1], [0]), tensorFrom("rest", "int64", [1], [-1])],
    nodes: [
      nodeOf("s = Shape(x)"),
      nodeOf("batch = Gather(s, zero)"),
      nodeOf("wanted = Concat(batch, rest)", { axis: { kind: "int", value: 0n } }),
      nodeOf("y = Reshape(x, wanted)"),
    ],
  });
  for (const batch of [5, 1]) {
    const { types, known } = inferTypes(model, new Map([["x", [batch, 4, 3, 3]]]));
    expect(types.get("y")).toEqual({ elementType: "float32", shape: [batch, 36] });
    expect(known.get("wanted")?.values).toEqual([batch, -1]);
  }
  expect(() => inferTypes(model, new Map())).toThrow('The input x has the shape ["batch",4,3,3]; expected numbers only');
});

test("what cannot be told is said with the node's name", () => {
  const infer = (line: string, shapes: Record<string, number[]>, attributes = {}): unknown =>
    inferTypes(
      modelOf({ inputs: Object.keys(shapes).map((name) => valueOf(name, null)), nodes: [nodeOf(line, attributes, "here")] }),
      new Map(Object.entries(shapes)),
    );
  expect(() => infer("y = Abacus(x)", { x: [1] })).toThrow('Abacus node "here": the operator Abacus is not supported');
  expect(() => infer("y = ours.Relu(x)", { x: [1] })).toThrow("the operator ours.Relu is not supported");
  expect(() => infer("y = Add(a, b)", { a: [2, 3], b: [4] })).toThrow('Add node "here" joins shapes that do not fit: [2, 3] and [4]');
  expect(() => infer("y = MatMul(a, b)", { a: [2, 3], b: [4, 2] })).toThrow("multiplies [2, 3] by [4, 2]");
  expect(() => infer("y = Reshape(x, s)", { x: [6], s: [2] })).toThrow('takes shapes from "s", which is known only when it runs');
  expect(() => infer("y = Conv(x, w)", { x: [1, 3, 8, 8], w: [4, 2, 3, 3] })).toThrow(
    "takes [1, 3, 8, 8] with weights of [4, 2, 3, 3] in 1 groups",
  );
  expect(() => infer("y = Conv(x, w)", { x: [1, 3, 2, 2], w: [4, 3, 5, 5] })).toThrow("has a window of 5 over 2 pixels");
  expect(() => infer("y = Transpose(x)", { x: [2, 3] }, { perm: { kind: "int", value: 1n } })).toThrow(
    "has an attribute perm of kind int; expected ints",
  );
});
