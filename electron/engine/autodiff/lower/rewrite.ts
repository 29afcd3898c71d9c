/**
 * @file A model with other nodes in the place of some of its own.
 */
import { GraphBuilder } from "../../onnx/graph-builder.ts";
import { namesTaken } from "../../onnx/inner-graphs.ts";
import type { Graph, Model, Node } from "../../onnx/model.ts";
import { newNode } from "../../onnx/new-node.ts";

/** A node in the place of which others may stand. */
export interface Place {
  readonly builder: GraphBuilder;
  /** As it is in the model. */
  readonly given: Node;
  /** Its inputs are what stands for them. */
  readonly node: Node;
}

/** Gives what stands for each output of the node, or fewer where nobody asks for the rest; null: the node stays. */
export type Replace = (place: Place) => readonly string[] | null;

/** Shapes must be static. What leaves the model keeps its name. @param prefix of the names it gives */
export function rewrite(model: Model, prefix: string, replace: Replace): Model {
  const { graph } = model;
  const builder = GraphBuilder.beside(model, prefix);
  const standsFor = new Map<string, string>();
  for (const given of graph.nodes) {
    const node = { ...given, inputs: given.inputs.map((name) => standsFor.get(name) ?? name) };
    const made = replace({ builder, given, node });
    if (made === null) builder.add(node);
    else made.forEach((name, at) => standsFor.set(node.outputs[at] as string, name));
  }
  for (const { name } of graph.outputs) {
    const made = standsFor.get(name);
    if (made !== undefined) builder.add(newNode({ opType: "Identity", inputs: [made], outputs: [name] }));
  }
  return withNodesOf(model, builder);
}

/** The model with the nodes and initializers of a builder, which makes its outputs under their names. */
export function withNodesOf(model: Model, builder: GraphBuilder): Model {
  const { outputs, name } = model.graph;
  return { ...model, graph: { ...builder.finish(outputs.map((output) => output.name)), outputs, name } };
}

export class Readers {
  readonly #readers = new Map<string, Node[]>();
  readonly #leaving: ReadonlySet<string>;

  constructor({ nodes, outputs }: Graph) {
    for (const node of nodes)
      for (const name of new Set(namesTaken(node))) this.#readers.set(name, [...(this.#readers.get(name) ?? []), node]);
    this.#leaving = new Set(outputs.map(({ name }) => name));
  }

  /** Who takes a value; null where it also leaves the graph, or somebody takes it who is not accepted. */
  all(name: string, accepts: (node: Node) => boolean): readonly Node[] | null {
    const found = this.#readers.get(name) ?? [];
    return this.#leaving.has(name) || !found.every(accepts) ? null : found;
  }
}
