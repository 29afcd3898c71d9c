/**
 * @file Runs a training step with TensorFlow, node by node (tensorflow/plan.ts). The state stays in its tensors from step to step; each other tensor is
 * freed where it is used last. A step that fails leaves the state as it was.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { lower } from "../../autodiff/lower/lower.ts";
import { BugError, UserError, messageOf } from "../../base/errors.ts";
import { simplify } from "../../onnx/simplify.ts";
import { floatsOf, integersOf } from "../../onnx/tensor-values.ts";
import type { Executor, ExecutorOptions, HostTensor, StepGraph } from "./executor.ts";
import { relayout, type Layout } from "./tensorflow/layout.ts";
import { loadTensorflow, type Tensorflow, type TensorflowApi } from "./tensorflow/load.ts";
import { planSteps, type Held, type Plan } from "./tensorflow/plan.ts";
import { formOf } from "./tensorflow/table.ts";

/** @param options.tensorflow what to run on; TensorFlow for Node where it is left out */
export async function openTensorflowExecutor(
  graph: StepGraph,
  initial: ReadonlyMap<string, HostTensor>,
  options: ExecutorOptions & { readonly tensorflow?: Tensorflow },
): Promise<Executor> {
  const tensorflow = options.tensorflow ?? (await loadTensorflow(options.threads));
  const { model } = simplify(lower(graph.model, { keeps: (node) => formOf(node) !== null }), new Map()); // prettier-ignore
  const plan = planSteps(model, new Map(graph.state.map(({ input, output }) => [output, input])), tensorflow);
  const running = new Running(tensorflow.api, plan, graph);
  running.begin(initial);
  return {
    kind: "tensorflow",
    step: (feeds) => running.step(feeds),
    readState: () => running.readState(),
    close: async () => running.close(),
  };
}

class Running {
  readonly #api: TensorflowApi;
  readonly #plan: Plan;
  readonly #graph: StepGraph;
  /** By the graph's input. */
  readonly #state = new Map<string, Tensor>();
  readonly #constants: Tensor[];

  constructor(api: TensorflowApi, plan: Plan, graph: StepGraph) {
    this.#api = api;
    this.#plan = plan;
    this.#graph = graph;
    this.#constants = plan.constants.map(({ tensor, layout }) => {
      const { elementType, dimensions } = tensor;
      const values = elementType === "float32" ? floatsOf(tensor) : Int32Array.from(integersOf(tensor));
      return this.#upload({ shape: dimensions, values: values.slice(), isBool: elementType === "bool", layout });
    });
  }

  begin(initial: ReadonlyMap<string, HostTensor>): void {
    for (const { input } of this.#graph.state) {
      const given = initial.get(input);
      if (given === undefined) throw new BugError(`the state "${input}" has no initial value`);
      this.#state.set(input, this.#uploadHost(given, this.#heldInput(input).layout));
    }
  }

  async step(feeds: ReadonlyMap<string, HostTensor>): Promise<Map<string, HostTensor>> {
    const plan = this.#plan;
    const values: (Tensor | undefined)[] = Array<undefined>(plan.slots).fill(undefined);
    plan.constants.forEach(({ slot }, at) => (values[slot] = this.#constants[at]));
    for (const [input, tensor] of this.#state) values[this.#heldInput(input).slot] = tensor;
    const fed: Tensor[] = [];
    try {
      for (const [name, tensor] of feeds) {
        const { slot, layout } = this.#heldInput(name);
        fed.push((values[slot] = this.#uploadHost(tensor, layout)));
      }
      this.#run(values);
      const results = new Map<string, HostTensor>();
      const outputOf = new Map(this.#graph.state.map(({ input, output }) => [output, input]));
      for (const [name, held] of plan.outputs)
        if (!outputOf.has(name)) results.set(name, await download(values[held.slot] as Tensor, held));
      for (const [output, input] of outputOf) {
        const { slot } = plan.outputs.get(output) as Held;
        this.#state.get(input)?.dispose();
        this.#state.set(input, values[slot] as Tensor);
        values[slot] = undefined;
      }
      for (const { slot } of plan.outputs.values()) values[slot]?.dispose();
      return results;
    } catch (thrown) {
      for (const { makes } of plan.instructions) for (const slot of makes) values[slot]?.dispose();
      throw thrown;
    } finally {
      for (const tensor of fed) tensor.dispose();
    }
  }

  #run(values: (Tensor | undefined)[]): void {
    for (const { node, takes, makes, frees, run } of this.#plan.instructions) {
      const given = takes.map((slot) => values[slot] as Tensor);
      let made: readonly Tensor[];
      try {
        made = this.#api.tidy(() => run(given) as Tensor[]);
      } catch (thrown) {
        throw new UserError("executor-failed", `TensorFlow failed at the node "${node}": ${messageOf(thrown)}`, { cause: thrown });
      }
      makes.forEach((slot, at) => (values[slot] = made[at]));
      for (const slot of frees) {
        values[slot]?.dispose();
        values[slot] = undefined;
      }
    }
  }

  async readState(): Promise<Map<string, HostTensor>> {
    const read = new Map<string, HostTensor>();
    for (const [input, tensor] of this.#state) {
      const held = this.#heldInput(input);
      const plain = this.#api.tidy(() => relayout(this.#api, tensor, { shape: held.type.shape, from: held.layout, to: "plain" }));
      try {
        read.set(input, await download(plain, held));
      } finally {
        plain.dispose();
      }
    }
    return read;
  }

  close(): void {
    for (const tensor of [...this.#state.values(), ...this.#constants, ...this.#plan.kept]) tensor.dispose();
    this.#state.clear();
  }

  #heldInput(name: string): Held {
    const held = this.#plan.inputs.get(name);
    if (held === undefined) throw new BugError(`the step graph has no input "${name}"`);
    return held;
  }

  /** TensorFlow.js in JavaScript works on the very array it is given, so it gets one of its own. */
  #uploadHost({ type, shape, data }: HostTensor, layout: Layout): Tensor {
    const values = data instanceof Float32Array ? data.slice() : Int32Array.from(data as ArrayLike<number | bigint>, Number);
    return this.#upload({ shape, values, isBool: type === "bool", layout });
  }

  #upload(given: { shape: readonly number[]; values: Float32Array | Int32Array; isBool: boolean; layout: Layout }): Tensor {
    const { shape, values, isBool, layout } = given;
    const api = this.#api;
    return api.tidy(() => {
      const plain = api.tensor(isBool ? Uint8Array.from(values) : values, [...shape], isBool ? "bool" : undefined);
      return layout === "plain" ? plain : relayout(api, plain, { shape, from: "plain", to: layout });
    });
  }
}

async function download(tensor: Tensor, { type: { elementType, shape } }: Held): Promise<HostTensor> {
  const data = await tensor.data();
  switch (elementType) {
    case "int64":
      return { type: "int64", shape, data: BigInt64Array.from(data as Int32Array, BigInt) };
    case "int32":
      return { type: "int32", shape, data: Int32Array.from(data as Int32Array) };
    case "bool":
      return { type: "bool", shape, data: Uint8Array.from(data as Uint8Array) };
    default:
      return { type: "float32", shape, data: Float32Array.from(data as Float32Array) };
  }
}
