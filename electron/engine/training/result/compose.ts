/**
 * @file One ONNX graph out of an encoder, its tuned weights and what stands behind them: the file's own graph, a second copy of only those nodes that trained
 * weights reach, and a head that whitens or joins the two embeddings.
 */
import { BugError } from "../../base/errors.ts";
import { GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Graph, Model, Node, Tensor } from "../../onnx/model.ts";
import { newNode } from "../../onnx/new-node.ts";
import { tensorFrom } from "../../onnx/tensor-values.ts";
import { freshPrefix } from "../network/fresh-prefix.ts";

export interface Composition {
  readonly model: Model;
  /** Values of the model: what the encoder gave before, and where the trained weights end (the same value, but for an adapter). */
  readonly frozenEmbedding: string;
  readonly tunedEmbedding: string;
  readonly frozenDimensions: number;
  readonly tunedDimensions: number;
  /** Initializers with other numbers for the tuned copy; empty: nothing is tuned. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Nodes behind the two embeddings, [n, d] each; gives the name of the last value. */
  readonly head: (builder: GraphBuilder, frozen: string, tuned: string) => string;
  /** Inner values to give out as well, of the tuned copy where they are reached by it. */
  readonly alsoOutputs: readonly string[];
}

export interface Composed {
  readonly model: Model;
  readonly dimensions: number;
  /** `alsoOutputs` under the names they have now. */
  readonly alsoOutputs: readonly string[];
}

export const embeddingOutput = "embedding";

export function compose(composition: Composition): Composed {
  const { model, weights, frozenEmbedding, tunedEmbedding } = composition;
  const { graph } = model;
  const headPrefix = freshPrefix(graph, "head");
  const tuned = tunedCopy(graph, weights, freshPrefix(graph, "tuned"));
  const nameInCopy = (name: string): string => tuned.names.get(name) ?? name;
  const builder = new GraphBuilder(model.opsets.get("") ?? 17, headPrefix);
  const frozenInput = builder.input(`${headPrefix}frozen`, "float32", [1, composition.frozenDimensions]);
  const tunedInput = builder.input(`${headPrefix}tuned`, "float32", [1, composition.tunedDimensions]);
  const made = composition.head(builder, frozenInput, tunedInput);
  const dimensions = builder.shapeOf(made)[1];
  if (dimensions === undefined) throw new BugError("the head of an encoder gives no [n, d]");
  const head = builder.finish([made]);
  const standsFor = new Map([
    [frozenInput, frozenEmbedding],
    [tunedInput, nameInCopy(tunedEmbedding)],
    [made, embeddingOutput],
  ]);
  // A head may be nothing at all.
  const named =
    made === frozenInput || made === tunedInput
      ? [passOn(standsFor, made === frozenInput ? frozenEmbedding : nameInCopy(tunedEmbedding), headPrefix)]
      : [];
  const rename = (name: string): string => standsFor.get(name) ?? name;
  const headNodes = head.nodes.map((node): Node => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  const alsoOutputs = composition.alsoOutputs.map(nameInCopy);
  const all: Graph = {
    ...graph,
    nodes: [...graph.nodes, ...tuned.nodes, ...headNodes, ...named],
    initializers: [...graph.initializers, ...tuned.initializers, ...head.initializers],
  };
  const kept = prune(freeName(all, embeddingOutput, headNodes.length + named.length), [embeddingOutput, ...alsoOutputs]);
  // A domain of ours that no node is of would only puzzle other runtimes.
  const opsets = new Map([...model.opsets].filter(([domain]) => domain === "" || kept.nodes.some((node) => node.domain === domain)));
  return {
    model: {
      ...model,
      opsets,
      graph: { ...kept, outputs: [embeddingInfo(dimensions), ...alsoOutputs.map((name) => infoOf(graph, name))] },
    },
    dimensions,
    alsoOutputs,
  };
}

/** Nodes that trained weights reach, under names of their own. */
function tunedCopy(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  tunedPrefix: string,
): { readonly nodes: Node[]; readonly initializers: Tensor[]; readonly names: ReadonlyMap<string, string> } {
  const names = new Map<string, string>();
  const initializers: Tensor[] = [];
  for (const tensor of graph.initializers) {
    const values = weights.get(tensor.name);
    if (values === undefined) continue;
    names.set(tensor.name, `${tunedPrefix}${tensor.name}`);
    initializers.push(tensorFrom(`${tunedPrefix}${tensor.name}`, "float32", tensor.dimensions, values));
  }
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => names.has(name))) continue;
    for (const name of node.outputs) if (name !== "") names.set(name, `${tunedPrefix}${name}`);
    nodes.push({
      ...node,
      // Nodes need no name, but those that have one need their own.
      name: node.name === "" ? "" : `${tunedPrefix}${node.name}`,
      inputs: node.inputs.map((name) => names.get(name) ?? name),
      outputs: node.outputs.map((name) => names.get(name) ?? name),
    });
  }
  return { nodes, initializers, names };
}

function passOn(standsFor: Map<string, string>, from: string, headPrefix: string): Node {
  standsFor.set(from, from);
  return newNode({ opType: "Identity", inputs: [from], outputs: [embeddingOutput], name: `${headPrefix}out` });
}

/** A value or a weight of the model may bear the name that the new embedding gets: all but the last nodes see it under another. */
function freeName(graph: Graph, name: string, headNodes: number): Graph {
  if (graph.inputs.some((input) => input.name === name)) throw new BugError(`an encoder takes its pictures as "${name}"`);
  const first = graph.nodes.length - headNodes;
  const isTaken = graph.initializers.some((tensor) => tensor.name === name);
  if (!isTaken && !graph.nodes.slice(0, first).some(({ outputs }) => outputs.includes(name))) return graph;
  const other = `${freshPrefix(graph, "before")}${name}`;
  const rename = (each: string): string => (each === name ? other : each);
  return {
    ...graph,
    nodes: graph.nodes.map((node, at) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: at < first ? node.outputs.map(rename) : node.outputs,
    })),
    initializers: graph.initializers.map((tensor) => ({ ...tensor, name: rename(tensor.name) })),
  };
}

/** Only what the outputs need. */
function prune(graph: Graph, outputs: readonly string[]): Graph {
  const wanted = new Set(outputs);
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of node.inputs) wanted.add(name);
    nodes.push(node);
  }
  return { ...graph, nodes: nodes.reverse(), initializers: graph.initializers.filter(({ name }) => wanted.has(name)), valueInfos: [] };
}

function embeddingInfo(dimensions: number): Graph["outputs"][number] {
  return { name: embeddingOutput, type: { elementType: "float32", shape: ["batch", dimensions] }, docString: "", otherType: null };
}

function infoOf(graph: Graph, name: string): Graph["outputs"][number] {
  const known = graph.outputs.find((info) => info.name === name) ?? graph.valueInfos.find((info) => info.name === name);
  return known ?? { name, type: { elementType: "float32", shape: null }, docString: "", otherType: null };
}
