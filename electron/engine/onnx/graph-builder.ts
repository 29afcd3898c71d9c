/**
 * @file Builds a graph node by node, knowing the static type of every value as soon as it is made: a shape that does not fit is an error at the
 * line that asked for it, not at run time. May begin with the nodes of a graph that is there. Constants of one value are made once.
 */
import type { ElementType } from "./element-type.ts";
import type { Attribute, Graph, Model, Node, Tensor, ValueInfo } from "./model.ts";
import { newNode } from "./new-node.ts";
import type { StaticType } from "./shapes/rule.ts";
import { trainingDomain } from "./shapes/training.ts";
import { BugError } from "../base/errors.ts";
import { tensorFrom } from "./tensor-values.ts";
import { TypeTable } from "./type-table.ts";

export type Attributes = Readonly<Record<string, Attribute>>;

// Attributes, short to write.
export const int = (value: number): Attribute => ({ kind: "int", value: BigInt(value) });
export const ints = (values: readonly number[]): Attribute => ({ kind: "ints", value: BigInt64Array.from(values, BigInt) });
export const float = (value: number): Attribute => ({ kind: "float", value });
export const text = (value: string): Attribute => ({ kind: "string", value: new TextEncoder().encode(value) });

export class GraphBuilder {
  readonly #version: number;
  readonly #prefix: string;
  readonly #table: TypeTable;
  readonly #nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();
  readonly #inputs: ValueInfo[] = [];
  readonly #constants = new Map<string, string>();
  readonly #makers = new Map<string, Node>();
  #made = 0;

  /**
   * @param version of ONNX's own operators
   * @param prefix of the names it gives
   */
  constructor(version = 17, prefix = "") {
    this.#version = version;
    this.#prefix = prefix;
    this.#table = new TypeTable(version);
  }

  /** Begins with the inputs, initializers and nodes of a model whose inputs have these shapes. Its outputs are only values here. */
  static from(model: Model, shapes: ReadonlyMap<string, readonly number[]>): GraphBuilder {
    const builder = new GraphBuilder(model.opsets.get("") ?? 1);
    const { graph } = model;
    for (const tensor of graph.initializers) builder.tensor(tensor);
    for (const { name, type } of graph.inputs) {
      if (builder.#initializers.has(name)) continue;
      const shape = shapes.get(name) ?? type?.shape?.map(Number);
      if (!type || !shape) throw new BugError(`the input ${name} has no static type`);
      builder.input(name, type.elementType, shape);
    }
    for (const node of graph.nodes) builder.#push(node);
    return builder;
  }

  /** Begins with the inputs and initializers of a model of static shapes, and none of its nodes: another graph in its place. */
  static beside({ opsets, graph }: Model, prefix: string): GraphBuilder {
    const builder = new GraphBuilder(opsets.get("") ?? 17, prefix);
    for (const { name, type } of graph.inputs) {
      if (!type?.shape) throw new BugError(`the input ${name} has no static type`);
      builder.input(name, type.elementType, type.shape.map(Number));
    }
    for (const tensor of graph.initializers) builder.tensor(tensor);
    return builder;
  }

  input(name: string, elementType: ElementType, shape: readonly number[]): string {
    this.#table.addInput(this.#unused(name), { elementType, shape });
    this.#inputs.push({ name, type: { elementType, shape }, docString: "", otherType: null });
    return name;
  }

  /** An initializer under its own name. */
  tensor(tensor: Tensor): string {
    this.#table.addTensor({ ...tensor, name: this.#unused(tensor.name) });
    this.#initializers.set(tensor.name, tensor);
    return tensor.name;
  }

  /** An initializer that several copies of a graph share: the one of this name that is there, else this one. */
  shared(tensor: Tensor): string {
    return this.#initializers.has(tensor.name) ? tensor.name : this.tensor(tensor);
  }

  /** A constant; the same one for equal values. */
  constant(elementType: ElementType, shape: readonly number[], values: readonly number[]): string {
    const key = JSON.stringify([elementType, shape, values]);
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.tensor(tensorFrom(this.#fresh("constant"), elementType, shape, values));
    this.#constants.set(key, name);
    return name;
  }

  /** A number of the type of `like`, without dimensions. */
  scalar(value: number, like: string): string {
    return this.constant(this.typeOf(like).elementType, [], [value]);
  }

  /** A list of whole numbers, as Reshape and its kin take them. */
  list(values: readonly number[]): string {
    return this.constant("int64", [values.length], values);
  }

  /** A node with one output, whose name it gives. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodes(opType, inputs, 1, attributes)[0] as string;
  }

  /** A node of our own domain (onnx/shapes/training.ts). */
  training(opType: string, inputs: readonly string[], outputCount: number, attributes: Attributes = {}): string[] {
    return this.nodes(opType, inputs, outputCount, attributes, trainingDomain);
  }

  /** A node with several outputs. @param domain "" is ONNX's own */
  nodes(opType: string, inputs: readonly string[], outputCount: number, attributes: Attributes = {}, domain = ""): string[] {
    const outputs = Array.from({ length: outputCount }, () => this.#fresh(opType));
    this.#push(newNode({ opType, inputs, outputs, attributes, domain }));
    return outputs;
  }

  typeOf(name: string): StaticType {
    const type = this.#table.types.get(name);
    if (type === undefined) throw new BugError(`nothing makes the value "${name}"`);
    return type;
  }

  shapeOf(name: string): readonly number[] {
    return this.typeOf(name).shape;
  }

  /** The numbers of a small value that is known before anything runs. */
  knownValues(name: string): readonly number[] | null {
    return this.#table.known.get(name)?.values ?? null;
  }

  /** The node that makes a value; null for inputs and initializers. */
  makerOf(name: string): Node | null {
    return this.#makers.get(name) ?? null;
  }

  get version(): number {
    return this.#version;
  }

  get builtNodes(): readonly Node[] {
    return this.#nodes;
  }

  /** A node as it stands, its outputs under their own names. */
  add(node: Node): void {
    for (const name of node.outputs) if (name !== "") this.#unused(name);
    this.#push(node);
  }

  /** `value` in another shape of as many elements. */
  reshape(value: string, shape: readonly number[]): string {
    return this.node("Reshape", [value, this.list(shape)]);
  }

  /** The graph with these outputs. Initializers and nodes that nothing needs are left to `simplify`. */
  finish(outputs: readonly string[], name = "likeness"): Graph {
    return {
      name,
      docString: "",
      nodes: this.#nodes,
      initializers: [...this.#initializers.values()],
      inputs: this.#inputs,
      outputs: outputs.map((output) => ({ name: output, type: this.typeOf(output), docString: "", otherType: null })),
      valueInfos: [],
      unknown: new Uint8Array(0),
    };
  }

  #push(node: Node): void {
    this.#table.addNode(node, this.#nodes.length);
    this.#nodes.push(node);
    for (const name of node.outputs) this.#makers.set(name, node);
  }

  #fresh(hint: string): string {
    let name: string;
    do name = `${this.#prefix}${hint}_${++this.#made}`;
    while (this.#table.types.has(name));
    return name;
  }

  #unused(name: string): string {
    if (this.#table.types.has(name)) throw new BugError(`the value "${name}" is made a second time`);
    return name;
  }
}
