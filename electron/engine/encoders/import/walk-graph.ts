/**
 * @file Looking back along a graph: which node makes a value, which values are constants.
 */
import type { Graph, Node } from "../../onnx/model.ts";

export interface GraphWalk {
  /** null for inputs and initializers. */
  maker(value: string): Node | null;
  isConstant(value: string): boolean;
}

export function walkGraph(graph: Graph): GraphWalk {
  const makers = new Map<string, Node>();
  for (const node of graph.nodes) for (const output of node.outputs) if (output !== "") makers.set(output, node);
  const constants = new Set(graph.initializers.map(({ name }) => name));
  // In the graph's order, so that a constant made from constants is one.
  for (const node of graph.nodes) {
    const given = node.inputs.filter((name) => name !== "");
    if (node.opType === "Constant" || (given.length > 0 && given.every((name) => constants.has(name))))
      for (const output of node.outputs) constants.add(output);
  }
  return { maker: (value) => makers.get(value) ?? null, isConstant: (value) => constants.has(value) };
}
