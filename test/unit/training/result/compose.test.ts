import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import type { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { floatsOf } from "#engine/onnx/tensor-values.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { adapterBias, adapterWeights, withAdapter } from "#engine/training/network/adapter.ts";
import type { Network } from "#engine/training/network/network.ts";
import { trainableWeights } from "#engine/training/network/trainable.ts";
import { compose, type Composition } from "#engine/training/result/compose.ts";
import { openModel, withWeights } from "#engine/training/trainer/run-model.ts";
import { addJoined, addUnitLength, addWhitening } from "#engine/training/whiten/whitening-nodes.ts";
import { applyWhitening, fitWhitening, joinVectors } from "#engine/training/whiten/whitening.ts";

import { unit } from "../tables.ts";
import { tinyEncoder } from "../tiny-run.ts";

const side = 16;
type Model = Composition["model"];

async function outputsOf(model: Model, rows: number): Promise<Float32Array[]> {
  const random = createRandom(8);
  const data = Float32Array.from({ length: rows * 3 * side * side }, () => random.normal());
  const image: HostTensor = { type: "float32", shape: [rows, 3, side, side], data };
  const runner = await openModel(model, 1);
  const { outputs, shapes } = await runner.run(new Map([["image", image]]));
  await runner.close();
  for (const shape of shapes) expect(shape[0]).toBe(rows);
  return [...outputs];
}

async function tableOf(model: Model, rows = 20) {
  const [values = new Float32Array(0)] = await outputsOf(model, rows);
  const dimensions = values.length / rows;
  const units = Array.from({ length: rows }, (_, row) => unit([...values.subarray(row * dimensions, (row + 1) * dimensions)]));
  return { count: rows, dimensions, values: Float32Array.from(units.flat()) };
}

function expectClose(seen: Float32Array | undefined, expected: Float32Array): void {
  expect(seen).toHaveLength(expected.length);
  const far = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - (seen?.[at] as number))), 0);
  expect(far).toBeLessThan(2e-5);
}

/** Other numbers for some initializers of the network. */
function otherWeights({ model }: Network, names: ReadonlySet<string>): Map<string, Float32Array> {
  const random = createRandom(3);
  const chosen = model.graph.initializers.filter(({ name }) => names.has(name));
  return new Map(chosen.map((tensor) => [tensor.name, Float32Array.from(floatsOf(tensor), (value) => value + 0.1 * random.normal())]));
}

function given(network: Network, changes: Partial<Composition>): Composition {
  return {
    model: network.model,
    frozenEmbedding: network.embedding,
    tunedEmbedding: network.embedding,
    frozenDimensions: network.dimensions,
    tunedDimensions: network.dimensions,
    weights: new Map(),
    head: (_, frozen) => frozen,
    alsoOutputs: [],
    ...changes,
  };
}

