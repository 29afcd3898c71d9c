/**
 * @file Runs a training step with ONNX Runtime. What a step leaves as state is handed to the next one as it is: on the CPU without a copy, on a
 * graphics card without leaving it.
 */
import { InferenceSession, Tensor as RuntimeTensor } from "onnxruntime-node";

import { lowerForCpu } from "../../autodiff/lower/cpu/lower-for-cpu.ts";
import { lower } from "../../autodiff/lower/lower.ts";
import { cardForms, webgpuForms } from "../../autodiff/lower/card/forms.ts";
import { packUpdates } from "../../autodiff/lower/pack-updates.ts";
import { BugError, UserError, messageOf } from "../../base/errors.ts";
import { GraphBuilder } from "../../onnx/graph-builder.ts";
import { inferTypes } from "../../onnx/infer.ts";
import type { Model } from "../../onnx/model.ts";
import { modelOf } from "../../onnx/new-model.ts";
import { earliestFirst } from "../../onnx/passes/earliest-first.ts";
import { nameOutputs } from "../../onnx/passes/name-outputs.ts";
import { peakBytes } from "../../onnx/peak-bytes.ts";
import { writeModel } from "../../onnx/write.ts";
import type { ConcreteDevice } from "../inference-messages.ts";
import { sessionOptions } from "../session.ts";
import type { Executor, ExecutorOptions, HostTensor, StepGraph } from "./executor.ts";

export async function openOnnxRuntimeExecutor(
  graph: StepGraph,
  initial: ReadonlyMap<string, HostTensor>,
  { threads, device, profile }: ExecutorOptions & { readonly device: ConcreteDevice; readonly profile?: string },
): Promise<Executor> {
  const stays = device === "webgpu";
  const outputOf = new Map(graph.state.map(({ input, output }) => [output, input]));
  let session: InferenceSession;
  try {
    const model = lowered(graph, device);
    session = await InferenceSession.create(writeModel({ ...model, graph: earliestFirst(nameOutputs(model.graph)) }), {
      ...sessionOptions(device, threads),
      ...memoryOptions(graph, device),
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      ...(stays
        ? {
            preferredOutputLocation: Object.fromEntries(
              outputNames(graph).map((name) => [name, outputOf.has(name) ? "gpu-buffer" : "cpu"]),
            ),
          }
        : {}),
    } as InferenceSession.SessionOptions);
  } catch (thrown) {
    throw new UserError("executor-unsupported", `ONNX Runtime (${device}) cannot run this training step: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  const state = new Map<string, RuntimeTensor>();
  for (const { input } of graph.state) {
    const tensor = initial.get(input);
    if (tensor === undefined) throw new BugError(`the state "${input}" has no initial value`);
    state.set(input, toRuntime(tensor));
  }
  return {
    kind: "onnxruntime",
    step: async (feeds) => {
      const given: Record<string, RuntimeTensor> = Object.fromEntries(state);
      for (const [name, tensor] of feeds) given[name] = toRuntime(tensor);
      const made = await session.run(given);
      const results = new Map<string, HostTensor>();
      for (const [name, tensor] of Object.entries(made)) {
        const input = outputOf.get(name);
        if (input === undefined) results.set(name, await toHost(tensor as RuntimeTensor));
        else {
          const old = state.get(input);
          state.set(input, tensor as RuntimeTensor);
          if (old?.location === "gpu-buffer") old.dispose();
        }
      }
      return results;
    },
    readState: async () => {
      const read = new Map<string, HostTensor>();
      const near = [...state.values()].some(({ location }) => location === "gpu-buffer") ? await fetchState(graph, state) : state;
      for (const [name, tensor] of near) read.set(name, await toHost(tensor));
      return read;
    },
    close: async () => {
      for (const tensor of state.values()) if (tensor.location === "gpu-buffer") tensor.dispose();
      state.clear();
      await session.release();
    },
  };
}

/**
 * ONNX Runtime keeps what it once had from the system: at least half as much again as a step needs, and twice as much where it plans all values into one block. Small steps may, for
 * speed; of a large one, whose values the system hands out whole, little is lost (measured on two cores: 52 for 62 views a second, 2.7 for 3.8 GB).
 */
function memoryOptions({ model }: StepGraph, device: ConcreteDevice): InferenceSession.SessionOptions {
  if (device !== "cpu") return {};
  const isLarge = peakBytes(model.graph, inferTypes(model, new Map()).types) > largeStepBytes;
  return { enableMemPattern: false, enableCpuMemArena: !isLarge };
}

const largeStepBytes = 2 ** 30;

/**
 * The step in operators of ONNX alone, in the forms that are quickest there. ONNX Runtime's convolutions for WebGPU turn pictures so that their channels come last: without that
 * (`preferredLayout`) nets of depthwise convolutions are a sixth quicker on an H100, but onnxruntime-node 1.30 makes wrong numbers of narrow layers.
 */
function lowered({ model }: StepGraph, device: ConcreteDevice): Model {
  if (device === "cpu") return lowerForCpu(model);
  if (device === "coreml") return lower(model);
  return lower(packUpdates(model), { forms: device === "webgpu" ? webgpuForms : cardForms });
}

/**
 * What lies on a graphics card comes through a session that passes it on: onnxruntime-node 1.30 ends the process where a tensor of the card is asked for
 * its data.
 */
async function fetchState(graph: StepGraph, state: ReadonlyMap<string, RuntimeTensor>): Promise<Map<string, RuntimeTensor>> {
  const builder = new GraphBuilder(17);
  const names = [...state.keys()];
  const outputs = names.map((name) => {
    const type = graph.model.graph.inputs.find((input) => input.name === name)?.type;
    if (!type?.shape) throw new BugError(`the state "${name}" has no static type`);
    return builder.node("Identity", [builder.input(name, type.elementType, type.shape.map(Number))]);
  });
  const session = await InferenceSession.create(writeModel(lower(modelOf(builder, outputs))), {
    executionProviders: ["webgpu"],
    logSeverityLevel: 4,
  });
  const made = await session.run(Object.fromEntries(state));
  await session.release();
  return new Map(names.map((name, at) => [name, made[outputs[at] as string] as RuntimeTensor]));
}

function outputNames({ model }: StepGraph): string[] {
  return model.graph.outputs.map(({ name }) => name);
}

function toRuntime({ type, shape, data }: HostTensor): RuntimeTensor {
  return new RuntimeTensor(type, data as Float32Array, shape);
}

async function toHost(tensor: RuntimeTensor): Promise<HostTensor> {
  const data = (await tensor.getData()) as Float32Array;
  return { type: tensor.type as HostTensor["type"], shape: tensor.dims, data: data.slice() };
}
