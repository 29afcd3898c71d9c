/**
 * @file Which executor runs a training step on a device.
 */
import { UserError } from "../../base/errors.ts";
import type { Executor, HostTensor, StepGraph } from "./executor.ts";
import { openOnnxRuntimeExecutor, type OnnxRuntimeDevice } from "./onnxruntime-executor.ts";

export const trainingDevices = ["auto", "cpu", "webgpu", "cuda", "directml", "coreml"] as const;
export type TrainingDevice = (typeof trainingDevices)[number];

export interface OpenRequest {
  readonly graph: StepGraph;
  readonly initial: ReadonlyMap<string, HostTensor>;
  readonly device: string;
  readonly threads: number;
}

/** `auto` is the CPU until a card has been shown to be quicker. */
export function openExecutor({ graph, initial, device, threads }: OpenRequest): Promise<Executor> {
  if (!trainingDevices.includes(device as TrainingDevice))
    throw new UserError("device-unavailable", `There is no device "${device}"; expected one of ${trainingDevices.join(", ")}.`);
  return openOnnxRuntimeExecutor(graph, initial, { threads, device: device === "auto" ? "cpu" : (device as OnnxRuntimeDevice) });
}
