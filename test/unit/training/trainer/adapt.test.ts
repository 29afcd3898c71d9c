import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { BugError } from "#engine/base/errors.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { adapterBias, adapterWeights, withAdapter } from "#engine/training/network/adapter.ts";
import { adapt } from "#engine/training/trainer/adapt.ts";
import { withWeights } from "#engine/training/trainer/run-model.ts";

import { size, tinyNetwork } from "../tiny-training.ts";

async function run(network: ReturnType<typeof tinyNetwork>, pictures: Float32Array, count: number): Promise<Float32Array> {
  const { graph } = network.model;
  const free = { ...graph, inputs: graph.inputs.map((info) => ({ ...info, type: { elementType: "float32", shape: ["batch", 3, size, size] } })) }; // prettier-ignore
  const session = await InferenceSession.create(writeModel({ ...network.model, graph: free } as typeof network.model), {
    logSeverityLevel: 4,
  });
  const made = await session.run({ image: new Tensor("float32", pictures, [count, 3, size, size]) });
  return made[network.embedding]?.data as Float32Array;
}

function unitRows(values: Float32Array, dimensions: number): Float32Array {
  return values.map((value, at) => {
    const start = at - (at % dimensions);
    return value / Math.hypot(...values.subarray(start, start + dimensions));
  });
}

describe("an adapter on known embeddings", () => {
  test("is what the network with the adapter gives", async () => {
    const [count, outputs] = [1, 5];
    const network = tinyNetwork();
    const random = createRandom(3);
    const draw = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
    const weights = new Map([
      [adapterWeights, draw(network.dimensions * outputs)],
      [adapterBias, draw(outputs)],
    ]);
    const pictures = draw(count * 3 * size * size);
    const adapted = withAdapter(network, outputs);
    const expected = unitRows(await run({ ...adapted, model: withWeights(adapted.model, weights) }, pictures, count), outputs);
    const frozen = unitRows(await run(network, pictures, count), network.dimensions);
    const seen = adapt({ count, dimensions: network.dimensions, values: frozen }, weights);
    expect(seen).toMatchObject({ count, dimensions: outputs });
    seen.values.forEach((value, at) => expect(Math.abs(value - (expected[at] as number))).toBeLessThan(1e-5));
  });

  test("weights of another width are a bug", () => {
    const weights = new Map([
      [adapterWeights, new Float32Array(12)],
      [adapterBias, new Float32Array(3)],
    ]);
    expect(() => adapt({ count: 1, dimensions: 5, values: new Float32Array(5) }, weights)).toThrow(BugError);
    expect(() => adapt({ count: 1, dimensions: 4, values: new Float32Array(4) }, new Map())).toThrow(BugError);
  });
});
