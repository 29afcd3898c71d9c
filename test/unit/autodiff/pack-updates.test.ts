/** @file Updates in one list do what each did for itself, and those that lead to each other stay apart. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { packUpdates } from "#engine/autodiff/lower/pack-updates.ts";
import { lower } from "#engine/autodiff/lower/lower.ts";
import { createRandom } from "#engine/base/random.ts";
import { float, GraphBuilder, int } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { elementCount } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { asModel } from "./check-gradient.ts";

const shapes = [[3], [2, 3, 1, 1], [5, 2], [1], [4]];

test.each([
  ["SgdStep", 2, { momentum: float(0.9), decay: float(0.01), nesterov: int(1) }],
  ["AdamStep", 3, { beta1: float(0.9), beta2: float(0.99), epsilon: float(1e-8), decay: float(0.1), decoupled: int(1) }],
] as const)("%s of five tensors is one, and the average that follows it another", async (kind, outputCount, attributes) => {
  const builder = new GraphBuilder(17);
  const rate = builder.input("rate", "float32", []);
  const step = builder.input("step", "float32", []);
  const keep = builder.scalar(0.9, rate);
  const outputs = shapes.flatMap((shape, at) => {
    const of = (name: string): string => builder.input(`${name}${at}`, "float32", shape);
    const lists = [of("weights"), of("gradient"), of("first"), ...(kind === "AdamStep" ? [of("second")] : [])];
    const made = builder.training(kind, [...lists, rate, ...(kind === "AdamStep" ? [step] : [])], outputCount, attributes);
    return [...made, ...builder.training("Average", [of("copy"), made[0] as string, keep], 1)].map((name) =>
      builder.node("Identity", [name]),
    );
  });
  const model = asModel(builder, outputs);
  const packed = packUpdates(model);
  expect(count(model, kind)).toBe(5);
  expect(count(packed, kind)).toBe(1);
  expect(count(packed, "Average")).toBe(1);
  await same(model, packed);
});

test("what leads from one update to another stays outside, and so do large tensors and other rates", async () => {
  const builder = new GraphBuilder(17);
  const [rate, other] = [builder.input("rate", "float32", []), builder.input("other", "float32", [])];
  const update = (shape: number[], gradient: string, by: string, name: string): string[] =>
    builder.training("SgdStep", [builder.input(`w${name}`, "float32", shape), gradient, builder.input(`v${name}`, "float32", shape), by], 2, { momentum: float(0.5), decay: float(0), nesterov: int(0) }); // prettier-ignore
  const g = builder.input("g", "float32", [6]);
  const early = update([6], g, rate, "early");
  const beside = update([6], g, rate, "beside");
  const led = update([6], builder.node("Exp", [early[0] as string]), rate, "led");
  const hasty = update([6], g, other, "hasty");
  const large = update([200, 100], builder.input("large", "float32", [200, 100]), rate, "large");
  const outputs = [early, beside, led, hasty, large].flat().map((name) => builder.node("Identity", [name]));
  const model = asModel(builder, outputs);
  const packed = packUpdates(model);
  expect(count(packed, "SgdStep")).toBe(4);
  expect(count(packed, "Concat")).toBe(3);
  await same(model, packed);
});

test("updates at two rates become two lists, whichever come first", async () => {
  const builder = new GraphBuilder(17);
  const rates = ["slow", "fast"].map((name) => builder.input(name, "float32", []));
  const outputs = Array.from({ length: 6 }, (_, at) => {
    const of = (name: string): string => builder.input(`${name}${at}`, "float32", [at + 1]);
    return builder.training("SgdStep", [of("weights"), of("gradient"), of("velocity"), rates[at % 2] as string], 2, { momentum: float(0.9), decay: float(0), nesterov: int(0) }); // prettier-ignore
  }).flat().map((name) => builder.node("Identity", [name])); // prettier-ignore
  const model = asModel(builder, outputs);
  const packed = packUpdates(model);
  expect(count(packed, "SgdStep")).toBe(2);
  await same(model, packed);
});

test("what leaves under its own name keeps it", async () => {
  const builder = new GraphBuilder(17);
  const keep = builder.scalar(0.5, builder.input("unused", "float32", []));
  const averages = ["a", "b"].flatMap((name) =>
    builder.training("Average", [builder.input(name, "float32", [2]), builder.input(`${name}2`, "float32", [2]), keep], 1),
  );
  const model = asModel(builder, averages);
  expect(count(packUpdates(model), "Average")).toBe(2);
  await same(model, packUpdates(model));
});

function count({ graph }: Model, opType: string): number {
  return graph.nodes.filter((node) => node.opType === opType).length;
}

async function same(one: Model, other: Model): Promise<void> {
  const random = createRandom(3);
  const feeds = Object.fromEntries(
    one.graph.inputs.map(({ name, type }) => {
      const shape = (type?.shape ?? []).map(Number);
      // Above 0: second moments have roots.
      return [
        name,
        new Tensor(
          "float32",
          Float32Array.from({ length: elementCount(shape) }, () => 0.1 + random.unit()),
          shape,
        ),
      ];
    }),
  );
  const [wanted, found] = await Promise.all(
    [one, other].map(async (model) => {
      const session = await InferenceSession.create(writeModel(lower(model)), { executionProviders: ["cpu"], logSeverityLevel: 4 });
      const taken = Object.fromEntries(session.inputNames.map((name) => [name, feeds[name] as Tensor]));
      const made = await session.run(taken);
      await session.release();
      return made;
    }),
  );
  for (const { name } of one.graph.outputs) {
    expect(found?.[name]?.dims).toEqual(wanted?.[name]?.dims);
    expect([...(found?.[name]?.data as Float32Array)], name).toEqual([...(wanted?.[name]?.data as Float32Array)]);
  }
}
