/**
 * @file Opens an ONNX Runtime session on one device. Spinning between operators is off: decoding shares the cores, and spinning threads
 * would take them from it (measured: a third of the throughput).
 */
import { InferenceSession } from "onnxruntime-node";

import type { ConcreteDevice } from "./inference-messages.ts";

/** ONNX Runtime's names. */
const providers: Record<ConcreteDevice, string> = { cpu: "cpu", webgpu: "webgpu", directml: "dml", cuda: "cuda", coreml: "coreml" };

/** Throws what ONNX Runtime throws when the device is not there. */
export function openSession(modelPath: string, device: ConcreteDevice, threads: number): Promise<InferenceSession> {
  return InferenceSession.create(modelPath, {
    ...sessionOptions(device, threads),
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
}

/** What every session of ours has. */
export function sessionOptions(device: ConcreteDevice, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [providers[device]],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // Fatal only: a device that is not there is told in our own words.
    logSeverityLevel: 4,
  };
}
