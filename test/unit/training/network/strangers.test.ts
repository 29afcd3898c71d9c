/** @file Which weights train, on graphs as strangers bring them: what is no weight never does, and the last stage begins where a stage begins. */
import { describe, expect, test } from "vitest";

import { float, int, ints, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import type { Network } from "#engine/training/network/network.ts";
import { withOwnWeights } from "#engine/training/network/own-weights.ts";
import { splitNetwork } from "#engine/training/network/split.ts";
import { trainableWeights, type TrainableLevel } from "#engine/training/network/trainable.ts";
import { smallEncoder } from "../../encoders/small-encoders.ts";
import { imageOutput, largestDifference, outputsOf, randomTensor } from "./run.ts";

function named(
  builder: GraphBuilder,
  name: string,
  shape: readonly number[],
  value = (at: number): number => Math.sin(at + name.length),
): string {
  const count = shape.reduce((product, size) => product * size, 1);
  return builder.tensor(
    tensorFrom(
      name,
      "float32",
      shape,
      Array.from({ length: count }, (_, at) => value(at)),
    ),
  );
}

function networkOf(model: Model): Network {
  const [output] = model.graph.outputs;
  return {
    model: withOwnWeights(model),
    inputs: [{ name: "image", shape: [3, null, null] }],
    embedding: output?.name as string,
    dimensions: 8,
    featureMap: null,
  };
}

function convolution(builder: GraphBuilder, name: string, x: string, outputs: number, stride: number, kernel = 3): string {
  const channels = builder.shapeOf(x)[1] as number;
  const pad = (kernel - 1) / 2;
  const attributes = { kernel_shape: ints([kernel, kernel]), strides: ints([stride, stride]), pads: ints([pad, pad, pad, pad]) };
  return builder.node("Conv", [x, named(builder, name, [outputs, channels, kernel, kernel])], attributes);
}

/** Two stages of a residual net; both ways of the second one halve. */
const residual = smallEncoder({
  tail: (builder, image) => {
    const stem = builder.node("Relu", [convolution(builder, "stem", image, 8, 2)]);
    const one = builder.node("Relu", [builder.node("Add", [stem, convolution(builder, "stage1", stem, 8, 1)])]);
    const inner = builder.node("Relu", [convolution(builder, "stage2/first", one, 8, 2)]);
    const outer = convolution(builder, "stage2/second", inner, 8, 1);
    const shortcut = convolution(builder, "stage2/shortcut", one, 8, 2, 1);
    const two = builder.node("Relu", [builder.node("Add", [outer, shortcut])]);
    return [builder.node("Flatten", [builder.node("GlobalAveragePool", [two])], { axis: int(1) })];
  },
});

/** Blocks of attention with a mask, a scale of one number, and a sum of places. */
function transformer(blocks: number): Model {
  return smallEncoder({
    tail: (builder, image) => {
      const map = convolution(builder, "patches", image, 8, 2);
      const rows = builder.reshape(map, [-1, 8, 64]);
      const placed = builder.node("Add", [
        builder.node("Transpose", [rows], { perm: ints([0, 2, 1]) }),
        named(builder, "positions", [1, 64, 8]),
      ]);
      let x = placed;
      const mask = named(builder, "mask", [1, 64, 64], (at) => (at % 3 === 0 ? -100 : 0));
      for (let block = 0; block < blocks; block++) {
        const own = (name: string, shape: readonly number[]): string => named(builder, `block${block}/${name}`, shape);
        const normal = builder.node("LayerNormalization", [x, own("norm/scale", [8]), own("norm/shift", [8])], { axis: int(-1) });
        const root = builder.node("Sqrt", [builder.tensor(tensorFrom(`root${block}`, "float32", [1], [0.25]))]);
        const query = builder.node("Mul", [builder.node("MatMul", [normal, own("query", [8, 8])]), root]);
        const key = builder.node("Transpose", [builder.node("MatMul", [normal, own("key", [8, 8])])], { perm: ints([0, 2, 1]) });
        const scores = builder.node("Softmax", [builder.node("Add", [builder.node("MatMul", [query, key]), mask])], { axis: int(-1) });
        x = builder.node("Add", [x, builder.node("MatMul", [builder.node("MatMul", [scores, normal]), own("out", [8, 8])])]);
      }
      return [builder.node("ReduceMean", [x], { axes: ints([1]), keepdims: int(0) })];
    },
  });
}

function chosen(network: Network, level: TrainableLevel): string[] {
  return [...trainableWeights(network, level, 16)].sort();
}

describe("the last stage", () => {
  test("of a residual net holds both ways of its first block", () => {
    const network = networkOf(residual);
    expect(chosen(network, "last")).toEqual(["stage2/first", "stage2/second", "stage2/shortcut"]);
    // What is kept is the one map that both ways begin at.
    expect(splitNetwork(network, trainableWeights(network, "last", 16), 4, 16)?.numbersPerView).toBe(8 * 8 * 8);
  });

  test("of a transformer is its last two blocks, whole", () => {
    const network = networkOf(transformer(4));
    const parts = ["key", "norm/scale", "norm/shift", "out", "query"];
    expect(chosen(network, "last")).toEqual([2, 3].flatMap((block) => parts.map((part) => `block${block}/${part}`)));
    expect(splitNetwork(network, trainableWeights(network, "last", 16), 4, 16)?.numbersPerView).toBe(64 * 8);
  });
});

test("masks and single numbers never train, places do", () => {
  const all = chosen(networkOf(transformer(2)), "all");
  expect(all).not.toContain("mask");
  expect(all.filter((name) => name.startsWith("root"))).toEqual([]);
  expect(all).toContain("positions");
});

test("statistics never train; scales and shifts are the level norm", () => {
  const model = smallEncoder({
    tail: (builder, image) => {
      const values = ["scale", "shift", "mean", "variance"].map((name) => named(builder, name, [8], (at) => 1 + at / 8));
      const normal = builder.node("BatchNormalization", [convolution(builder, "stem", image, 8, 2), ...values], { epsilon: float(1e-5) });
      return [builder.node("Flatten", [builder.node("GlobalAveragePool", [normal])], { axis: int(1) })];
    },
  });
  expect(chosen(networkOf(model), "all")).toEqual(["scale", "shift", "stem"]);
  expect(chosen(networkOf(model), "norm")).toEqual(["scale", "shift"]);
});

test("a norm written in parts is one", () => {
  const model = smallEncoder({
    tail: (builder, image) => {
      const x = builder.node("Flatten", [builder.node("GlobalAveragePool", [convolution(builder, "stem", image, 8, 2)])], { axis: int(1) });
      const mean = (value: string): string => builder.node("ReduceMean", [value], { axes: ints([-1]), keepdims: int(1) });
      const centred = builder.node("Sub", [x, mean(x)]);
      const variance = mean(builder.node("Mul", [centred, centred]));
      const unit = builder.node("Div", [centred, builder.node("Sqrt", [builder.node("Add", [variance, builder.scalar(1e-5, x)])])]);
      return [builder.node("Add", [builder.node("Mul", [unit, named(builder, "scale", [8])]), named(builder, "shift", [8])])];
    },
  });
  expect(chosen(networkOf(model), "norm")).toEqual(["scale", "shift"]);
});

test("a table that goes through a little net of its own is no weight", () => {
  const model = smallEncoder({
    tail: (builder, image) => {
      const x = builder.node("Flatten", [builder.node("GlobalAveragePool", [convolution(builder, "stem", image, 8, 2)])], { axis: int(1) });
      const hidden = builder.node("Relu", [builder.node("MatMul", [named(builder, "places", [1, 2]), named(builder, "first", [2, 8])])]);
      return [builder.node("Add", [x, builder.node("MatMul", [hidden, named(builder, "second", [8, 8])])])];
    },
  });
  expect(chosen(networkOf(model), "all")).toEqual(["first", "second", "stem"]);
});

test("vectors that the exporter wrote once train each for itself", async () => {
  const model = smallEncoder({
    tail: (builder, image) => {
      const zeros = named(builder, "zeros", [8], () => 0);
      const one = builder.node("Conv", [image, named(builder, "first", [8, 3, 3, 3]), zeros], { kernel_shape: ints([3, 3]) });
      const alias = builder.node("Identity", [zeros]);
      const two = builder.node("Conv", [builder.node("Relu", [one]), named(builder, "second", [8, 8, 3, 3]), alias], {
        kernel_shape: ints([3, 3]),
      });
      const three = builder.node("Conv", [builder.node("Relu", [two]), named(builder, "third", [8, 8, 3, 3]), zeros], {
        kernel_shape: ints([3, 3]),
      });
      return [builder.node("Flatten", [builder.node("GlobalAveragePool", [three])], { axis: int(1) })];
    },
  });
  const network = networkOf(model);
  expect(chosen(network, "all").length).toBe(6);
  const image = randomTensor([2, 3, 16, 16]);
  expect(largestDifference(await imageOutput(network.model, image), await imageOutput(model, image))).toBe(0);
});

describe("a network that is cut", () => {
  test.each([
    ["residual", residual],
    ["transformer", transformer(4)],
  ])("%s: its two parts give what the whole gives", async (_, model) => {
    const network = networkOf(model);
    const split = splitNetwork(network, trainableWeights(network, "last", 16), 6, 16);
    if (split === null) throw new Error("nothing is frozen");
    const image = randomTensor([6, 3, 16, 16]);
    const kept = await outputsOf(split.frozen, new Map([["image", image]]));
    const [end] = await outputsOf(split.trained.model, new Map(split.trained.inputs.map(({ name }, at) => [name, kept[at] as never])));
    expect(kept.every(({ shape }) => shape[0] === 6)).toBe(true);
    expect(largestDifference(end?.data as Float32Array, await imageOutput(model, image))).toBeLessThan(1e-5);
  });

  test("windows that stand where pictures stood are made anew behind the cut", async () => {
    const model = smallEncoder({
      tail: (builder, image) => {
        const map = builder.reshape(convolution(builder, "stem", image, 8, 2), [-1, 8, 2, 4, 2, 4]);
        const cut = builder.reshape(builder.node("Transpose", [map], { perm: ints([0, 2, 4, 3, 5, 1]) }), [-1, 16, 8]);
        const mixed = builder.node("MatMul", [cut, named(builder, "mix", [8, 8])]);
        return [builder.node("ReduceMean", [builder.reshape(mixed, [-1, 64, 8])], { axes: ints([1]), keepdims: int(0) })];
      },
    });
    const network = networkOf(model);
    const split = splitNetwork(network, new Set(["mix"]), 4, 16);
    // As much as the windows, and one row per picture.
    expect(split?.numbersPerView).toBe(8 * 8 * 8);
    const [kept] = await outputsOf(split?.frozen as Model, new Map([["image", randomTensor([4, 3, 16, 16])]]));
    expect(kept?.shape[0]).toBe(4);
  });
});
