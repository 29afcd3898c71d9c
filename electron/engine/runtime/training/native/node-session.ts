/**
 * @file One node as a session of ONNX Runtime, for operators that have no kernel here; those of our own domain in their standard form. Its inputs and
 * outputs are copied each time.
 */
import { InferenceSession, Tensor } from "onnxruntime-node";

import { lower } from "../../../autodiff/lower/lower.ts";
import { UserError, messageOf } from "../../../base/errors.ts";
import type { Model, ValueInfo } from "../../../onnx/model.ts";
import { writeModel } from "../../../onnx/write.ts";
import type { HostTensor } from "../executor.ts";
import { describeOperation } from "./operation.ts";
import type { Place } from "./place.ts";
import type { SessionStep } from "./plan.ts";

export interface NodeSession {
  readonly step: SessionStep;
  /** Takes and gives tensors in the order of the step's reads and writes. */
  run(inputs: readonly HostTensor[]): Promise<HostTensor[]>;
  close(): Promise<void>;
}

export async function openNodeSession(step: SessionStep, model: Model, threads: number): Promise<NodeSession> {
  const { node } = step.operation;
  const constants = new Set(step.constants.map(({ name }) => name));
  const inputs = node.inputs.filter((name) => name !== "" && !constants.has(name));
  const outputs = node.outputs.filter((name) => name !== "");
  const distinct = [...new Set(inputs)];
  const graph = {
    ...model.graph,
    nodes: [node],
    initializers: step.constants,
    valueInfos: [],
    inputs: distinct.map((name) => infoOf(name, step.reads[inputs.indexOf(name)] as Place)),
    outputs: outputs.map((name, index) => infoOf(name, step.writes[index] as Place)),
  };
  const session = await InferenceSession.create(writeModel(lower({ ...model, graph, functions: [] })), {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
  }).catch((thrown: unknown) => {
    throw new UserError("executor-unsupported", `${describeOperation(step.operation)}: neither our own kernels nor ONNX Runtime run it (${messageOf(thrown)}).`); // prettier-ignore
  });
  return {
    step,
    run: async (given) => {
      const feeds = Object.fromEntries(inputs.map((name, index) => [name, tensorOf(given[index] as HostTensor)]));
      const found = await session.run(feeds);
      return outputs.map((name, index) => hostTensor(found[name] as Tensor, step.writes[index] as Place));
    },
    close: () => session.release(),
  };
}

function infoOf(name: string, place: Place): ValueInfo {
  return { name, type: { elementType: place.kind, shape: place.shape }, docString: "", otherType: null };
}

function tensorOf({ type, data, shape }: HostTensor): Tensor {
  return new Tensor(type, data as Float32Array, [...shape]);
}

function hostTensor(tensor: Tensor, place: Place): HostTensor {
  return { type: place.kind, shape: place.shape, data: tensor.data as HostTensor["data"] };
}
