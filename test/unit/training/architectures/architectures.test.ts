import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { simplify } from "#engine/onnx/simplify.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { architectureNames } from "#engine/training/architectures/names.ts";
import { architectures, buildArchitecture } from "#engine/training/architectures/table.ts";
import { parseSettings } from "#engine/training/methods/parse-settings.ts";
import { methods } from "#engine/training/methods/table.ts";
import type { Network } from "#engine/training/network/network.ts";
import { trainableWeights } from "#engine/training/network/trainable.ts";
import { buildStep } from "#engine/training/step/build-step.ts";
import { openModel } from "#engine/training/trainer/run-model.ts";

const names = architectureNames;

function weightCount({ model }: Network, chosen: ReadonlySet<string>): number {
  const tensors = model.graph.initializers.filter(({ name }) => chosen.has(name));
  return tensors.reduce((sum, { dimensions }) => sum + elementCount(dimensions), 0);
}

async function embed({ model, dimensions }: Network, rows: number, side: number): Promise<Float32Array> {
  const random = createRandom(3);
  const data = Float32Array.from({ length: rows * 3 * side * side }, () => random.normal());
  const runner = await openModel(model, 1);
  const { outputs, shapes } = await runner.run(new Map([["image", { type: "float32", shape: [rows, 3, side, side], data }]]));
  await runner.close();
  expect(shapes[0]).toEqual([rows, dimensions]);
  return outputs[0] as Float32Array;
}

describe.each(names)("%s", (name) => {
  test("has as many weights as its summary says, and all of them are found", () => {
    const { network, size } = buildArchitecture(name, null, createRandom(1));
    const found = trainableWeights(network, "all", size);
    const named = network.model.graph.initializers
      .filter(({ name: each }) => /\.(weight|bias)\d*$/.test(each))
      .map(({ name: each }) => each);
    expect([...found].sort()).toEqual([...named].sort());
    const said = /([\d.]+) million/.exec(architectures[name]?.summary ?? "")?.[1] ?? "none";
    if (said !== "none") expect(Math.abs(weightCount(network, found) / 1e6 - Number(said))).toBeLessThan(said.includes(".") ? 0.05 : 0.5);
  });

  test("takes any number of pictures, each alone, and other sizes of pictures", async () => {
    const side = 32;
    const { network } = buildArchitecture(name, side, createRandom(1));
    const three = await embed(network, 3, side);
    const one = await embed(network, 1, side);
    for (let at = 0; at < network.dimensions; at++) expect(three[at]).toBeCloseTo(one[at] as number, 4);
    const { types } = simplify(network.model, new Map([["image", [2, 3, side / 2, side / 2]]]));
    expect(types.types.get(network.embedding)?.shape).toEqual([2, network.dimensions]);
    expect(types.types.get(network.featureMap as string)?.shape.slice(0, 2)).toEqual([2, network.dimensions]);
  });
});

test("a net is the same from the same seed, and from no other", () => {
  const made = [1, 1, 2].map((seed) => writeModel(buildArchitecture("mobilenet-small", 32, createRandom(seed)).network.model));
  expect(Buffer.compare(made[0] as Uint8Array, made[1] as Uint8Array)).toBe(0);
  expect(Buffer.compare(made[0] as Uint8Array, made[2] as Uint8Array)).not.toBe(0);
});

describe.each(names.filter((name) => !["resnet18", "efficientnet-lite0"].includes(name)))("%s trains", (name) => {
  test("ten steps of SimCLR on the same pictures: the loss falls", async () => {
    const images = 4;
    const side = 32;
    const { network } = buildArchitecture(name, side, createRandom(1));
    const method = methods.simclr;
    const step = buildStep({
      network,
      method,
      settings: parseSettings(method.settings, ["norm=0"]),
      images,
      population: 40,
      size: side,
      trainable: trainableWeights(network, "all", side),
      batchStatistics: true,
      optimizer: "adamw",
      optimizerOptions: { momentum: 0.9, decay: 0, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 0.02 },
      clip: 0,
      seed: 1,
    });
    const executor = await openOnnxRuntimeExecutor(step.graph, step.initial, { threads: 1, device: "cpu" });
    const random = createRandom(7);
    const numbers = 3 * side * side * images;
    const pictures = Float32Array.from({ length: numbers }, () => random.normal());
    const data = Float32Array.from({ length: 2 * numbers }, (_, at) => (pictures[at % numbers] as number) + 0.5 * random.normal());
    const scalar = (value: number): HostTensor => ({ type: "float32", shape: [], data: Float32Array.of(value) });
    const losses: number[] = [];
    for (let at = 1; at <= 10; at++) {
      const views: HostTensor = { type: "float32", shape: [2 * images, 3, side, side], data };
      const told = await executor.step(new Map([["views", views], ["rate", scalar(1e-3)], ["step", scalar(at)]])); // prettier-ignore
      losses.push(told.get("metric/loss")?.data[0] as number);
    }
    await executor.close();
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] as number));
  });
});
