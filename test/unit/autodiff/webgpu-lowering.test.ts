import { InferenceSession, Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";

import { lower } from "#engine/autodiff/lower/lower.ts";
import { webgpuForms } from "#engine/autodiff/lower/card/forms.ts";
import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder, int } from "#engine/onnx/graph-builder.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { asModel } from "./check-gradient.ts";

test.each([
  [17, -1],
  [17, 1],
  [18, 0],
  [12, 1],
  [12, 2],
])("LogSoftmax of version %i over axis %i, without LogSoftmax", async (version, axis) => {
  const builder = new GraphBuilder(version);
  const y = builder.node("LogSoftmax", [builder.input("x", "float32", [2, 3, 4])], { axis: int(axis) });
  const model = asModel(builder, [y]);
  const lowered = lower(model, { forms: webgpuForms });
  expect(lowered.graph.nodes.map(({ opType }) => opType)).not.toContain("LogSoftmax");
  const random = createRandom(5);
  // Large numbers: without the maximum taken off, exp would overflow.
  const x = new Tensor(
    "float32",
    Float32Array.from({ length: 24 }, () => 200 * random.unit()),
    [2, 3, 4],
  );
  const [wanted, found] = await Promise.all(
    [lower(model), lowered].map(async (each) => {
      const session = await InferenceSession.create(writeModel(each), { executionProviders: ["cpu"], logSeverityLevel: 4 });
      const values = (await session.run({ x }))[y]?.data as Float32Array;
      await session.release();
      return values;
    }),
  );
  found?.forEach((value, at) => expect(value).toBeCloseTo(wanted?.[at] as number, 3));
  expect(found).toHaveLength(24);
});
