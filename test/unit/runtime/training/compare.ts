/**
 * @file One step of the same graph on ONNX Runtime and on TensorFlow: outputs and new state must agree. The graphs are those of the gradients' tests,
 * forward and back, so each operator is seen as training uses it.
 */
import { expect } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { reduceSum } from "#engine/autodiff/gradient.ts";
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import type { HostTensor, StepGraph } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { openTensorflowExecutor } from "#engine/runtime/training/tensorflow-executor.ts";
import type { Tensorflow } from "#engine/runtime/training/tensorflow/load.ts";
import type { GradientCase } from "../../autodiff/check-gradient.ts";

export interface Comparison {
  readonly graph: StepGraph;
  readonly feeds: ReadonlyMap<string, HostTensor>;
}

/** The value of a case, and the gradients of its sum with uneven weights. */
export function comparisonOf(given: GradientCase, seed: number): Comparison {
  const { shapes, range = [-2, 2] } = given;
  const random = createRandom(seed);
  const builder = new GraphBuilder(given.version ?? 17);
  const names = shapes.map((shape, index) => builder.input(`x${index}`, "float32", shape));
  const value = given.build(builder, names);
  const shape = builder.shapeOf(value);
  const weights = Array.from({ length: elementCount(shape) }, () => 0.5 + random.unit());
  const product = builder.node("Mul", [value, builder.constant(builder.typeOf(value).elementType, shape, weights)]);
  const flat = builder.node("Reshape", [product, builder.list([-1])]);
  const loss = reduceSum(builder, flat, [0]);
  const parameters = given.parameters ?? shapes.map((_, index) => index);
  const gradients = addGradients(
    builder,
    loss,
    parameters.map((index) => names[index] as string),
  );
  const outputs = [...new Set([value, ...gradients])].filter((name) => !names.includes(name));
  const feeds = new Map(
    shapes.map((each, index): [string, HostTensor] => {
      const data = Float32Array.from({ length: elementCount(each) }, () => range[0] + (range[1] - range[0]) * random.unit());
      return [names[index] as string, { type: "float32", shape: each, data }];
    }),
  );
  return { graph: { model: modelOf(builder, outputs), state: [] }, feeds };
}

export async function compareExecutors({ graph, feeds }: Comparison, tensorflow: Tensorflow): Promise<void> {
  const before = tensorflow.api.memory().numTensors;
  const theirs = await openTensorflowExecutor(graph, new Map(), { threads: 2, tensorflow });
  const opened = tensorflow.api.memory().numTensors;
  const found = await theirs.step(feeds);
  expect(tensorflow.api.memory().numTensors, "tensors left over by a step").toBe(opened);
  const ours = await openOnnxRuntimeExecutor(graph, new Map(), { threads: 1, device: "cpu" });
  const wanted = await ours.step(feeds);
  await ours.close();
  await theirs.close();
  expect(tensorflow.api.memory().numTensors, "tensors left over by the executor").toBe(before);
  expect([...found.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, tensor] of wanted) expectClose(found.get(name) as HostTensor, tensor, name);
}

/** Beside the largest number of the tensor. */
export function expectClose(found: HostTensor, wanted: HostTensor, name: string, tolerance = 1e-4): void {
  expect([name, found.type, found.shape]).toEqual([name, wanted.type, wanted.shape]);
  const [one, other] = [Array.from(found.data, Number), Array.from(wanted.data, Number)];
  const largest = other.reduce((most, value) => Math.max(most, Number.isFinite(value) ? Math.abs(value) : 0), 1e-3);
  one.forEach((value, at) => {
    const expected = other[at] as number;
    if (Object.is(value, expected) || value === expected) return;
    expect(Math.abs(value - expected), `${name}[${at}]: ${value}, on ONNX Runtime ${expected}`).toBeLessThanOrEqual(tolerance * largest);
  });
}
