/**
 * @file Reading and writing ONNX files: the bundled encoder, random models, ONNX's own operator models, and files that are no whole ones.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { byteLength, type ElementType } from "#engine/onnx/element-type.ts";
import { onnxLimits } from "#engine/onnx/limits.ts";
import type { Attribute, Graph, Model, Node, Tensor, ValueInfo } from "#engine/onnx/model.ts";
import { readTensor } from "#engine/onnx/read-tensor.ts";
import { readModel } from "#engine/onnx/read.ts";
import { WireWriter } from "#engine/onnx/wire.ts";
import { writeModel, writeTensor } from "#engine/onnx/write.ts";
import { fetchDebianPackage } from "../../fixtures/packages.ts";
import { graphOf, modelOf, nodeOf } from "./small-models.ts";

const nothing = new Uint8Array(0);
const bundled = new Uint8Array(readFileSync(findEncoder(defaultEncoderId).card.modelPath));

function tensorOf(elementType: ElementType, dimensions: readonly number[], bytes: Uint8Array): Tensor {
  return { name: "t", elementType, dimensions, bytes, strings: [], external: null, docString: "" };
}

describe("the bundled encoder", () => {
  const model = readModel(bundled);

  test("has the nodes and parameters that its card says", () => {
    expect(model.graph.nodes).toHaveLength(136);
    expect(model.opsets).toEqual(new Map([["", 17]]));
    const parameters = model.graph.initializers
      .filter(({ elementType }) => elementType === "float32")
      .reduce((sum, { dimensions }) => sum + dimensions.reduce((product, each) => product * each, 1), 0);
    expect(parameters).toBeGreaterThanOrEqual(2_387_618);
    expect(model.graph.inputs.map(({ name }) => name)).toEqual([findEncoder(defaultEncoderId).card.input.name]);
  });

  test("its weights are views of the file, not copies", () => {
    expect(model.graph.initializers.every(({ bytes }) => bytes.buffer === bundled.buffer)).toBe(true);
  });

  test("written again it is read as the same model, and ONNX Runtime runs it to the same numbers", { timeout: 60_000 }, async () => {
    const written = writeModel(model);
    expect(readModel(written)).toEqual(model);
    const image = new RuntimeTensor(
      "float32",
      Float32Array.from({ length: 3 * 64 * 64 }, (_, at) => Math.sin(at)),
      [1, 3, 64, 64],
    );
    const run = async (bytes: Uint8Array): Promise<unknown> => {
      const session = await InferenceSession.create(bytes, { executionProviders: ["cpu"] });
      const outputs = await session.run({ [session.inputNames[0] as string]: image });
      return outputs[session.outputNames[0] as string]?.data;
    };
    expect(await run(written)).toEqual(await run(bundled));
  });
});

describe("random models", () => {
  const name = fc.string({ maxLength: 6 });
  const dimension = fc.nat(4);
  const tensor: fc.Arbitrary<Tensor> = fc
    .record({
      name,
      elementType: fc.constantFrom<ElementType>("float32", "int64", "uint8", "float16", "bool", "float64", "int4"),
      dimensions: fc.array(dimension, { maxLength: 3 }),
      docString: name,
      external: fc.option(fc.constant(new Map([["location", "weights.bin"]])), { freq: 6 }),
    })
    .chain((given) => {
      const length = given.external
        ? 0
        : byteLength(
            given.elementType,
            given.dimensions.reduce((product, each) => product * each, 1),
          );
      return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ ...given, bytes, strings: [] }));
    });
  const text = fc.uint8Array({ maxLength: 5 });
  const { graph } = fc.letrec<{ graph: Graph; node: Node; attribute: Attribute }>((tie) => ({
    attribute: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.record({ kind: fc.constant("float" as const), value: fc.float({ noNaN: true }) }),
      fc.record({ kind: fc.constant("int" as const), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
      fc.record({ kind: fc.constant("string" as const), value: text }),
      fc.record({ kind: fc.constant("tensor" as const), value: tensor }),
      fc.record({ kind: fc.constant("floats" as const), value: fc.float32Array({ maxLength: 4, noNaN: true }) }),
      fc.record({ kind: fc.constant("ints" as const), value: fc.bigInt64Array({ maxLength: 4 }) }),
      fc.record({ kind: fc.constant("strings" as const), value: fc.array(text, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant("tensors" as const), value: fc.array(tensor, { maxLength: 2 }) }),
      fc.record({ kind: fc.constant("reference" as const), value: fc.string({ minLength: 1, maxLength: 4 }), type: fc.nat(10) }),
      fc.record({ kind: fc.constant("graph" as const), value: tie("graph") }),
    ),
    node: fc.record({
      name,
      opType: name,
      domain: name,
      inputs: fc.array(name, { maxLength: 3 }),
      outputs: fc.array(name, { maxLength: 2 }),
      attributes: fc.array(fc.tuple(name, tie("attribute")), { maxLength: 2 }).map((entries) => new Map(entries)),
      docString: name,
      overload: name,
      unknown: fc.constant(nothing),
    }),
    graph: fc.record({
      name,
      docString: name,
      nodes: fc.array(tie("node"), { maxLength: 2, depthIdentifier: "graph" }),
      initializers: fc.array(tensor, { maxLength: 2 }),
      inputs: fc.array(value(name), { maxLength: 2 }),
      outputs: fc.array(value(name), { maxLength: 2 }),
      valueInfos: fc.array(value(name), { maxLength: 2 }),
      unknown: fc.constant(nothing),
    }),
  }));

  function value(names: fc.Arbitrary<string>): fc.Arbitrary<ValueInfo> {
    const free = fc.oneof(dimension, fc.string({ minLength: 1, maxLength: 3 }), fc.constant(null));
    const type = fc.record({
      elementType: fc.constantFrom<ElementType>("float32", "int64"),
      shape: fc.option(fc.array(free, { maxLength: 4 })),
    });
    return fc.record({ name: names, docString: names, type: fc.option(type), otherType: fc.constant(null) });
  }

  test("are read as they were written", () => {
    fc.assert(
      fc.property(graph, fc.bigInt({ min: 0n, max: 2n ** 62n }), (each, version) => {
        const model: Model = { ...modelOf(each), irVersion: version, metadata: new Map([["a", "b"]]), producerName: "p" };
        expect(readModel(writeModel(model))).toEqual(model);
      }),
      { numRuns: 200, seed: 3 },
    );
  });
});

describe("tensors", () => {
  test("data in typed fields become the bytes of raw data", () => {
    const made = (type: number, fill: (into: WireWriter) => void): number[] => {
      const into = new WireWriter();
      into.packedField(1, 1, (inner) => inner.number(2));
      into.tag(2, 0);
      into.number(type);
      fill(into);
      return [...readTensor(into.finish(), onnxLimits).bytes];
    };
    // float_data, packed: 1 and -2.
    expect(made(1, (into) => into.packedField(4, 2, (inner, index) => inner.float([1, -2][index] as number)))).toEqual([
      0, 0, 128, 63, 0, 0, 0, 192,
    ]);
    // int32_data, one by one: int8 -1 and 5; float16 1.0 (0x3c00) and 2.0 (0x4000).
    const each = (values: readonly bigint[]) => (into: WireWriter) =>
      values.forEach((one) => {
        into.tag(5, 0);
        into.int64(one);
      });
    expect(made(3, each([-1n, 5n]))).toEqual([255, 5]);
    expect(made(10, each([0x3c00n, 0x4000n]))).toEqual([0, 0x3c, 0, 0x40]);
    // int64_data and uint64_data.
    expect(made(7, (into) => into.packedField(7, 2, (inner, index) => inner.int64([-1n, 2n][index] as bigint)))).toEqual([...Array(8).fill(255), 2, 0, 0, 0, 0, 0, 0, 0]); // prettier-ignore
    expect(made(13, (into) => into.packedField(11, 2, (inner, index) => inner.int64([2n ** 64n - 1n, 1n][index] as bigint)))).toEqual([...Array(8).fill(255), 1, 0, 0, 0, 0, 0, 0, 0]); // prettier-ignore
  });

  test("a tensor whose bytes do not fit its shape is named", () => {
    expect(() => readTensor(writeTensor(tensorOf("float32", [2, 3], new Uint8Array(20))), onnxLimits)).toThrow(
      "the tensor t of float32 [2, 3] has 20 bytes; expected 24",
    );
    expect(() => readTensor(writeTensor(tensorOf("uint8", [2 ** 20, 2 ** 20], nothing)), onnxLimits)).toThrow(
      /more than 2147483647 elements/,
    );
    expect(() => readTensor(writeTensor(tensorOf("uint8", Array<number>(17).fill(1), new Uint8Array(1))), onnxLimits)).toThrow(
      /17 dimensions/,
    );
  });
});

describe("files that are no whole ones", () => {
  const small = writeModel(modelOf({ nodes: [nodeOf("y = Relu(x)")], initializers: [tensorOf("float32", [2], new Uint8Array(8))] }));

  test("cut or damaged anywhere they end in an error in words, or are read", () => {
    let refused = 0;
    const attempt = (bytes: Uint8Array): void => {
      try {
        readModel(bytes);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(UserError);
        expect((thrown as UserError).code).toBe("onnx-damaged");
        refused++;
      }
    };
    for (let length = 0; length < small.length; length++) attempt(small.subarray(0, length));
    expect(refused).toBeGreaterThan(small.length / 2);
    for (let at = 0; at < small.length; at++)
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const damaged = small.slice();
        damaged[at] = value;
        attempt(damaged);
      }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), attempt), { numRuns: 2000, seed: 1 });
  });

  test("graphs inside graphs, nodes and bytes are limited", () => {
    let graph = graphOf({});
    for (let depth = 0; depth < 40; depth++)
      graph = graphOf({ nodes: [nodeOf("y = If(x)", { then_branch: { kind: "graph", value: graph } })] });
    expect(() => readModel(writeModel(modelOf(graph)))).toThrow(/more than 16 deep/);
    const many = writeModel(modelOf({ nodes: Array.from({ length: 11 }, () => nodeOf("y = Relu(x)")) }));
    expect(() => readModel(many, { ...onnxLimits, nodes: 10 })).toThrow(/more than 10 nodes/);
    expect(() => readModel(many, { ...onnxLimits, bytes: 10 })).toThrow(/expected at most 10/);
  });

  test("what this version does not know is written back", () => {
    const into = new WireWriter();
    into.raw(small);
    into.textField(99, "from the future");
    const model = readModel(into.finish());
    expect(Buffer.from(writeModel(model)).includes("from the future")).toBe(true);
    expect(readModel(writeModel(model))).toEqual(model);
  });
});

const fetched = await fetchDebianPackage("libonnx-testdata");
// The package shows the same files in three places, through links.
const testdata = fetched && join(fetched, "usr/share/libonnx-testdata/data");
test.skipIf(testdata === null)("ONNX's own operator models: read, written and read again; their tensors too", { timeout: 60_000 }, () => {
  const files = readdirSync(testdata as string, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const models = files.filter(({ name }) => name.endsWith(".onnx"));
  expect(models.length).toBeGreaterThan(1000);
  for (const { parentPath, name } of models) {
    const model = readModel(new Uint8Array(readFileSync(join(parentPath, name))));
    expect(readModel(writeModel(model))).toEqual(model);
  }
  let tensors = 0;
  for (const { parentPath, name } of files.filter(({ name: file }) => /^(in|out)put_\d+\.pb$/.test(file))) {
    const bytes = new Uint8Array(readFileSync(join(parentPath, name)));
    try {
      const tensor = readTensor(bytes, onnxLimits);
      expect(readTensor(writeTensor(tensor), onnxLimits)).toEqual(tensor);
      tensors++;
    } catch (thrown) {
      // Sequences and optionals lie among them: other messages.
      expect(thrown).toBeInstanceOf(UserError);
    }
  }
  expect(tensors).toBeGreaterThan(2000);
});
