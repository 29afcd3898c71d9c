/** @file A network whose numbers die out is begun with weights that let pictures differ; one that is alive keeps its own. */
import { expect, test } from "vitest";

import { ints } from "#engine/onnx/graph-builder.ts";
import type { Model } from "#engine/onnx/model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { withWeights } from "#engine/training/trainer/run-model.ts";
import { wakeUp } from "#engine/training/trainer/wake-up.ts";
import { averaged, smallEncoder } from "../../encoders/small-encoders.ts";
import { imageOutput, randomTensor } from "../network/run.ts";

const names = ["first", "second", "third"];

/** @param factor of all weights: three layers give its third power */
function encoder(factor: number): Model {
  return smallEncoder({
    tail: (builder, image) => {
      const layer = (x: string, name: string): string => {
        const shape = [8, builder.shapeOf(x)[1] as number, 3, 3];
        const count = shape.reduce((product, size) => product * size, 1);
        const values = Array.from({ length: count }, (_, at) => factor * Math.sin(7 * at + name.length));
        const weights = builder.tensor(tensorFrom(name, "float32", shape, values));
        return builder.node("Relu", [builder.node("Conv", [x, weights], { kernel_shape: ints([3, 3]) })]);
      };
      return [averaged(builder, names.reduce(layer, image))];
    },
  });
}

const pictures = randomTensor([8, 3, 16, 16]);
const common = { input: "image", pictures, threads: 1 };

function spread(values: Float32Array): number {
  const columns = Array.from({ length: 8 }, (_, column) => Array.from({ length: 8 }, (__, row) => values[row * 8 + column] as number));
  return Math.max(...columns.map((column) => Math.max(...column) - Math.min(...column)));
}

test("alive: nothing changes", async () => {
  expect((await wakeUp({ ...common, model: encoder(0.1), trainable: new Set(names) })).size).toBe(0);
});

test("dead: every layer that trains is scaled, and only that", async () => {
  const model = encoder(1e-4);
  expect(spread(await imageOutput(model, pictures))).toBeLessThan(1e-7);
  const woken = await wakeUp({ ...common, model, trainable: new Set(["second", "third"]) });
  expect([...woken.keys()]).toEqual(["second", "third"]);
  expect(spread(await imageOutput(withWeights(model, woken), pictures))).toBeGreaterThan(0.05);
  const second = model.graph.initializers.find(({ name }) => name === "second");
  const before = new Float32Array(second?.bytes.slice().buffer as ArrayBuffer);
  const ratios = Array.from(woken.get("second") as Float32Array, (value, at) => value / (before[at] as number));
  expect(Math.max(...ratios) / Math.min(...ratios)).toBeCloseTo(1, 3);
});
