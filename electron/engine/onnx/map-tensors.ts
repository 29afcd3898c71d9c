/**
 * @file Every tensor of a model, wherever it stands: initializers, attributes of nodes, graphs inside graphs, functions.
 */
import { withInnerGraphs } from "./inner-graphs.ts";
import type { Attribute, Graph, Model, Node, Tensor } from "./model.ts";

/** The model with `change` made to each of its tensors. What does not change is shared with the model given. */
export function mapTensors(model: Model, change: (tensor: Tensor) => Tensor): Model {
  return {
    ...model,
    graph: mapGraph(model.graph, change),
    functions: model.functions.map((each) => ({ ...each, nodes: each.nodes.map((node) => mapNode(node, change)) })),
  };
}

function mapGraph(graph: Graph, change: (tensor: Tensor) => Tensor): Graph {
  return { ...graph, initializers: graph.initializers.map(change), nodes: graph.nodes.map((node) => mapNode(node, change)) };
}

function mapNode(node: Node, change: (tensor: Tensor) => Tensor): Node {
  const outer = withInnerGraphs(node, (graph) => mapGraph(graph, change));
  if (![...outer.attributes.values()].some(({ kind }) => kind === "tensor" || kind === "tensors")) return outer;
  return { ...outer, attributes: new Map([...outer.attributes].map(([name, attribute]) => [name, mapAttribute(attribute, change)])) };
}

function mapAttribute(attribute: Attribute, change: (tensor: Tensor) => Tensor): Attribute {
  if (attribute.kind === "tensor") return { ...attribute, value: change(attribute.value) };
  return attribute.kind === "tensors" ? { ...attribute, value: attribute.value.map(change) } : attribute;
}
