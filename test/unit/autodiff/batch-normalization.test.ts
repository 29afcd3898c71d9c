import { test } from "vitest";

import { float, type GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { checkGradient } from "./check-gradient.ts";

const normalise = (builder: GraphBuilder, inputs: readonly string[]): string =>
  builder.training("BatchNormalizationTraining", inputs, 3, { epsilon: float(1e-3) })[0] as string;

test.each([
  ["one number a channel", [6, 3]],
  ["pictures", [2, 3, 4, 5]],
])("BatchNormalization over the batch: %s", async (_, shape) => {
  await checkGradient({ shapes: [shape, [shape[1] as number], [shape[1] as number]], build: normalise });
});
