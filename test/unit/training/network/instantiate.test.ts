import { expect, test } from "vitest";

import { BugError } from "#engine/base/errors.ts";
import { createRandom } from "#engine/base/random.ts";
import { float, GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { instantiate, type Instance } from "#engine/training/network/instantiate.ts";
import type { Network } from "#engine/training/network/network.ts";

import { runGraph } from "../run-graph.ts";

const [channels, side, epsilon, momentum] = [3, 4, 1e-3, 0.8];
const scale = [1.5, 0.5, -1];
const shift = [0.1, -0.2, 0.3];
const mean = [0.3, -0.1, 0.2];
const variance = [1.2, 0.7, 2];

/** One norm and nothing else. */
function normNetwork(): Network {
  const builder = new GraphBuilder(17);
  const tensor = (name: string, values: number[]): string => builder.tensor(tensorFrom(name, "float32", [channels], values));
  const image = builder.input("image", "float32", [1, channels, side, side]);
  const weights = [tensor("scale", scale), tensor("shift", shift), tensor("mean", mean), tensor("variance", variance)];
  const normed = builder.node("BatchNormalization", [image, ...weights], { epsilon: float(epsilon), momentum: float(momentum) });
  const embedding = builder.node("GlobalAveragePool", [builder.node("Mul", [normed, normed])]);
  const flat = builder.node("Flatten", [embedding]);
  return {
    model: modelOf(builder, [flat]),
    inputs: [{ name: "image", shape: [3, null, null] }],
    embedding: flat,
    dimensions: 3,
    featureMap: normed,
  };
}

function begin(rows: number): { builder: GraphBuilder; pictures: Float32Array } {
  const builder = new GraphBuilder(17);
  builder.input("pictures", "float32", [rows, channels, side, side]);
  const random = createRandom(5);
  return { builder, pictures: Float32Array.from({ length: rows * channels * side * side }, () => 2 * random.normal() + 0.5) };
}

function put(
  builder: GraphBuilder,
  options: { readonly prefix: string; readonly usesBatch: boolean; readonly parts?: number; readonly input?: string },
): Instance {
  return instantiate({
    builder,
    network: normNetwork(),
    inputs: [options.input ?? "pictures"],
    prefix: options.prefix,
    weightOf: () => null,
    usesBatch: () => options.usesBatch,
    parts: options.parts ?? 1,
  });
}

/** Plain arithmetic: mean and biased variance of a channel over some rows. */
function statisticsOf(pictures: Float32Array, rows: readonly number[], channel: number): { mean: number; variance: number; count: number } {
  const area = side * side;
  const values = rows.flatMap((row) => [...pictures.subarray((row * channels + channel) * area, (row * channels + channel + 1) * area)]);
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean: middle, variance: values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length, count: values.length };
}

test("a norm in batch mode normalises by the batch; running statistics count the unbiased variance, as in PyTorch", async () => {
  const rows = [0, 1, 2, 3, 4];
  const { builder, pictures } = begin(rows.length);
  const made = put(builder, { prefix: "a/", usesBatch: true });
  expect([...made.statistics.keys()]).toEqual(["mean", "variance"]);
  const [map, runningMean, runningVariance] = (await runGraph(
    builder,
    [made.featureMap as string, made.statistics.get("mean") as string, made.statistics.get("variance") as string],
    { pictures },
  )) as [Float32Array, Float32Array, Float32Array];
  const area = side * side;
  for (let channel = 0; channel < channels; channel++) {
    const own = statisticsOf(pictures, rows, channel);
    for (const at of [0, 7]) {
      const place = (3 * channels + channel) * area + at;
      const expected = ((pictures[place] as number) - own.mean) / Math.sqrt(own.variance + epsilon);
      expect(map[place]).toBeCloseTo(expected * (scale[channel] as number) + (shift[channel] as number), 4);
    }
    const unbiased = (own.variance * own.count) / (own.count - 1);
    expect(runningMean[channel]).toBeCloseTo(momentum * (mean[channel] as number) + (1 - momentum) * own.mean, 5);
    expect(runningVariance[channel]).toBeCloseTo(momentum * (variance[channel] as number) + (1 - momentum) * unbiased, 5);
  }
});

test("in parts it is as if each part were alone; the running statistics take the mean of the parts", async () => {
  const parts = 3;
  const { builder, pictures } = begin(6);
  const together = put(builder, { prefix: "a/", usesBatch: true, parts });
  const alone = Array.from({ length: parts }, (_, part) => {
    // Every third row is a part.
    const rows = builder.node("Gather", ["pictures", builder.list([part, part + parts])]);
    return put(builder, { prefix: `part${part}/`, usesBatch: true, input: rows });
  });
  const [all, meanOfAll, varianceOfAll, ...rest] = (await runGraph(
    builder,
    [together, ...alone].flatMap((each) => [
      each.embedding,
      each.statistics.get("mean") as string,
      each.statistics.get("variance") as string,
    ]),
    { pictures },
  )) as [Float32Array, Float32Array, Float32Array, ...Float32Array[]];
  const average = (at: number, channel: number): number =>
    Array.from({ length: parts }, (_, part) => rest[3 * part + at]?.[channel] as number).reduce((sum, value) => sum + value, 0) / parts;
  for (let channel = 0; channel < channels; channel++) {
    for (let row = 0; row < 6; row++) {
      const own = rest[3 * (row % parts)]?.[Math.floor(row / parts) * channels + channel] as number;
      expect(all[row * channels + channel]).toBeCloseTo(own, 5);
    }
    expect(meanOfAll[channel]).toBeCloseTo(average(1, channel), 5);
    expect(varianceOfAll[channel]).toBeCloseTo(average(2, channel), 5);
  }
});

test("otherwise it uses the statistics of the file, picture by picture", async () => {
  const { builder, pictures } = begin(2);
  const made = put(builder, { prefix: "a/", usesBatch: false });
  expect(made.statistics.size).toBe(0);
  const [map] = (await runGraph(builder, [made.featureMap as string], { pictures })) as [Float32Array];
  const expected = ((pictures[0] as number) - (mean[0] as number)) / Math.sqrt((variance[0] as number) + epsilon);
  expect(map[0]).toBeCloseTo(expected * (scale[0] as number) + (shift[0] as number), 4);
});

test("copies in one step share their constants and have names of their own", () => {
  const { builder } = begin(2);
  const [one, other] = ["a/", "b/"].map((prefix) => put(builder, { prefix, usesBatch: false })) as [Instance, Instance];
  expect(one.embedding).not.toBe(other.embedding);
  const names = builder.finish([one.embedding, other.embedding]).initializers.map(({ name }) => name);
  expect(names.filter((name) => name.endsWith("scale"))).toEqual(["constant/scale"]);
});

test("a weight is what stands for it; rows that do not split into parts are a bug", async () => {
  const { builder, pictures } = begin(2);
  const ones = builder.input("ones", "float32", [channels]);
  const made = instantiate({
    builder,
    network: normNetwork(),
    inputs: ["pictures"],
    prefix: "a/",
    weightOf: (name) => (name === "scale" ? ones : null),
    usesBatch: () => false,
    parts: 1,
  });
  const [map] = (await runGraph(builder, [made.featureMap as string], { pictures, ones: Float32Array.of(0, 0, 0) })) as [Float32Array];
  expect(map[0]).toBeCloseTo(shift[0] as number, 6);
  expect(() => put(begin(5).builder, { prefix: "b/", usesBatch: true, parts: 2 })).toThrow(BugError);
});
