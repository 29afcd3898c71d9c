/**
 * @file Nodes behind a graph of any input sizes, under names that nobody in it has. Unlike `GraphBuilder` it needs no static shapes: a free batch
 * stays free.
 */
import { int, ints, type Attributes } from "../onnx/graph-builder.ts";
import type { Graph, Model, Node, Tensor } from "../onnx/model.ts";
import { newNode } from "../onnx/new-node.ts";
import { tensorFrom } from "../onnx/tensor-values.ts";

export class GraphTail {
  readonly #nodes: Node[] = [];
  readonly #initializers: Tensor[] = [];
  readonly #taken: Set<string>;
  readonly #version: number;

  constructor({ graph, opsets }: Model) {
    this.#version = opsets.get("") ?? 1;
    this.#taken = new Set([
      ...graph.inputs.map(({ name }) => name),
      ...graph.initializers.map(({ name }) => name),
      // Nodes are called as their first output is.
      ...graph.nodes.flatMap(({ name, outputs }) => [name, ...outputs]),
    ]);
  }

  /** A node with one output, whose name it gives. */
  node(opType: string, inputs: readonly string[], attributes: Attributes = {}, hint = opType.toLowerCase()): string {
    const name = this.#fresh(hint);
    this.#nodes.push(newNode({ opType, inputs, outputs: [name], attributes }));
    return name;
  }

  /** The mean over these axes, which go. */
  mean(value: string, axes: readonly number[], hint: string): string {
    // Axes are an attribute before version 18, an input from then on.
    return this.#version < 18
      ? this.node("ReduceMean", [value], { axes: ints(axes), keepdims: int(0) }, hint)
      : this.node("ReduceMean", [value, this.list(axes)], { keepdims: int(0) }, hint);
  }

  /** A list of whole numbers. */
  list(values: readonly number[]): string {
    const name = this.#fresh("list");
    this.#initializers.push(tensorFrom(name, "int64", [values.length], values));
    return name;
  }

  /** A constant of floats. */
  floats(shape: readonly number[], values: ArrayLike<number>, hint = "constant"): string {
    const name = this.#fresh(hint);
    this.#initializers.push(tensorFrom(name, "float32", shape, values));
    return name;
  }

  /** x / |x| along the last axis of [n, d]; what is shorter than 1e-12 stays short. */
  unitLength(value: string): string {
    const axes = this.#version < 18 ? [] : [this.list([1])];
    const length = this.node("ReduceL2", [value, ...axes], { keepdims: int(1), ...(axes.length === 0 ? { axes: ints([1]) } : {}) });
    return this.node("Div", [value, this.node("Max", [length, this.floats([], [1e-12])])]);
  }

  /** The value under another name, which nobody may have yet. */
  renamed(value: string, name: string): string {
    return this.node("Identity", [value], {}, name);
  }

  /** The graph with what was made; its outputs are as they were. */
  extend(graph: Graph): Graph {
    return { ...graph, nodes: [...graph.nodes, ...this.#nodes], initializers: [...graph.initializers, ...this.#initializers] };
  }

  #fresh(hint: string): string {
    let name = hint;
    for (let at = 2; this.#taken.has(name); at++) name = `${hint}_${at}`;
    this.#taken.add(name);
    return name;
  }
}
