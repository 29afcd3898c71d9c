/**
 * @file The gradients of the bundled encoder's own weights, from the first convolution to the last, against differences along them.
 */
import { readFileSync } from "node:fs";

import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { createRandom } from "#engine/base/random.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { readModel } from "#engine/onnx/read.ts";
import { simplify } from "#engine/onnx/simplify.ts";
import { elementCount, floatsOf } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { asModel } from "./check-gradient.ts";

test("of weights and of norms, in every part of the network", { timeout: 120_000 }, async () => {
  const model = readModel(new Uint8Array(readFileSync(findEncoder(defaultEncoderId).card.modelPath)));
  const { nodes } = model.graph;
  const ofType = (opType: string, input: number): string[] =>
    nodes.filter((node) => node.opType === opType).map(({ inputs }) => inputs[input] as string);
  const [kernels, scales, biases] = [ofType("Conv", 1), ofType("BatchNormalization", 1), ofType("BatchNormalization", 2)];
  const shapeOf = (name: string): readonly number[] => model.graph.initializers.find((tensor) => tensor.name === name)?.dimensions ?? [];
  const depthwise = kernels.filter((name) => shapeOf(name)[1] === 1);
  // The stem, a depthwise one of the middle, the last ones; a scale and a bias.
  const parameters = [kernels[0], depthwise[7], kernels.at(-1), scales[20], biases[3]] as string[];

  const image = model.graph.inputs[0]?.name as string;
  const shape = [2, 3, 64, 64];
  const plain = simplify(asInputs(model, parameters), new Map([[image, shape]])).model;
  const builder = GraphBuilder.from(plain, new Map([[image, shape]]));
  const [output] = plain.graph.outputs.map(({ name }) => name) as [string];
  const random = createRandom(4);
  const size = elementCount(builder.shapeOf(output));
  const weights = builder.constant(
    "float32",
    builder.shapeOf(output),
    Array.from({ length: size }, () => random.normal()),
  );
  const loss = builder.node("ReduceSum", [builder.node("Mul", [output, weights])]);
  const gradients = addGradients(builder, loss, parameters);
  const session = await InferenceSession.create(writeModel(lower(asModel(builder, [loss, ...gradients]))), { executionProviders: ["cpu"] });

  const pixels = Float32Array.from({ length: elementCount(shape) }, () => random.normal());
  const start = parameters.map((name) =>
    Float32Array.from(floatsOf(model.graph.initializers.find((tensor) => tensor.name === name) as never)),
  );
  const run = async (values: readonly Float32Array[]): Promise<readonly Float32Array[]> => {
    const feeds = Object.fromEntries(
      parameters.map((name, at) => [name, new RuntimeTensor("float32", values[at] as Float32Array, shapeOf(name))]),
    );
    const outputs = await session.run({ ...feeds, [image]: new RuntimeTensor("float32", pixels, shape) });
    return [loss, ...gradients].map((name) => outputs[name]?.data as Float32Array);
  };
  const [, ...found] = await run(start);
  for (const [at, name] of parameters.entries()) {
    const gradient = found[at] as Float32Array;
    const length = lengthOf(gradient);
    expect(length, name).toBeGreaterThan(0);
    // A step of a ten-thousandth of the weights' own length along the gradient: the loss must change by the gradient's length for each unit.
    const step = (1e-4 * lengthOf(start[at] as Float32Array)) / length;
    const lossAt = async (factor: number): Promise<number> => {
      const moved = start.map((values, other) =>
        other === at ? values.map((value, index) => value + factor * step * (gradient[index] as number)) : values,
      );
      return (await run(moved))[0]?.[0] as number;
    };
    const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step * length);
    expect(Math.abs(slope / length - 1), `${name}: slope ${slope}, gradient ${length}`).toBeLessThan(0.005);
  }
  await session.release();
});

/** The model with these initializers as inputs, so that their values can be moved. */
function asInputs(model: Model, names: readonly string[]): Model {
  const chosen = model.graph.initializers.filter(({ name }) => names.includes(name));
  const inputs = chosen.map(({ name, elementType, dimensions }) => ({
    name,
    type: { elementType, shape: dimensions },
    docString: "",
    otherType: null,
  }));
  return {
    ...model,
    graph: {
      ...model.graph,
      initializers: model.graph.initializers.filter((tensor) => !chosen.includes(tensor)),
      inputs: [...model.graph.inputs.filter(({ name }) => !names.includes(name)), ...inputs],
    },
  };
}

function lengthOf(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
