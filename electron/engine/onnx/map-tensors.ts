/**
 * @file Every tensor of a model, wherever it stands: initializers, attributes of nodes, graphs inside graphs, functions.
 */
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
  if (![...node.attributes.values()].some(({ kind }) => holders.has(kind))) return node;
  const attributes = new Map([...node.attributes].map(([name, attribute]) => [name, mapAttribute(attribute, change)]));
  return { ...node, attributes };
}

const holders = new Set<Attribute["kind"]>(["tensor", "tensors", "graph", "graphs"]);

function mapAttribute(attribute: Attribute, change: (tensor: Tensor) => Tensor): Attribute {
  switch (attribute.kind) {
    case "tensor":
      return { ...attribute, value: change(attribute.value) };
    case "tensors":
      return { ...attribute, value: attribute.value.map(change) };
    case "graph":
      return { ...attribute, value: mapGraph(attribute.value, change) };
    case "graphs":
      return { ...attribute, value: attribute.value.map((graph) => mapGraph(graph, change)) };
    default:
      return attribute;
  }
}
