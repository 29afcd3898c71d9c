/** @file What a training writes down: one graph, the frozen part in it once, any number of pictures, and names that collide with nobody's. */
import { describe, expect, test } from "vitest";

import { checkModel } from "#engine/onnx/check-graph.ts";
import { ints, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { floatsOf, tensorFrom } from "#engine/onnx/tensor-values.ts";
import { withAdapter } from "#engine/training/network/adapter.ts";
import { compose, embeddingOutput, type Composition } from "#engine/training/result/compose.ts";
import { withWeights } from "#engine/training/trainer/run-model.ts";
import { addJoined, addUnitLength } from "#engine/training/whiten/whitening-nodes.ts";
import { averaged, smallEncoder } from "../../encoders/small-encoders.ts";
import { imageOutput, largestDifference, randomTensor } from "../network/run.ts";

const joined = (builder: GraphBuilder, one: string, other: string): string =>
  addJoined(builder, addUnitLength(builder, one), addUnitLength(builder, other));

/** Two convolutions. @param name of what comes out */
function encoder(name: string, opset = 17): Model {
  const model = smallEncoder({
    opset,
    tail: (builder, image) => {
      const weights = (label: string, shape: readonly number[]): string =>
        builder.tensor(
          tensorFrom(
            label,
            "float32",
            shape,
            Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(3 * at)),
          ),
        );
      const attributes = { kernel_shape: ints([3, 3]), strides: ints([2, 2]) };
      const first = builder.node("Relu", [builder.node("Conv", [image, weights("first", [8, 3, 3, 3])], attributes)]);
      return [averaged(builder, builder.node("Conv", [first, weights("second", [8, 8, 3, 3])], attributes))];
    },
  });
  const { graph } = model;
  const from = graph.outputs[0]?.name as string;
  const rename = (each: string): string => (each === from ? name : each);
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, outputs: node.outputs.map(rename) })),
      outputs: graph.outputs.map((info) => ({ ...info, name })),
    },
  };
}

/** The second convolution tuned, the two vectors side by side. */
function composition(model: Model, tunes: string, dimensions: number): Composition {
  const embedding = model.graph.outputs[0]?.name as string;
  const tensor = model.graph.initializers.find(({ name }) => name === tunes);
  if (tensor === undefined) throw new Error(`no ${tunes}`);
  return {
    model,
    frozenEmbedding: embedding,
    tunedEmbedding: embedding,
    frozenDimensions: dimensions,
    tunedDimensions: dimensions,
    weights: new Map([[tunes, floatsOf(tensor).map((value, at) => value + Math.cos(at))]]),
    head: joined,
    alsoOutputs: [],
  };
}

function unit(row: Float32Array): number[] {
  const length = Math.hypot(...row);
  return [...row].map((value) => value / length);
}

/** Both vectors of one picture, each of unit length, side by side, of unit length. */
async function expected(made: Composition, image: ReturnType<typeof randomTensor>): Promise<Float32Array> {
  const rows = image.shape[0] as number;
  const frozen = await imageOutput(made.model, image);
  const tuned = await imageOutput(withWeights(made.model, made.weights), image);
  const dimensions = made.frozenDimensions;
  return Float32Array.from(
    Array.from({ length: rows }, (_, row) => {
      const part = (values: Float32Array): number[] => unit(values.slice(row * dimensions, (row + 1) * dimensions));
      return unit(Float32Array.from([...part(frozen), ...part(tuned)]));
    }).flat(),
  );
}

describe.each([11, 13, 17, 18, 21])("opset %i", (opset) => {
  test.each(["vector", "embedding"])("frozen and tuned of an encoder whose output is called %s", async (name) => {
    const made = composition(encoder(name, opset), "second", 8);
    const { model, dimensions } = compose(made);
    checkModel(model);
    expect(dimensions).toBe(16);
    expect(model.graph.outputs[0]?.name).toBe(embeddingOutput);
    // The frozen part is there once.
    expect(model.graph.nodes.filter(({ opType }) => opType === "Conv").length).toBe(3);
    for (const rows of [1, 5]) {
      const image = randomTensor([rows, 3, 16, 16], rows);
      expect(largestDifference(await imageOutput(model, image), await expected(made, image))).toBeLessThan(1e-5);
    }
  });
});

test("what was trained is trained again: names of the first time stay apart from those of the second and the third", async () => {
  let model = encoder("embedding");
  let dimensions = 8;
  for (const tunes of ["second", "tuned/second", "tuned-2/tuned/second"]) {
    const made = composition(model, tunes, dimensions);
    const next = compose(made);
    checkModel(next.model);
    const image = randomTensor([2, 3, 16, 16]);
    expect(largestDifference(await imageOutput(next.model, image), await expected(made, image))).toBeLessThan(1e-5);
    ({ model, dimensions } = next);
  }
});

test("nodes without names stay without", async () => {
  const plain = encoder("vector");
  const model = { ...plain, graph: { ...plain.graph, nodes: plain.graph.nodes.map((node) => ({ ...node, name: "" })) } };
  const made = composition(model, "first", 8);
  const image = randomTensor([2, 3, 16, 16]);
  expect(largestDifference(await imageOutput(compose(made).model, image), await expected(made, image))).toBeLessThan(1e-5);
});

test("an initializer may bear the name of the new output", async () => {
  const plain = encoder("vector");
  const rename = (name: string): string => (name === "first" ? embeddingOutput : name);
  const { graph } = plain;
  const model: Model = {
    ...plain,
    graph: {
      ...graph,
      initializers: graph.initializers.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
      nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename) })),
    },
  };
  const made = composition(model, "second", 8);
  const image = randomTensor([2, 3, 16, 16]);
  const composed = compose(made).model;
  checkModel(composed);
  expect(largestDifference(await imageOutput(composed, image), await expected(made, image))).toBeLessThan(1e-5);
});

test("an adapter behind an encoder that has one", () => {
  const network = {
    model: encoder("vector"),
    inputs: [{ name: "image", shape: [3, null, null] }],
    embedding: "vector",
    dimensions: 8,
    featureMap: null,
  };
  const adapted = withAdapter(network, 4);
  const first = compose({
    model: adapted.model,
    frozenEmbedding: "vector",
    tunedEmbedding: adapted.embedding,
    frozenDimensions: 8,
    tunedDimensions: 4,
    weights: new Map([
      ["adapter/weights", Float32Array.from({ length: 32 }, (_, at) => at / 32)],
      ["adapter/bias", new Float32Array(4)],
    ]),
    head: (builder, _, tuned) => addUnitLength(builder, tuned),
    alsoOutputs: [],
  });
  const again = withAdapter({ ...network, model: first.model, embedding: embeddingOutput, dimensions: first.dimensions }, 2);
  checkModel(again.model);
  expect(again.dimensions).toBe(2);
});
