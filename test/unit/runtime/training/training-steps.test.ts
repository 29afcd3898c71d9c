import { describe, expect, test } from "vitest";

import { UserError } from "#engine/base/errors.ts";
import { GraphBuilder } from "#engine/onnx/graph-builder.ts";
import { modelOf } from "#engine/onnx/new-model.ts";
import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openTensorflowExecutor } from "#engine/runtime/training/tensorflow-executor.ts";
import type { OptimizerName } from "#engine/training/optimizers/optimizer.ts";
import { plainTensorflow } from "../../../helpers/tensorflow.ts";
import { feedsOf, runSteps, smallStep } from "./small-step.ts";
import { expectThreeSteps } from "./three-steps.ts";

const tensorflow = await plainTensorflow();
const optimizers: readonly OptimizerName[] = ["sgd", "adamw", "lars"];

describe.each(optimizers)("three steps with %s", (optimizer) => {
  test("TensorFlow and ONNX Runtime agree, and no tensor is left over", () => expectThreeSteps(optimizer, tensorflow));
});

test("state that is read and opened again goes on to the last bit", async () => {
  const step = smallStep("adamw");
  const whole = await openTensorflowExecutor(step.graph, step.initial, { threads: 1, tensorflow });
  const wanted = await runSteps(whole, step, { count: 3 });
  await whole.close();
  const first = await openTensorflowExecutor(step.graph, step.initial, { threads: 1, tensorflow });
  expect(await first.readState()).toEqual(
    new Map([...step.initial].filter(([name]) => step.graph.state.some(({ input }) => input === name))),
  );
  const halfway = await runSteps(first, step, { count: 1 });
  await first.close();
  const second = await openTensorflowExecutor(step.graph, halfway.state, { threads: 1, tensorflow });
  const found = await runSteps(second, step, { from: 1, count: 2 });
  await second.close();
  expect(found.state).toEqual(wanted.state);
});

test("a step that fails leaves the state and no tensors", async () => {
  const step = smallStep("sgd");
  const executor = await openTensorflowExecutor(step.graph, step.initial, { threads: 1, tensorflow });
  const [state, tensors] = [await executor.readState(), tensorflow.api.memory().numTensors];
  const feeds = feedsOf(step, 0);
  const { data } = feeds.get("views") as HostTensor;
  feeds.set("views", { type: "float32", shape: [2, 3, 8, 32], data: (data as Float32Array).slice(0, 2 * 3 * 8 * 32) });
  await expect(executor.step(feeds)).rejects.toThrow(/TensorFlow failed at the node/);
  expect(await executor.readState()).toEqual(state);
  expect(tensorflow.api.memory().numTensors).toBe(tensors);
  await executor.close();
});

test("an operator that TensorFlow does not have is named before anything runs", async () => {
  const builder = new GraphBuilder(17);
  const y = builder.node("LpPool", [builder.input("x", "float32", [1, 2, 4, 4])], {
    kernel_shape: { kind: "ints", value: BigInt64Array.of(2n, 2n) },
  });
  const opening = openTensorflowExecutor({ model: modelOf(builder, [y]), state: [] }, new Map(), { threads: 1, tensorflow });
  await expect(opening).rejects.toThrow(UserError);
  await expect(opening).rejects.toMatchObject({ code: "executor-unsupported", message: expect.stringContaining('LpPool node "LpPool_1"') });
});
