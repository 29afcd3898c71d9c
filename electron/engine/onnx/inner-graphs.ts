/**
 * @file Graphs inside a node (If, Loop): which there are, and the node with others in their place.
 */
import type { Attribute, Graph, Node } from "./model.ts";

export function innerGraphs(node: Node): Graph[] {
  return [...node.attributes.values()].flatMap((attribute) =>
    attribute.kind === "graph" ? [attribute.value] : attribute.kind === "graphs" ? attribute.value : [],
  );
}

/** The node itself where it has none. */
export function withInnerGraphs(node: Node, change: (graph: Graph) => Graph): Node {
  if (innerGraphs(node).length === 0) return node;
  const changed = (attribute: Attribute): Attribute => {
    if (attribute.kind === "graph") return { ...attribute, value: change(attribute.value) };
    return attribute.kind === "graphs" ? { ...attribute, value: attribute.value.map(change) } : attribute;
  };
  return { ...node, attributes: new Map([...node.attributes].map(([name, attribute]) => [name, changed(attribute)])) };
}

/** What a node takes, also by the graphs inside it. */
export function namesTaken(node: Node): string[] {
  const within = innerGraphs(node).flatMap((graph) => [...graph.nodes.flatMap(namesTaken), ...graph.outputs.map(({ name }) => name)]);
  return [...node.inputs, ...within];
}
