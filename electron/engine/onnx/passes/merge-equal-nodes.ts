/**
 * @file Nodes that do the same to the same values become one (common-subexpression elimination). Gradients ask for the same means, masks and
 * transposes again and again.
 */
import { innerGraphs } from "../inner-graphs.ts";
import type { Attribute, Graph, Node } from "../model.ts";
import { renameNode } from "../rename.ts";
import { writeAttributes } from "../write.ts";

/** The graph with the first of each set of equal nodes in the place of all. What makes an output stays, so that outputs keep their names. */
export function mergeEqualNodes(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  /** Value -> the equal one that was made before it. */
  const twins = new Map<string, string>();
  const seen = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const given of graph.nodes) {
    const node = twins.size === 0 ? given : renameNode(given, { rename: (name) => twins.get(name) ?? name, prefix: "" });
    const key = keyOf(node);
    const twin = key === null ? undefined : seen.get(key);
    if (twin !== undefined && !node.outputs.some((name) => outputs.has(name))) {
      node.outputs.forEach((name, at) => twins.set(name, twin.outputs[at] as string));
      continue;
    }
    if (key !== null) seen.set(key, node);
    nodes.push(node);
  }
  return { ...graph, nodes };
}

/** The order of their two inputs changes nothing, not even the last bit. */
const commutative = new Set(["Add", "And", "Equal", "Mul", "Or", "Xor"]);
/** Each draws numbers of its own. */
const random = new Set(["Bernoulli", "Dropout", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"]);

/** Equal for nodes that do the same to the same values; null for a node that is like no other. */
function keyOf(node: Node): string | null {
  if ((node.domain === "" && random.has(node.opType)) || innerGraphs(node).length > 0) return null;
  const inputs = node.domain === "" && commutative.has(node.opType) ? [...node.inputs].sort() : node.inputs;
  const outputs = node.outputs.map((name) => name !== "");
  return JSON.stringify([node.domain, node.opType, node.overload, inputs, outputs, attributesKey(node)]);
}

/** Equal for equal attributes, in whatever order they stand. */
export function attributesKey({ attributes }: Node): string {
  const sorted = [...attributes].sort(([one], [other]) => (one < other ? -1 : 1));
  return Buffer.from(writeAttributes(new Map<string, Attribute>(sorted))).toString("latin1");
}
