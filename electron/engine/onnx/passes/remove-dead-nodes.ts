/** @file What no output needs goes (dead-code elimination): nodes, and initializers that nobody takes any more. */
import { namesTaken } from "../inner-graphs.ts";
import type { Graph, Node } from "../model.ts";

export function removeDeadNodes(graph: Graph): Graph {
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  const live: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of namesTaken(node)) wanted.add(name);
    live.push(node);
  }
  return { ...graph, nodes: live.reverse(), initializers: graph.initializers.filter(({ name }) => wanted.has(name)) };
}
