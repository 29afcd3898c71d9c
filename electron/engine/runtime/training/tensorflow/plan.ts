/**
 * @file From a step graph to a list of things to do: for each node what TensorFlow does, the tensors it takes and makes, and which of them nobody needs
 * afterwards. Values are turned between memory layouts only where a user wants another one than its maker gave.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { BugError, UserError } from "../../../base/errors.ts";
import { inferTypes } from "../../../onnx/infer.ts";
import type { Model, Node, Tensor as ModelTensor } from "../../../onnx/model.ts";
import type { StaticType } from "../../../onnx/shapes/rule.ts";
import { relayout, type Layout } from "./layout.ts";
import type { Tensorflow } from "./load.ts";
import { unsupported, type FormContext, type Operation } from "./operation.ts";
import { formOf } from "./table.ts";

/** A place for a tensor during one step. */
export type Slot = number;

export interface Instruction {
  /** For messages. */
  readonly node: string;
  readonly takes: readonly Slot[];
  readonly makes: readonly Slot[];
  run(tensors: readonly Tensor[]): readonly Tensor[];
  /** Made on the way and not needed any more after this. */
  readonly frees: readonly Slot[];
}

export interface Held {
  readonly slot: Slot;
  readonly layout: Layout;
  readonly type: StaticType;
}

export interface Plan {
  readonly slots: number;
  /** Feeds and state by the graph's inputs. */
  readonly inputs: ReadonlyMap<string, Held>;
  /** Plain, but for state, which lies as the input that will hold it. */
  readonly outputs: ReadonlyMap<string, Held>;
  /** Uploaded once. */
  readonly constants: readonly { readonly slot: Slot; readonly layout: Layout; readonly tensor: ModelTensor }[];
  readonly instructions: readonly Instruction[];
  /** Tensors that the instructions keep for themselves. */
  readonly kept: readonly Tensor[];
}

/** Throws UserError `executor-unsupported` for a node that TensorFlow cannot run. */
export function planSteps(model: Model, state: ReadonlyMap<string, string>, tensorflow: Tensorflow): Plan {
  return new Planner(model, state, tensorflow).plan();
}

class Planner {
  readonly #model: Model;
  /** Output -> the input that it becomes. */
  readonly #state: ReadonlyMap<string, string>;
  readonly #tensorflow: Tensorflow;
  readonly #types: ReturnType<typeof inferTypes>;
  readonly #initializers: ReadonlyMap<string, ModelTensor>;
  /** Value -> layouts it is held in, the first one first. */
  readonly #held = new Map<string, Map<Layout, Slot>>();
  readonly #constants: { slot: Slot; layout: Layout; tensor: ModelTensor }[] = [];
  readonly #instructions: Omit<Instruction, "frees">[] = [];
  readonly #kept: Tensor[] = [];
  #slots = 0;

