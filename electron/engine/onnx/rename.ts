/** @file A node, and the graphs inside it, under other names of values. */
import { withInnerGraphs } from "./inner-graphs.ts";
import type { Attribute, Graph, Node } from "./model.ts";

export interface Renaming {
  readonly rename: (name: string) => string;
  /** Before the names of nodes. */
  readonly prefix: string;
  /** What stands for an attribute that refers to one of the caller's; only in a function. */
  readonly attributeOf?: (name: string) => Attribute | undefined;
}

export function renameNode(node: Node, renaming: Renaming): Node {
  const { rename, prefix, attributeOf } = renaming;
  const attributes = new Map<string, Attribute>();
  for (const [name, attribute] of node.attributes) {
    const value = attribute.kind === "reference" && attributeOf !== undefined ? attributeOf(attribute.value) : attribute;
    // A reference to what the caller did not give is an attribute that is not there.
    if (value !== undefined) attributes.set(name, value);
  }
  const renamed = {
    ...node,
    name: node.name === "" ? "" : `${prefix}${node.name}`,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
    attributes,
  };
  return withInnerGraphs(renamed, (graph) => renameGraph(graph, renaming));
}

function renameGraph(graph: Graph, renaming: Renaming): Graph {
  const renameValue = <T extends { readonly name: string }>(value: T): T => ({ ...value, name: renaming.rename(value.name) });
  return {
    ...graph,
    nodes: graph.nodes.map((node) => renameNode(node, renaming)),
    initializers: graph.initializers.map(renameValue),
    inputs: graph.inputs.map(renameValue),
    outputs: graph.outputs.map(renameValue),
    valueInfos: graph.valueInfos.map(renameValue),
  };
}
