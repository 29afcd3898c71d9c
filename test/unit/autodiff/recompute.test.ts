/** @file What is made anew has the same bits, and less is held at a time. */
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { addGradients } from "#engine/autodiff/backward.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { cheapOperators, recompute } from "#engine/autodiff/passes/recompute.ts";
import { createRandom } from "#engine/base/random.ts";
import { checkModel } from "#engine/onnx/check-graph.ts";
import { GraphBuilder, ints } from "#engine/onnx/graph-builder.ts";
import { inferTypes } from "#engine/onnx/infer.ts";
import type { Graph, Model } from "#engine/onnx/model.ts";
import { peakBytes } from "#engine/onnx/peak-bytes.ts";
import { simplify } from "#engine/onnx/simplify.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { asModel } from "./check-gradient.ts";

interface Net {
  readonly model: Model;
  readonly loss: string;
  readonly inputs: readonly (readonly [string, readonly number[]])[];
}

/** Blocks of convolution, BatchNormalization over the batch and an activation, every second one with a way round it. */
function net(activation: (builder: GraphBuilder, x: string) => string, blocks: number): Net {
  const builder = new GraphBuilder();
  const inputs: [string, readonly number[]][] = [];
  const input = (name: string, shape: readonly number[]): string => {
    inputs.push([name, shape]);
    return builder.input(name, "float32", shape);
  };
  let x = input("x", [4, 6, 8, 8]);
  for (let block = 0; block < blocks; block++) {
    const weights = input(`weights${block}`, [6, 6, 3, 3]);
    const [scale, bias] = [input(`scale${block}`, [6]), input(`bias${block}`, [6])];
    const conv = builder.node("Conv", [x, weights], { pads: ints([1, 1, 1, 1]) });
    const normal = builder.training("BatchNormalizationTraining", [conv, scale, bias], 3)[0] as string;
    x = activation(builder, block % 2 === 1 ? builder.node("Add", [normal, x]) : normal);
  }
  const loss = builder.node("ReduceMean", [builder.node("Mul", [x, x])]);
  const parameters = inputs.slice(1).map(([name]) => name);
  const gradients = addGradients(builder, loss, parameters);
  const model = simplify(lower(asModel(builder, [loss, ...gradients])), new Map()).model;
  return { model, loss, inputs };
}

async function run(model: Model, { inputs }: Net): Promise<readonly Uint8Array[]> {
  const random = createRandom(5);
  const session = await InferenceSession.create(writeModel(model), { graphOptimizationLevel: "disabled" });
  const feeds = inputs.map(([name, shape]) => {
    const values = Float32Array.from({ length: elementCount(shape) }, () => random.normal());
    return [name, new RuntimeTensor("float32", values, shape)] as const;
  });
  const found = await session.run(Object.fromEntries(feeds));
  await session.release();
  return model.graph.outputs.map(({ name }) => new Uint8Array((found[name]?.data as Float32Array).slice().buffer));
}

const activations: Record<string, (builder: GraphBuilder, x: string) => string> = {
  Relu: (builder, x) => builder.node("Relu", [x]),
  HardSwish: (builder, x) => builder.node("HardSwish", [x]),
  "x sigmoid(x)": (builder, x) => builder.node("Mul", [x, builder.node("Sigmoid", [x])]),
  "Gelu of Erf": (builder, x) => {
    const half = builder.node("Mul", [x, builder.scalar(0.5, x)]);
    const bell = builder.node("Erf", [builder.node("Div", [x, builder.scalar(Math.SQRT2, x)])]);
    return builder.node("Mul", [half, builder.node("Add", [bell, builder.scalar(1, x)])]);
  },
};

const peakOf = (model: Model, graph: Graph): number => peakBytes(graph, inferTypes({ ...model, graph }, new Map()).types);

test.each(Object.entries(activations))("%s", async (_, activation) => {
  const given = net(activation, 6);
  const { model, loss } = given;
  const graph = recompute(model.graph, { loss });
  const again = { ...model, graph };
  checkModel(again);
  const copies = graph.nodes.filter(({ outputs }) => outputs[0]?.startsWith("again/"));
  expect(copies.length).toBeGreaterThan(5);
  expect(copies.every(({ opType }) => cheapOperators.has(opType))).toBe(true);
  expect(peakOf(model, graph)).toBeLessThan(0.8 * peakOf(model, model.graph));
  expect(await run(again, given)).toEqual(await run(model, given));
});

test("nothing is kept for the sake of what is made anew", () => {
  const builder = new GraphBuilder();
  const [x, w] = [builder.input("x", "float32", [8, 8]), builder.input("w", "float32", [8, 8])];
  // The backward half wants the Tanh (of itself) and the last product's inputs, not the first product: keeping that would be no gain.
  const tanh = builder.node("Tanh", [builder.node("MatMul", [x, w])]);
  const loss = builder.node("ReduceSum", [builder.node("MatMul", [tanh, w])]);
  const graph = builder.finish([loss, ...addGradients(builder, loss, [w])]);
  expect(recompute(graph, { loss })).toEqual(graph);
});

test("the most that is held", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [10]);
  // Two at a time of 40 bytes each; with the first used at the end, three.
  const a = builder.node("Neg", [x]);
  const b = builder.node("Abs", [builder.node("Exp", [a])]);
  const types = (graph: Graph) => inferTypes({ ...asModel(builder, []), graph }, new Map()).types;
  const short = builder.finish([b]);
  expect(peakBytes(short, types(short))).toBe(80);
  const long = builder.finish([builder.node("Add", [a, b])]);
  expect(peakBytes(long, types(long))).toBe(120);
});
