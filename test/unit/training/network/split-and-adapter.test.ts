import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { buildArchitecture } from "#engine/training/architectures/table.ts";
import { adapterBias, adapterWeights, withAdapter } from "#engine/training/network/adapter.ts";
import type { Network } from "#engine/training/network/network.ts";
import { splitNetwork } from "#engine/training/network/split.ts";
import { trainableWeights } from "#engine/training/network/trainable.ts";
import { openModel, withWeights } from "#engine/training/trainer/run-model.ts";

import { tinyEncoder } from "../tiny-run.ts";

const side = 16;

function picturesOf(rows: number): HostTensor {
  const random = createRandom(8);
  return {
    type: "float32",
    shape: [rows, 3, side, side],
    data: Float32Array.from({ length: rows * 3 * side * side }, () => random.normal()),
  };
}

async function embed({ model }: Pick<Network, "model">, inputs: ReadonlyMap<string, HostTensor>): Promise<Float32Array> {
  const runner = await openModel(model, 1);
  const { outputs } = await runner.run(inputs);
  await runner.close();
  return outputs[0] as Float32Array;
}

function far(one: Float32Array, other: Float32Array): number {
  expect(one.length).toBe(other.length);
  return one.reduce((most, value, at) => Math.max(most, Math.abs(value - (other[at] as number))), 0);
}

describe("a network cut where training begins", () => {
  const rows = 4;
  const nets: Readonly<Record<string, Network>> = {
    "a small net": tinyEncoder(),
    "a residual net, two values at the cut": buildArchitecture("resnet-small", side, createRandom(1)).network,
    "a transformer": buildArchitecture("vit-tiny", side, createRandom(1)).network,
    "an adapter": withAdapter(tinyEncoder(), 5),
  };

  test.each(Object.entries(nets))("%s: both parts, one behind the other, are the whole", async (name, network) => {
    const trainable = name === "an adapter" ? new Set([adapterWeights, adapterBias]) : trainableWeights(network, "last", side);
    const split = splitNetwork(network, trainable, rows, side);
    if (split === null) throw new Error("nothing is frozen");
    const frozenNames = new Set(split.frozen.graph.initializers.map((tensor) => tensor.name));
    expect([...trainable].filter((weight) => frozenNames.has(weight))).toEqual([]);
    const trainedNames = new Set(split.trained.model.graph.initializers.map((tensor) => tensor.name));
    expect([...trainable].filter((weight) => !trainedNames.has(weight))).toEqual([]);
    const image = network.inputs[0]?.name as string;
    const runner = await openModel(split.frozen, 1);
    const { outputs, shapes } = await runner.run(new Map([[image, picturesOf(rows)]]));
    await runner.close();
    expect(outputs.reduce((sum, { length }) => sum + length, 0)).toBe(rows * split.numbersPerView);
    const inner = split.trained.inputs.map(
      (input, at) => [input.name, { type: "float32", shape: shapes[at], data: outputs[at] }] as [string, HostTensor],
    );
    const behind = await embed(split.trained, new Map(inner));
    const whole = await embed(network, new Map([[image, picturesOf(rows)]]));
    expect(far(behind, whole)).toBeLessThan(1e-6);
    expect(whole.some((value) => value !== 0) || name === "an adapter").toBe(true);
  });

  test("a net all of which is trained has no frozen part", () => {
    expect(splitNetwork(tinyEncoder(), trainableWeights(tinyEncoder(), "all", side), rows, side)).toBe(null);
  });
});

test("an adapter begins at zero and is unit(x) W + b once it has weights; the batch stays free", async () => {
  const network = withAdapter(tinyEncoder(), 3);
  expect(network.dimensions).toBe(3);
  const random = createRandom(2);
  const weights = Float32Array.from({ length: 16 * 3 }, () => random.normal());
  const bias = Float32Array.of(0.5, -1, 2);
  const set = { ...network, model: withWeights(network.model, new Map([[adapterWeights, weights], [adapterBias, bias]])) }; // prettier-ignore
  for (const rows of [1, 5]) {
    const feeds = new Map([["image", picturesOf(rows)]]);
    expect((await embed(network, feeds)).every((value) => value === 0)).toBe(true);
    const [plain, adapted] = [await embed(tinyEncoder(), feeds), await embed(set, feeds)];
    for (let row = 0; row < rows; row++) {
      const own = [...plain.subarray(row * 16, (row + 1) * 16)];
      const length = Math.hypot(...own);
      for (let output = 0; output < 3; output++) {
        const product = own.reduce((sum, value, at) => sum + (value / length) * (weights[at * 3 + output] as number), 0);
        expect(adapted[row * 3 + output]).toBeCloseTo(product + (bias[output] as number), 4);
      }
    }
  }
});
