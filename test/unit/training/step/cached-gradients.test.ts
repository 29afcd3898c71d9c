import { expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { buildArchitecture } from "#engine/training/architectures/table.ts";
import { methodOf } from "#engine/training/methods/table.ts";
import { trainableWeights } from "#engine/training/network/trainable.ts";
import { buildStep, type TrainingStep } from "#engine/training/step/build-step.ts";
import { estimateStepBytes } from "#engine/training/step/estimate-memory.ts";

function stepIn(pieces: number): TrainingStep {
  const { network } = buildArchitecture("resnet-small", 16, createRandom(1));
  const method = methodOf("simclr");
  const settings = Object.fromEntries(Object.entries(method.settings).map(([name, { value }]) => [name, value]));
  return buildStep({
    network,
    method,
    settings,
    images: 60,
    population: 100,
    size: 16,
    trainable: trainableWeights(network, "all", 16),
    // Statistics of a piece are not those of the batch, so the two would differ.
    batchStatistics: false,
    optimizer: "sgd",
    optimizerOptions: { momentum: 0.9, decay: 0, nesterov: false, beta1: 0.9, beta2: 0.999, trust: 0.02 },
    clip: 1,
    seed: 1,
    pieces,
  });
}

async function afterOneStep(step: TrainingStep): Promise<{ loss: number; state: Map<string, HostTensor> }> {
  const executor = await openOnnxRuntimeExecutor(step.graph, step.initial, { threads: 1, device: "cpu" });
  const random = createRandom(5);
  const data = Float32Array.from({ length: 120 * 3 * 16 * 16 }, () => random.normal());
  const made = await executor.step(
    new Map<string, HostTensor>([
      ["views", { type: "float32", shape: [120, 3, 16, 16], data }],
      ["rate", { type: "float32", shape: [], data: Float32Array.of(0.1) }],
    ]),
  );
  const state = await executor.readState();
  await executor.close();
  return { loss: made.get("metric/loss")?.data[0] as number, state };
}

test("a batch in pieces has the gradients of the whole, and needs less memory", async () => {
  const [whole, pieces] = [stepIn(1), stepIn(6)];
  expect(estimateStepBytes(pieces)).toBeLessThan(0.6 * estimateStepBytes(whole));
  const [one, other] = [await afterOneStep(whole), await afterOneStep(pieces)];
  expect(other.loss).toBeCloseTo(one.loss, 5);
  for (const [name, { data }] of one.state) {
    const found = other.state.get(name)?.data as Float32Array;
    const largest = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
    (data as Float32Array).forEach((value, at) => expect(Math.abs(value - (found[at] as number))).toBeLessThanOrEqual(2e-5 * largest));
  }
});

test("pieces that do not divide the batch are told", () => {
  expect(() => stepIn(7)).toThrow(/pieces is 7; 120 views/);
});
