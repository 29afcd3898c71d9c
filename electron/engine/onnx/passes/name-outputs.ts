/**
 * @file Outputs made under their own names. An Identity that only gives a value the name it leaves by is a copy for a runtime that does not see through it: ONNX Runtime on a graphics card
 * copies every weight of a training step once more.
 */
import type { Graph, Node } from "../model.ts";
import { renameNode } from "../rename.ts";

/** A value that leaves under two names keeps the second as a copy, and so does one that is an input or an initializer. */
export function nameOutputs(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const nameOf = new Map<string, string>();
  const gone = new Set<Node>();
  for (const node of graph.nodes) {
    const [from = ""] = node.inputs;
    const [to = ""] = node.outputs;
    if (node.opType !== "Identity" || node.domain !== "" || !outputs.has(to) || outputs.has(from) || !made.has(from) || nameOf.has(from))
      continue;
    nameOf.set(from, to);
    gone.add(node);
  }
  const renaming = { rename: (name: string) => nameOf.get(name) ?? name, prefix: "" };
  return { ...graph, nodes: graph.nodes.filter((node) => !gone.has(node)).map((node) => renameNode(node, renaming)) };
}
