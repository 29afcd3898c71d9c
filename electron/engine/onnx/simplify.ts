/**
 * @file A graph for inputs of fixed shapes made plain, before gradients are built from it: If and Loop are resolved, whole numbers that are known become constants, what
 * only passes values on (Identity, Dropout at rest) goes, equal nodes become one, and what no output needs goes. Floats are not folded: they may
 * be weights that somebody wants to train.
 */
import { constantOf } from "./fold.ts";
import { inferTypes } from "./infer.ts";
import type { Model, Node, Tensor } from "./model.ts";
import { mergeEqualNodes } from "./passes/merge-equal-nodes.ts";
import { removeDeadNodes } from "./passes/remove-dead-nodes.ts";
import { resolveControlFlow } from "./passes/resolve-control-flow.ts";
import { tensorFrom } from "./tensor-values.ts";
import type { Types } from "./type-table.ts";

export interface Simplified {
  readonly model: Model;
  readonly types: Types;
}

/** @param shapes as for `inferTypes` */
export function simplify(given: Model, shapes: ReadonlyMap<string, readonly number[]>): Simplified {
  const model = resolveControlFlow(given, shapes);
  const types = inferTypes(model, shapes);
  const { graph } = model;
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  /** Value -> the value that stands for it. */
  const aliases = new Map<string, string>();
  const nodes: Node[] = [];
  for (const each of graph.nodes) {
    const node = { ...each, inputs: each.inputs.map((name) => aliases.get(name) ?? name) };
    const [first = ""] = node.outputs;
    const folded = foldedTensor(node, types);
    if (folded !== null) initializers.set(first, folded);
    else if (passesOn(node) && !outputs.has(first)) aliases.set(first, node.inputs[0] as string);
    else nodes.push(node);
  }
  const plain = removeDeadNodes(mergeEqualNodes({ ...graph, nodes, initializers: [...initializers.values()], valueInfos: [] }));
  return { model: { ...model, graph: plain }, types };
}

/** The only output as a tensor, where it is whole numbers that are known; Constant nodes of any kind. */
function foldedTensor(node: Node, { known }: Types): Tensor | null {
  const [output = "", ...others] = node.outputs;
  if (others.length > 0) return null;
  if (node.opType === "Constant" && node.domain === "") {
    const value = node.attributes.get("value");
    if (value?.kind === "tensor") return { ...value.value, name: output };
    const constant = constantOf(node);
    return constant && tensorFrom(output, constant.elementType, constant.shape, constant.values);
  }
  const value = known.get(output);
  if (value === undefined || !isWhole(value.elementType) || !value.values.every(Number.isSafeInteger)) return null;
  return tensorFrom(output, value.elementType, value.shape, value.values);
}

function isWhole(type: string): boolean {
  return type === "bool" || type.startsWith("int") || type.startsWith("uint");
}

/** Inference only: training brings its own noise. */
function passesOn(node: Node): boolean {
  if (node.domain !== "" || node.outputs.slice(1).some((name) => name !== "")) return false;
  return node.opType === "Identity" || (node.opType === "Dropout" && (node.inputs[2] ?? "") === "");
}
