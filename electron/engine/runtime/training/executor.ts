/**
 * @file What runs a training step: one interface over ONNX Runtime, our own kernels and TensorFlow. The step graph is the same for all; it may use
 * the operators of our own domain, which each executor runs as they are or in their standard form. The state (weights, moments, queues) stays
 * inside the executor from step to step; only what is fed and what is asked for crosses.
 */
import type { Model } from "../../onnx/model.ts";

export interface HostTensor {
  readonly type: "float32" | "int64" | "int32" | "bool";
  readonly shape: readonly number[];
  /** bool as one byte each. */
  readonly data: Float32Array | BigInt64Array | Int32Array | Uint8Array;
}

export interface StepGraph {
  /** Static shapes; inputs are the feeds and the state, outputs the results and the new state. Other tensors are constants. */
  readonly model: Model;
  /** Each: the graph's input that holds it, and the output that it becomes. */
  readonly state: readonly { readonly input: string; readonly output: string }[];
}

export type ExecutorKind = "onnxruntime" | "native" | "tensorflow";

export interface Executor {
  readonly kind: ExecutorKind;
  /** Runs once: takes the feeds (every input that is no state), gives the outputs that are no state. */
  step(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>>;
  /** A copy of the state by the names of the inputs that hold it. */
  readState(): Promise<Map<string, HostTensor>>;
  close(): Promise<void>;
}

/** Throws UserError `executor-unsupported` naming the node where it cannot run the graph: before anything runs. */
export type OpenExecutor = (graph: StepGraph, initial: ReadonlyMap<string, HostTensor>, options: ExecutorOptions) => Promise<Executor>;

export interface ExecutorOptions {
  /** Threads for the CPU. */
  readonly threads: number;
}
