import { InferenceSession, Tensor } from "onnxruntime-node";
import { describe, expect, test } from "vitest";

import { BugError } from "#engine/base/errors.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { addJoined, addWhitening } from "#engine/training/whiten/whitening-nodes.ts";
import { applyWhitening, fitWhitening, joinVectors } from "#engine/training/whiten/whitening.ts";

import { asModel } from "../../autodiff/check-gradient.ts";
import { coneTable } from "../tables.ts";

async function run(builder: GraphBuilder, output: string, values: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(writeModel(asModel(builder, [output])), {
    executionProviders: ["cpu"],
    logSeverityLevel: 4,
  });
  const shape = builder.shapeOf("embedding");
  const results = await session.run({ embedding: new Tensor("float32", values, shape) });
  return results[output].data as Float32Array;
}

describe("whitening nodes", () => {
  test.each([13, 17, 18, 21])("opset %i: the same as applyWhitening to 1e-5, whatever the length of the vectors", async (version) => {
    const table = coneTable(40, 48);
    const whitening = fitWhitening(table, { seed: 1 });
    const builder = new GraphBuilder(version);
    const output = addWhitening(builder, builder.input("embedding", "float32", [40, 48]), whitening);
    expect(builder.shapeOf(output)).toEqual([40, whitening.axisCount]);
    const seen = await run(builder, output, table.values.map((value) => 90 * value)); // prettier-ignore
    const expected = applyWhitening(table, whitening).values;
    expect(seen.length).toBe(expected.length);
    seen.forEach((value, at) => expect(Math.abs(value - expected[at])).toBeLessThan(1e-5));
  });

  test.each([0.5, 1 / 3])("joined: two whitened vectors side by side, the other's share %d", async (share) => {
    const table = coneTable(20, 12);
    const [one, other] = [fitWhitening(table, { seed: 1 }), fitWhitening(table, { seed: 1, exponent: 1, maximumAxes: 5 })];
    const builder = new GraphBuilder(17);
    const input = builder.input("embedding", "float32", [20, 12]);
    const output = addJoined(builder, addWhitening(builder, input, one), addWhitening(builder, input, other), share);
    const seen = await run(builder, output, table.values);
    const expected = joinVectors(applyWhitening(table, one), applyWhitening(table, other), share).values;
    expect(seen.length).toBe(expected.length);
    seen.forEach((value, at) => expect(Math.abs(value - expected[at])).toBeLessThan(1e-5));
  });

  test("a vector of zeros gives numbers, not NaN", async () => {
    const builder = new GraphBuilder(17);
    const output = addWhitening(builder, builder.input("embedding", "float32", [1, 12]), fitWhitening(coneTable(20, 12), { seed: 1 }));
    expect((await run(builder, output, new Float32Array(12))).every(Number.isFinite)).toBe(true);
  });

  test("a value of another width is a bug", () => {
    const builder = new GraphBuilder(17);
    const whitening = fitWhitening(coneTable(20, 12), { seed: 1 });
    expect(() => addWhitening(builder, builder.input("embedding", "float32", [1, 13]), whitening)).toThrow(BugError);
  });
});
