/** @file Runs a graph that has inputs and no state, with operators of our own where it has some. */
import type { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";

/** Values by name. @param feeds by input, float32 */
export async function runGraph(
  builder: GraphBuilder,
  outputs: readonly string[],
  feeds: Readonly<Record<string, Float32Array>>,
): Promise<Float32Array[]> {
  // An executor keeps state; a counter that nobody reads is the least.
  const count = builder.input("count", "float32", [1]);
  const next = builder.node("Add", [count, builder.constant("float32", [1], [1])]);
  const named = outputs.map((output) => builder.node("Identity", [output], {}));
  const model = modelOf(builder, [...named, next]);
  const initial = new Map([["count", { type: "float32" as const, shape: [1], data: new Float32Array(1) }]]);
  const executor = await openOnnxRuntimeExecutor({ model, state: [{ input: count, output: next }] }, initial, {
    threads: 1,
    device: "cpu",
  });
  const given = Object.entries(feeds).map(
    ([name, data]) => [name, { type: "float32" as const, shape: builder.shapeOf(name), data }] as const,
  );
  const told = await executor.step(new Map(given));
  await executor.close();
  return named.map((name) => told.get(name)?.data as Float32Array);
}
