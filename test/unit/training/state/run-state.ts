/** @file Runs a draft that has state and feeds but no loss, for tests of the state alone. */
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { Draft } from "#engine/training/step/draft.ts";

import type { Rows } from "../../../reference/losses/vectors.ts";

/** The state after each of the steps, which feed `rows` one after the other under the name "rows"; begins with the initial state. */
export async function statesOf(
  steps: readonly Rows[],
  build: (draft: Draft, rows: string) => void,
): Promise<ReadonlyMap<string, Float32Array>[]> {
  const builder = new GraphBuilder(17);
  const draft = new Draft(builder);
  const shape = [steps[0]?.length ?? 0, steps[0]?.[0]?.length ?? 0];
  build(draft, draft.feed("rows", "float32", shape));
  const state = [...draft.initial.keys()].map((input) => ({ input, output: builder.node("Identity", [draft.updated(input) as string]) }));
  const model = modelOf(
    builder,
    state.map(({ output }) => output),
  );
  const executor = await openOnnxRuntimeExecutor({ model, state }, draft.initial, { threads: 1, device: "cpu" });
  const read = async (): Promise<ReadonlyMap<string, Float32Array>> =>
    new Map([...(await executor.readState())].map(([name, { data }]) => [name, data as Float32Array]));
  const states = [await read()];
  for (const rows of steps) {
    await executor.step(new Map([["rows", { type: "float32", shape, data: Float32Array.from(rows.flat()) }]]));
    states.push(await read());
  }
  await executor.close();
  return states;
}

export function rowsOf(data: Float32Array, width: number): number[][] {
  return Array.from({ length: data.length / width }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}
