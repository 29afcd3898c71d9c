import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { buildArchitecture } from "#engine/training/architectures/table.ts";
import { networkOfEncoder } from "#engine/training/network/from-encoder.ts";
import type { Network } from "#engine/training/network/network.ts";
import { trainableWeights } from "#engine/training/network/trainable.ts";

import { tinyEncoder } from "../tiny-run.ts";

describe("the bundled encoder", () => {
  const network = networkOfEncoder(findEncoder(defaultEncoderId).card);
  const levels = {
    all: trainableWeights(network, "all", 160),
    last: trainableWeights(network, "last", 160),
    norm: trainableWeights(network, "norm", 160),
  };

  test("all: every convolution and what its norms multiply and shift, nothing that they remember", () => {
    expect([...levels.all].filter((name) => name.endsWith("conv.weight"))).toHaveLength(45);
    expect([...levels.all].filter((name) => /norm\.(scale|bias)$/.test(name))).toHaveLength(90);
    expect(levels.all.size).toBe(135);
  });

  test("norm: scales and shifts", () => {
    expect([...levels.norm].sort()).toEqual([...levels.all].filter((name) => name.includes("norm")).sort());
  });

  test("last: from the block of the last halving to the end", () => {
    const blocks = new Set([...levels.last].map((name) => name.split(".")[0]));
    expect([...blocks].sort()).toEqual(["block11", "block12", "block13", "block14"]);
    const expected = [...levels.all].filter((name) => blocks.has(name.split(".")[0] ?? ""));
    expect([...levels.last].sort()).toEqual(expected.sort());
  });

  test("adapter: none of its own", () => {
    expect(trainableWeights(network, "adapter", 160).size).toBe(0);
  });
});

test("a transformer's last stage is its last two blocks, or less", () => {
  const { network } = buildArchitecture("vit-tiny", 32, createRandom(1));
  const all = [...trainableWeights(network, "all", 32)];
  const last = trainableWeights(network, "last", 32);
  const before = all.slice(0, all.length - last.size);
  // A suffix of all, about a third of it.
  expect(before.some((name) => last.has(name))).toBe(false);
  expect(last.size / all.length).toBeGreaterThan(0.2);
  expect(last.size / all.length).toBeLessThan(0.45);
});

test("colour preparation, masks, bounds, sizes and statistics are no weights", () => {
  const builder = new GraphBuilder(17);
  const tensor = (name: string, shape: number[], values: number[]): string => builder.tensor(tensorFrom(name, "float32", shape, values));
  const count = (shape: number[]): number => shape.reduce((product, size) => product * size, 1);
  const drawn = (name: string, shape: number[]): string =>
    tensor(
      name,
      shape,
      Array.from({ length: count(shape) }, (_, at) => Math.sin(at + 1)),
    );
  const image = builder.input("image", "float32", [1, 3, 8, 8]);
  const prepared = builder.node("Div", [
    builder.node("Sub", [image, tensor("colourMean", [1, 3, 1, 1], [1, 2, 3])]),
    tensor("colourSpread", [1, 3, 1, 1], [4, 5, 6]),
  ]);
  const conv = builder.node("Conv", [prepared, drawn("kernel", [4, 3, 3, 3]), drawn("kernelBias", [4])], { pads: ints([1, 1, 1, 1]) });
  const clipped = builder.node("Clip", [conv, builder.scalar(0, conv), builder.scalar(6, conv)]);
  const tokens = builder.node("Transpose", [builder.reshape(clipped, [0, 4, 64])], { perm: ints([0, 2, 1]) });
  const masked = builder.node("Add", [
    tokens,
    tensor(
      "mask",
      [64, 1],
      Array.from({ length: 64 }, (_, at) => (at < 32 ? 0 : -100)),
    ),
  ]);
  const placed = builder.node("Add", [masked, drawn("places", [1, 64, 4])]);
  const soft = builder.node("Softmax", [placed], { axis: int(2) });
  const out = builder.node("Gemm", [builder.reshape(soft, [0, 256]), drawn("last", [256, 5]), drawn("lastBias", [5])]);
  const network: Network = {
    model: modelOf(builder, [out]),
    inputs: [{ name: "image", shape: [3, null, null] }],
    embedding: out,
    dimensions: 5,
    featureMap: null,
  };
  expect([...trainableWeights(network, "all", 8)].sort()).toEqual(["kernel", "kernelBias", "last", "lastBias", "places"]);
  expect(() => trainableWeights(network, "norm", 8)).toThrow(/no weights of the level "norm"; expected another of adapter, norm/);
});

test("the norms of a small net: two weights each, and neither mean nor variance", () => {
  const names = [...trainableWeights(tinyEncoder(), "norm", 16)];
  expect(names).toHaveLength(6);
  expect(names.every((name) => /\.(weight|bias)$/.test(name))).toBe(true);
});