// The encoder's own embedding may have the very name that the new one gets.
describe.each(["vector", "embedding"])("an encoder whose output is called %s", (output) => {
  const network = tinyEncoder(output);
  const last = otherWeights(network, trainableWeights(network, "last", side));
  const tuned = withWeights(network.model, last);

  test("frozen: as it was, at unit length, for any number of pictures", async () => {
    const bare = compose(given(network, {}));
    expect(await outputsOf(bare.model, 3)).toEqual(await outputsOf(network.model, 3));
    const unitLength = compose(given(network, { head: (builder, frozen) => addUnitLength(builder, frozen) }));
    expect(unitLength.dimensions).toBe(16);
    for (const rows of [1, 7]) expectClose((await outputsOf(unitLength.model, rows))[0], (await tableOf(network.model, rows)).values);
  });

  test("tuned: the new weights, and the prefix that nothing reaches not twice", async () => {
    const composed = compose(given(network, { weights: last, head: (builder, _, value) => addUnitLength(builder, value) }));
    expectClose((await outputsOf(composed.model, 20))[0], (await tableOf(tuned)).values);
    // The frozen end is gone and the tuned one there once.
    const convolutions = composed.model.graph.nodes.filter(({ opType }) => opType === "Conv");
    expect(convolutions).toHaveLength(3);
  });

  test("joined: both ends behind one prefix", async () => {
    const head = (builder: GraphBuilder, one: string, other: string): string =>
      addJoined(builder, addUnitLength(builder, one), addUnitLength(builder, other));
    const composed = compose(given(network, { weights: last, head }));
    expect(composed.dimensions).toBe(32);
    expectClose((await outputsOf(composed.model, 20))[0], joinVectors(await tableOf(network.model), await tableOf(tuned)).values);
    const tunedNodes = composed.model.graph.nodes.filter(({ name }) => name.startsWith("tuned/"));
    const convolutions = composed.model.graph.nodes.filter(({ opType }) => opType === "Conv");
    const reached = [...last.keys()].filter((name) => name.startsWith("conv")).length;
    expect([convolutions.length, tunedNodes.filter(({ opType }) => opType === "Conv").length]).toEqual([3 + reached, reached]);
    expect(reached).toBeLessThan(3);
    // Each weight is there once, each trained one twice.
    expect(new Set(composed.model.graph.initializers.map(({ name }) => name)).size).toBe(composed.model.graph.initializers.length);
  });

  test("whitened, alone and joined", async () => {
    const [one, other] = [await tableOf(network.model), await tableOf(tuned)];
    const [whiteOne, whiteOther] = [fitWhitening(one, { seed: 1 }), fitWhitening(other, { seed: 1, maximumAxes: 5 })];
    const alone = compose(given(network, { head: (builder, value) => addWhitening(builder, value, whiteOne) }));
    expectClose((await outputsOf(alone.model, 20))[0], applyWhitening(one, whiteOne).values);
    const head = (builder: GraphBuilder, a: string, b: string): string =>
      addJoined(builder, addWhitening(builder, a, whiteOne), addWhitening(builder, b, whiteOther));
    const joined = compose(given(network, { weights: last, head }));
    expect(joined.dimensions).toBe(whiteOne.axisCount + 5);
    expectClose(
      (await outputsOf(joined.model, 20))[0],
      joinVectors(applyWhitening(one, whiteOne), applyWhitening(other, whiteOther)).values,
    );
  });

  test("an adapter: frozen and adapted are two places of one graph", async () => {
    const adapted = withAdapter(network, 6);
    const weights = otherWeights(adapted, new Set([adapterWeights, adapterBias]));
    const composed = compose(
      given(adapted, {
        frozenEmbedding: network.embedding,
        frozenDimensions: 16,
        weights,
        head: (builder, one, other) => addJoined(builder, addUnitLength(builder, one), addUnitLength(builder, other)),
      }),
    );
    const expected = joinVectors(await tableOf(network.model), await tableOf(withWeights(adapted.model, weights)));
    expectClose((await outputsOf(composed.model, 20))[0], expected.values);
    expect(composed.model.graph.nodes.filter(({ opType }) => opType === "Conv")).toHaveLength(3);
  });

  test("inner values come out as well: those of the tuned copy where it reaches them", async () => {
    const map = network.featureMap as string;
    const composed = compose(
      given(network, { weights: last, head: (builder, _, value) => addUnitLength(builder, value), alsoOutputs: [map] }),
    );
    expect(composed.alsoOutputs).toHaveLength(1);
    const [, seen] = await outputsOf(composed.model, 4);
    const inner = (model: Model): Model => ({ ...model, graph: { ...model.graph, outputs: [{ name: map, type: { elementType: "float32", shape: null }, docString: "", otherType: null }] } }); // prettier-ignore
    expectClose(seen, (await outputsOf(inner(tuned), 4))[0] as Float32Array);
  });
});

test("a value or a weight inside may be called embedding too", async () => {
  const network = tinyEncoder();
  const { graph } = network.model;
  for (const inner of [graph.nodes[1]?.outputs[0], graph.initializers[0]?.name] as string[]) {
    const rename = (name: string): string => (name === inner ? "embedding" : name);
    const nodes = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
    const initializers = graph.initializers.map((tensor) => ({ ...tensor, name: rename(tensor.name) }));
    const model = { ...network.model, graph: { ...graph, nodes, initializers } };
    const composed = compose(given({ ...network, model }, { head: (builder, value) => addUnitLength(builder, value) }));
    expectClose((await outputsOf(composed.model, 5))[0], (await tableOf(network.model, 5)).values);
  }
});

test("the file names the one output, with a free batch, and no domain that nothing uses", () => {
  const network = tinyEncoder();
  const { model } = compose(given(network, { head: (builder, value) => addUnitLength(builder, value) }));
  expect(model.graph.outputs.map(({ name, type }) => [name, type?.shape])).toEqual([["embedding", ["batch", 16]]]);
  expect([...model.opsets.keys()]).toEqual([""]);
});
