/**
 * @file Three steps on TensorFlow held against ONNX Runtime's.
 */
import { expect } from "vitest";

import type { HostTensor } from "#engine/runtime/training/executor.ts";
import { openOnnxRuntimeExecutor } from "#engine/runtime/training/onnxruntime-executor.ts";
import { openTensorflowExecutor } from "#engine/runtime/training/tensorflow-executor.ts";
import type { Tensorflow } from "#engine/runtime/training/tensorflow/load.ts";
import type { OptimizerName } from "#engine/training/optimizers/optimizer.ts";
import type { TrainingStep } from "#engine/training/step/build-step.ts";
import { expectClose } from "./compare.ts";
import { runSteps, smallStep } from "./small-step.ts";

/**
 * Losses and state agree to 1e-3, and no tensor is left over.
 * @param whileOpen more to look at before the executor is closed, with the state after the steps
 */
export async function expectThreeSteps(
  optimizer: OptimizerName,
  tensorflow: Tensorflow,
  whileOpen: (step: TrainingStep, state: Map<string, HostTensor>) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const step = smallStep(optimizer);
  const ours = await openOnnxRuntimeExecutor(step.graph, step.initial, { threads: 1, device: "cpu" });
  const wanted = await runSteps(ours, step, { count: 3 });
  await ours.close();
  const before = tensorflow.api.memory().numTensors;
  const theirs = await openTensorflowExecutor(step.graph, step.initial, { threads: 1, tensorflow });
  const opened = tensorflow.api.memory().numTensors;
  const made = await runSteps(theirs, step, { count: 3 });
  expect(tensorflow.api.memory().numTensors).toBe(opened);
  await whileOpen(step, made.state);
  await theirs.close();
  expect(tensorflow.api.memory().numTensors).toBe(before);
  made.losses.forEach((loss, at) => expect(Math.abs(loss / (wanted.losses[at] as number) - 1)).toBeLessThan(1e-3));
  for (const [name, tensor] of wanted.state) expectClose(made.state.get(name) as HostTensor, tensor, name, 1e-3);
}
