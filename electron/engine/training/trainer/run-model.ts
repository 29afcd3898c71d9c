/**
 * @file Runs a network as it is, batch by batch: for probes, for what a frozen part makes of views, for whole folders after training.
 */
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";

import type { Model } from "../../onnx/model.ts";
import { tensorFrom } from "../../onnx/tensor-values.ts";
import { writeModel } from "../../onnx/write.ts";
import { sessionOptions } from "../../runtime/session.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";

export interface ModelRunner {
  /** @param inputs by name  @returns the outputs in order, concatenated row by row: [rows, numbers] */
  run(
    inputs: ReadonlyMap<string, HostTensor>,
  ): Promise<{ readonly outputs: readonly Float32Array[]; readonly shapes: readonly (readonly number[])[] }>;
  close(): Promise<void>;
}

export async function openModel(model: Model, threads: number): Promise<ModelRunner> {
  const session = await InferenceSession.create(writeModel(model), sessionOptions("cpu", threads));
  const names = model.graph.outputs.map(({ name }) => name);
  return {
    run: async (inputs) => {
      const feeds = Object.fromEntries(
        [...inputs].map(([name, { type, data, shape }]) => [name, new RuntimeTensor(type, data as Float32Array, shape)]),
      );
      const made = await session.run(feeds);
      const tensors = names.map((name) => made[name] as RuntimeTensor);
      return { outputs: tensors.map(({ data }) => data as Float32Array), shapes: tensors.map(({ dims }) => dims) };
    },
    close: () => session.release(),
  };
}

/** The model with other numbers in some of its initializers. */
export function withWeights(model: Model, weights: ReadonlyMap<string, Float32Array>): Model {
  const initializers = model.graph.initializers.map((tensor) => {
    const values = weights.get(tensor.name);
    return values === undefined ? tensor : tensorFrom(tensor.name, "float32", tensor.dimensions, values);
  });
  return { ...model, graph: { ...model.graph, initializers } };
}