  constructor(model: Model, state: ReadonlyMap<string, string>, tensorflow: Tensorflow) {
    this.#model = model;
    this.#state = state;
    this.#tensorflow = tensorflow;
    this.#types = inferTypes(model, new Map());
    this.#initializers = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  }

  plan(): Plan {
    const { graph } = this.#model;
    const states = new Set(this.#state.values());
    const filters = filtersOf(graph.nodes);
    const inputs = new Map<string, Held>();
    for (const { name } of graph.inputs) {
      const layout = states.has(name) && filters.has(name) && this.#typeOf(name).shape.length === 4 ? "filter" : "plain";
      inputs.set(name, this.#hold(name, layout));
    }
    graph.nodes.forEach((node) => this.#add(node));
    const outputs = new Map<string, Held>();
    for (const { name } of graph.outputs) {
      const becomes = this.#state.get(name);
      const layout = becomes === undefined ? "plain" : (inputs.get(becomes)?.layout ?? "plain");
      outputs.set(name, { slot: this.#in(name, layout), layout, type: this.#typeOf(name) });
    }
    return {
      slots: this.#slots,
      inputs,
      outputs,
      constants: this.#constants,
      instructions: withFrees(this.#instructions, new Set([...outputs.values()].map(({ slot }) => slot))),
      kept: this.#kept,
    };
  }

  #add(node: Node): void {
    const form = formOf(node) ?? unsupported(node, "there is no form of this operator for TensorFlow");
    const context = this.#contextOf(node);
    for (const type of [...context.inputs, ...context.outputs]) if (type !== null) checkType(node, type);
    const operation: Operation = form(context);
    const takes = operation.takes.map(({ input, layout }) => this.#in(node.inputs[input] as string, layout));
    const made = operation.gives.map((layout, at) => {
      const name = node.outputs[at] ?? "";
      // Made, but nobody asked for it.
      return name === "" ? this.#slots++ : this.#hold(name, layout).slot;
    });
    this.#instructions.push({ node: node.name || (node.outputs[0] ?? ""), takes, makes: made, run: operation.run });
  }

  #contextOf(node: Node): FormContext {
    const { api, kernels } = this.#tensorflow;
    return {
      api,
      kernels,
      node,
      version: this.#model.opsets.get("") ?? 17,
      inputs: node.inputs.map((name) => (name === "" ? null : this.#typeOf(name))),
      outputs: node.outputs.filter((name) => name !== "").map((name) => this.#typeOf(name)),
      constant: (index) => this.#types.known.get(node.inputs[index] ?? "")?.values ?? null,
      layoutOf: (index) =>
        this.#held
          .get(node.inputs[index] ?? "")
          ?.keys()
          .next().value ?? "plain",
      hold: (tensor) => {
        this.#kept.push(tensor);
        return tensor;
      },
    };
  }

  /** The slot that holds a value in this layout; turned there if it lies otherwise, once for all users. */
  #in(name: string, layout: Layout): Slot {
    const held = this.#held.get(name) ?? new Map<Layout, Slot>();
    this.#held.set(name, held);
    const known = held.get(layout);
    if (known !== undefined) return known;
    const slot = this.#slots++;
    const first = held.entries().next().value;
    held.set(layout, slot);
    if (first === undefined) {
      const tensor = this.#initializers.get(name);
      if (tensor === undefined) throw new BugError(`nothing makes the value "${name}"`);
      this.#constants.push({ slot, layout, tensor });
      return slot;
    }
    const { api } = this.#tensorflow;
    const move = { shape: this.#typeOf(name).shape, from: first[0], to: layout };
    this.#instructions.push({
      node: `layout of ${name}`,
      takes: [first[1]],
      makes: [slot],
      run: ([tensor]) => [relayout(api, tensor as Tensor, move)],
    });
    return slot;
  }

  #hold(name: string, layout: Layout): Held {
    const slot = this.#slots++;
    this.#held.set(name, new Map([[layout, slot]]));
    return { slot, layout, type: this.#typeOf(name) };
  }

  #typeOf(name: string): StaticType {
    const type = this.#types.types.get(name);
    if (type === undefined) throw new BugError(`nothing makes the value "${name}"`);
    return type;
  }
}

/** Values that convolutions use as weights. */
function filtersOf(nodes: readonly Node[]): Set<string> {
  const places: Readonly<Record<string, number>> = { Conv: 1, ConvTranspose: 1, ConvInputGradient: 1 };
  return new Set(nodes.flatMap(({ opType, inputs }) => (opType in places ? [inputs[places[opType] as number] as string] : [])));
}

const types = new Set(["float32", "int64", "int32", "bool"]);

function checkType(node: Node, { elementType }: StaticType): void {
  if (!types.has(elementType))
    throw new UserError(
      "executor-unsupported",
      `TensorFlow.js cannot run the ${node.opType} node "${node.name}": it has values of ${elementType}; expected ${[...types].join(", ")}.`,
    );
}

/** Each tensor goes where it is used last; feeds, state, constants and results are somebody else's. */
function withFrees(instructions: readonly Omit<Instruction, "frees">[], outputs: ReadonlySet<Slot>): Instruction[] {
  const needed = new Set(outputs);
  const made = new Set(instructions.flatMap(({ makes }) => makes));
  return instructions
    .toReversed()
    .map((instruction) => {
      const frees = [...new Set([...instruction.takes, ...instruction.makes])].filter((slot) => made.has(slot) && !needed.has(slot));
      for (const slot of instruction.takes) needed.add(slot);
      return { ...instruction, frees };
    })
    .reverse();
}
