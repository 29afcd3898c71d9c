/** @file Feature maps as outputs: which they are, and that they hold what the graph has at that place. */
import { readFileSync } from "node:fs";

import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { addFeatureMaps } from "#engine/encoders/feature-maps.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { ints, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { readModel } from "#engine/onnx/read.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { averaged, convolved, smallEncoder, weights } from "./small-encoders.ts";

const input = { ...findEncoder(defaultEncoderId).card.input, size: 16 };

/** Outputs by name for two pictures. */
async function run(model: Model): Promise<Record<string, { dims: readonly number[]; data: Float32Array }>> {
  const random = createRandom(1);
  const values = Float32Array.from({ length: 2 * 3 * 256 }, () => random.normal());
  const session = await InferenceSession.create(writeModel(model));
  const outputs = await session.run({ image: new Tensor("float32", values, [2, 3, 16, 16]) });
  return Object.fromEntries(Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data: data as Float32Array }]));
}

/** A second level: [batch, 48, 4, 4]. */
function deeper(builder: GraphBuilder, map: string): string {
  const attributes = { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) };
  return builder.node("Tanh", [builder.node("Conv", [map, weights(builder, [48, 32, 3, 3])], attributes)]);
}

test("the last map of each resolution, finest first; the embedding stays what it was", async () => {
  const model = smallEncoder({ tail: (builder, image) => [averaged(builder, deeper(builder, convolved(builder, image)))] });
  const { model: more, spatial } = addFeatureMaps(model, { input, spatial: [] });
  const made = (opType: string): string => model.graph.nodes.find((node) => node.opType === opType)?.outputs[0] as string;
  expect(spatial).toEqual([made("Relu"), made("Tanh")]);
  const [before, after] = [await run(model), await run(more)];
  const [embedding] = model.graph.outputs.map(({ name }) => name) as [string];
  expect([...(after[embedding]?.data as Float32Array)]).toEqual([...(before[embedding]?.data as Float32Array)]);
  expect(spatial.map((name) => after[name]?.dims)).toEqual([
    [2, 32, 8, 8],
    [2, 48, 4, 4],
  ]);
});

test("channels that come last are brought first, tokens are brought into their places", async () => {
  const planes = smallEncoder({ tail: (builder, image) => [builder.node("Tanh", [convolved(builder, image)])] });
  const [plane] = planes.graph.outputs.map(({ name }) => name) as [string];
  const expected = (await run(planes))[plane] as { data: Float32Array };
  const last = smallEncoder({
    tail: (builder, image) => [
      builder.node("Tanh", [builder.node("Transpose", [convolved(builder, image)], { perm: ints([0, 2, 3, 1]) })]),
    ],
  });
  const withToken = smallEncoder({
    tail: (builder, image) => {
      const map = builder.node("Reshape", [convolved(builder, image), builder.list([0, 32, 64])]);
      const rows = builder.node("Transpose", [map], { perm: ints([0, 2, 1]) });
      const first = builder.node("Slice", [rows, builder.list([0]), builder.list([1]), builder.list([1])]);
      return [builder.node("Tanh", [builder.node("Concat", [first, rows], { axis: { kind: "int", value: 1n } })])];
    },
  });
  for (const model of [last, withToken]) {
    const { model: more, spatial } = addFeatureMaps(model, { input, spatial: [] });
    expect(spatial).toHaveLength(1);
    const map = (await run(more))[spatial[0] as string];
    expect(map?.dims).toEqual([2, 32, 8, 8]);
    expect([...(map?.data as Float32Array)]).toEqual([...expected.data]);
  }
});

test("a table of attention is no map; a graph without maps gives none", () => {
  const attention = smallEncoder({
    tail: (builder, image) => {
      // [batch, 4, 5, 5], and no convolution makes 5 x 5.
      const rows = builder.node("Reshape", [
        builder.node("Slice", [averaged(builder, convolved(builder, image)), builder.list([0]), builder.list([20]), builder.list([1])]),
        builder.list([0, 4, 5, 1]),
      ]);
      const table = builder.node("MatMul", [rows, builder.node("Transpose", [rows], { perm: ints([0, 1, 3, 2]) })]);
      return [builder.node("Softmax", [table])];
    },
  });
  const { spatial } = addFeatureMaps(attention, { input, spatial: [] });
  expect(spatial).toEqual([attention.graph.nodes.find(({ opType }) => opType === "Relu")?.outputs[0]]);
  const none = smallEncoder({ tail: (builder, image) => [averaged(builder, image)] });
  expect(addFeatureMaps(none, { input, spatial: [] }).spatial).toEqual([]);
});

test("a card names its own: the bundled encoder's three blocks", () => {
  const { card } = findEncoder(defaultEncoderId);
  const { spatial, model } = addFeatureMaps(readModel(new Uint8Array(readFileSync(card.modelPath))), card);
  expect(spatial).toEqual(["block7", "block10", "block14"]);
  expect(model.graph.outputs.map(({ type }) => type?.shape)).toEqual([
    ["batch", 384],
    ["batch", 80, 10, 10],
    ["batch", 112, 10, 10],
    ["batch", 192, 5, 5],
  ]);
  // Of a model that gives them out already nothing changes.
  const again = addFeatureMaps(model, { ...card, spatial });
  expect([again.spatial, again.model.graph.outputs]).toEqual([spatial, model.graph.outputs]);
});
