/** @file Smaller forms of a model: norms in weights, weights as float16, convolutions in whole numbers. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { float, GraphBuilder, ints } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { foldBatchNorm } from "#engine/onnx/passes/fold-batch-norm.ts";
import { halfWeights } from "#engine/onnx/smaller/half-weights.ts";
import { rangesName, rangesOf, readyForInt8, toInt8, valuesToMeasure, withRanges } from "#engine/onnx/smaller/int8.ts";
import { elementCount, tensorFrom } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";

const side = 12;
const batch = 4;

/** Two convolutions with norms, the second with a bias of its own, a residual between them, a mean. */
function smallNet(version = 17): Model {
  const random = createRandom(11);
  const builder = new GraphBuilder(version);
  const tensor = (name: string, shape: readonly number[], draw = (): number => random.normal() * 0.2): string =>
    builder.tensor(tensorFrom(name, "float32", shape, Array.from({ length: elementCount(shape) }, draw)));
  const norm = (x: string, name: string, channels: number): string =>
    builder.node(
      "BatchNormalization",
      [
        x,
        tensor(`${name}.scale`, [channels], () => 0.5 + random.unit()),
        tensor(`${name}.shift`, [channels]),
        tensor(`${name}.mean`, [channels]),
        tensor(`${name}.variance`, [channels], () => 0.5 + random.unit()),
      ],
      { epsilon: float(1e-3) },
    );
  const pads = ints([1, 1, 1, 1]);
  const x = builder.input("x", "float32", [batch, 3, side, side]);
  const first = builder.node("Relu", [norm(builder.node("Conv", [x, tensor("one", [16, 3, 3, 3])], { pads }), "n1", 16)]);
  const second = norm(builder.node("Conv", [first, tensor("two", [16, 16, 3, 3]), tensor("two.bias", [16])], { pads }), "n2", 16);
  const mean = builder.node("GlobalAveragePool", [builder.node("Relu", [builder.node("Add", [first, second])])]);
  return modelOf(builder, [builder.reshape(mean, [batch, 16])]);
}

const random = createRandom(5);
const pictures = Float32Array.from({ length: batch * 3 * side * side }, () => random.normal());

async function outputsOf(model: Model): Promise<Float32Array[]> {
  const session = await InferenceSession.create(writeModel(model), { logSeverityLevel: 4 });
  const made = await session.run({ x: new Tensor("float32", pictures, [batch, 3, side, side]) });
  await session.release();
  return model.graph.outputs.map(({ name }) => made[name]?.data as Float32Array);
}

const farthest = (one: Float32Array, other: Float32Array): number => one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] as number))), 0); // prettier-ignore

describe("norms in the weights of convolutions", () => {
  test("the net gives the same numbers without them", async () => {
    const model = smallNet();
    const folded = { ...model, graph: foldBatchNorm(model.graph) };
    expect(folded.graph.nodes.map(({ opType }) => opType)).not.toContain("BatchNormalization");
    const [[one], [other]] = await Promise.all([outputsOf(model), outputsOf(folded)]);
    expect(farthest(one as Float32Array, other as Float32Array)).toBeLessThan(1e-5);
  });

  test("a convolution that others look at too stays", () => {
    const builder = new GraphBuilder(17);
    const vector = (name: string): string => builder.tensor(tensorFrom(name, "float32", [2], [1, 2]));
    const weights = builder.tensor(tensorFrom("w", "float32", [2, 1, 1, 1], [1, 2]));
    const seen = builder.node("Conv", [builder.input("x", "float32", [1, 1, 2, 2]), weights]);
    const norm = builder.node("BatchNormalization", [seen, vector("a"), vector("b"), vector("c"), vector("d")]);
    const { graph } = modelOf(builder, [builder.node("Add", [seen, norm])]);
    expect(foldBatchNorm(graph).nodes.map(({ opType }) => opType)).toEqual(["Conv", "BatchNormalization", "Add"]);
  });
});

test("weights as float16: smaller, and right to a two-thousandth", async () => {
  const model = smallNet();
  const half = halfWeights(model);
  expect(half.graph.initializers.filter(({ elementType }) => elementType === "float16").map(({ name }) => name)).toEqual(["two/half"]);
  expect(writeModel(half).length).toBeLessThan(writeModel(model).length - 16 * 16 * 9 * 2 + 200);
  const [[one], [other]] = await Promise.all([outputsOf(model), outputsOf(half)]);
  expect(farthest(one as Float32Array, other as Float32Array)).toBeLessThan(2e-3);
  expect(farthest(one as Float32Array, other as Float32Array)).toBeGreaterThan(0);
});

test("numbers beyond float16 stay as they are", () => {
  const builder = new GraphBuilder(17);
  const large = builder.tensor(tensorFrom("large", "float32", [2000], new Float32Array(2000).fill(1e5)));
  const model = modelOf(builder, [builder.node("Add", [builder.input("x", "float32", [2000]), large])]);
  expect(halfWeights(model)).toEqual(model);
});

describe.each([13, 17, 18])("convolutions in whole numbers, operator set %i", (version) => {
  test("ranges are those of the values; the net stays near", async () => {
    const model = readyForInt8(smallNet(version));
    const values = valuesToMeasure(model);
    expect(values).toHaveLength(2);
    expect(values[0]).toBe("x");
    const [rows] = await outputsOf(withRanges(model, values));
    expect(withRanges(model, values).graph.outputs.map(({ name }) => name)).toEqual([rangesName]);
    const ranges = rangesOf(values, rows as Float32Array);
    expect(ranges.get("x")).toEqual({ low: Math.min(...pictures), high: Math.max(...pictures) });
    expect(ranges.get(values[1] as string)?.low).toBe(0);
    const whole = toInt8(model, ranges);
    expect(
      whole.graph.initializers.filter(({ name, elementType }) => name.endsWith("/weights/bytes") && elementType === "int8"),
    ).toHaveLength(2);
    expect(whole.graph.nodes.filter(({ opType }) => opType === "QuantizeLinear")).toHaveLength(2);
    const [[one = new Float32Array()], [other = new Float32Array()]] = await Promise.all([outputsOf(model), outputsOf(whole)]);
    const largest = one.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(farthest(one, other) / largest).toBeLessThan(0.03);
    expect(farthest(one, other)).toBeGreaterThan(0);
  });
});

test("an operator set without scales for each channel is refused with what to do", () => {
  expect(() => readyForInt8(smallNet(11))).toThrow(/operator set 11; int8 needs 13 or later\. Export it again/);
});
