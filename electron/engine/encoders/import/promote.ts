/**
 * @file A graph cut down to what makes the embedding, with the embedding as its only output: one row of float32 per picture, whatever tensor it
 * was inside.
 */
import { elementTypes } from "../../onnx/element-type.ts";
import { int } from "../../onnx/graph-builder.ts";
import { innerGraphs } from "../../onnx/inner-graphs.ts";
import type { Graph, Model, Node, ValueInfo } from "../../onnx/model.ts";
import type { StaticType } from "../../onnx/shapes/rule.ts";
import { GraphTail } from "../graph-tail.ts";
import type { EmbeddingTensor, Pooling } from "./embedding-tensor.ts";
import type { ImageInput } from "./image-input.ts";

export interface Promoted {
  readonly model: Model;
  /** Name of the output. */
  readonly output: string;
}

/** Of nodes that make the embedding where no node of the graph does. */
const outputName = "embedding";

/** @param type of the embedding's tensor */
export function promoteEmbedding(model: Model, input: ImageInput, embedding: EmbeddingTensor, type: StaticType): Promoted {
  const tail = new GraphTail(model);
  let value = pool(tail, embedding.tensor, embedding.pooling);
  if (type.elementType !== "float32") value = tail.node("Cast", [value], { to: int(elementTypes.indexOf("float32")) }, outputName);
  const output: ValueInfo = {
    name: value,
    type: { elementType: "float32", shape: [input.batch ?? "batch", embedding.dimensions] },
    docString: "",
    otherType: null,
  };
  const graph = { ...tail.extend(model.graph), outputs: [output], valueInfos: [] };
  // Initializers need not be inputs from IR version 4 on, and here they are none.
  const irVersion = model.irVersion < 4n ? 4n : model.irVersion;
  return { model: withUsedOpsets({ ...model, irVersion, graph: pruneGraph(graph, [input.name]) }), output: value };
}

/** Without the nodes and initializers that no output needs; `inputs` stay. */
export function pruneGraph(graph: Graph, inputs: readonly string[]): Graph {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of namesUsedBy(node)) wanted.add(name);
    nodes.push(node);
  }
  return {
    ...graph,
    nodes: nodes.reverse(),
    initializers: graph.initializers.filter(({ name }) => wanted.has(name)),
    // Before IR version 4 initializers were inputs too.
    inputs: graph.inputs.filter(({ name }) => inputs.includes(name)),
  };
}

function* namesUsedBy(node: Node): Iterable<string> {
  for (const name of node.inputs) if (name !== "") yield name;
  for (const inner of innerGraphs(node)) {
    for (const each of inner.nodes) yield* namesUsedBy(each);
    for (const { name } of inner.outputs) yield name;
  }
}

function pool(tail: GraphTail, value: string, pooling: Pooling): string {
  switch (pooling) {
    case "none":
      return value;
    case "average":
      return tail.mean(value, [2, 3], outputName);
    case "channels-last-average":
      return tail.mean(value, [1, 2], outputName);
    case "token-average":
      return tail.mean(value, [1], outputName);
    case "first-token": {
      const first = tail.node("Slice", [value, tail.list([0]), tail.list([1]), tail.list([1])]);
      return tail.node("Flatten", [first], { axis: int(1) }, outputName);
    }
  }
}

/** Exporters name domains whose functions are gone by now. */
function withUsedOpsets(model: Model): Model {
  const used = new Set([""]);
  const look = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      used.add(node.domain);
      for (const inner of innerGraphs(node)) look(inner.nodes);
    }
  };
  look(model.graph.nodes);
  return { ...model, opsets: new Map([...model.opsets].filter(([domain]) => used.has(domain))) };
}
