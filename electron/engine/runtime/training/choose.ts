/**
 * @file Which executor runs a training step on a device.
 */
import { deviceNames, type DeviceName } from "#protocol/model.ts";

import { UserError } from "../../base/errors.ts";
import type { Executor, ExecutorKind, HostTensor, StepGraph } from "./executor.ts";
import { nativeTrainingMissing, openNativeExecutor } from "./native-executor.ts";
import { openOnnxRuntimeExecutor } from "./onnxruntime-executor.ts";
import { openTensorflowExecutor } from "./tensorflow-executor.ts";

export const executorKinds = ["auto", "onnxruntime", "native", "tensorflow"] as const satisfies readonly (ExecutorKind | "auto")[];
export type ExecutorChoice = (typeof executorKinds)[number];

export interface OpenRequest {
  readonly graph: StepGraph;
  readonly initial: ReadonlyMap<string, HostTensor>;
  readonly device: DeviceName;
  readonly executor: ExecutorKind;
  readonly threads: number;
}

export function openExecutor({ graph, initial, device, executor, threads }: OpenRequest): Promise<Executor> {
  if (executor === "native") return openNativeExecutor(graph, initial, { threads });
  if (executor === "tensorflow") return openTensorflowExecutor(graph, initial, { threads });
  return openOnnxRuntimeExecutor(graph, initial, { threads, device: device === "auto" ? "cpu" : device });
}

/**
 * On the CPU our own kernels where they are compiled, else ONNX Runtime; on a card always ONNX Runtime. A run keeps what was chosen, since two executors
 * round differently. `auto` is the CPU: a card is taken when it is named.
 */
export function chooseExecutor(device: DeviceName, wanted: ExecutorChoice): ExecutorKind {
  const isCpu = device === "auto" || device === "cpu";
  if (wanted === "native" && !isCpu)
    throw new UserError("executor-unavailable", `Our own kernels run on the CPU; the device is ${device}.`);
  if (wanted !== "auto") return wanted;
  return isCpu && nativeTrainingMissing() === null ? "native" : "onnxruntime";
}

/** One of the devices' names. */
export function trainingDevice(name: string): DeviceName {
  const found = deviceNames.find((device) => device === name);
  if (found) return found;
  throw new UserError("device-unavailable", `There is no device "${name}" to train on; expected one of ${deviceNames.join(", ")}.`);
}
