/** @file Two models of the same inputs and outputs on the same random numbers. */
import { InferenceSession, Tensor } from "onnxruntime-node";

import { createRandom } from "#engine/base/random.ts";
import type { Model } from "#engine/onnx/model.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";

/** The largest difference in any output, as a share of the largest number in that output (at least 1e-3). Infinity where an output has another length, or a number is none. */
export async function differenceOf(one: Model, other: Model): Promise<number> {
  const random = createRandom(7);
  const feeds = Object.fromEntries(
    one.graph.inputs.map(({ name, type }) => {
      const shape = (type?.shape ?? []).map(Number);
      const data = Float32Array.from({ length: elementCount(shape) }, () => random.normal());
      return [name, new Tensor("float32", data, shape)];
    }),
  );
  const wanted = await outputsOf(one, feeds);
  const found = await outputsOf(other, feeds);
  return one.graph.outputs.reduce((most, { name }) => Math.max(most, apart(wanted[name], found[name])), 0);
}

function apart(one: Float32Array | undefined, other: Float32Array | undefined): number {
  if (one === undefined || other === undefined || one.length !== other.length) return Infinity;
  const largest = one.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
  const difference = one.reduce((most, value, at) => Math.max(most, Math.abs((other[at] as number) - value)), 0);
  return Number.isNaN(difference) ? Infinity : difference / largest;
}

async function outputsOf(model: Model, feeds: Record<string, Tensor>): Promise<Record<string, Float32Array>> {
  const session = await InferenceSession.create(writeModel(model), {
    executionProviders: ["cpu"],
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  const made = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(made).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}
