/**
 * @file A graph for inputs of fixed shapes made plain, before gradients are built from it: whole numbers that are known become constants, what
 * only passes values on (Identity, Dropout at rest) goes, equal nodes become one, and what no output needs goes. Floats are not folded: they may
 * be weights that somebody wants to train.
 */
import { constantOf } from "./fold.ts";
import { inferTypes } from "./infer.ts";
import type { Attribute, Model, Node, Tensor } from "./model.ts";
import { tensorFrom } from "./tensor-values.ts";
import type { Types } from "./type-table.ts";
import { writeAttributes } from "./write.ts";

export interface Simplified {
  readonly model: Model;
  readonly types: Types;
}

/** @param shapes as for `inferTypes` */
export function simplify(model: Model, shapes: ReadonlyMap<string, readonly number[]>): Simplified {
  const types = inferTypes(model, shapes);
  const { graph } = model;
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  /** Value -> the value that stands for it. */
  const aliases = new Map<string, string>();
  const standIn = (name: string): string => aliases.get(name) ?? name;
  const seen = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const given of graph.nodes) {
    const node = { ...given, inputs: given.inputs.map(standIn) };
    const [first = ""] = node.outputs;
    const folded = foldedTensor(node, types);
    if (folded !== null) {
      initializers.set(first, folded);
      continue;
    }
    if (passesOn(node) && !outputs.has(first)) {
      aliases.set(first, node.inputs[0] as string);
      continue;
    }
    const key = keyOf(node);
    const twin = seen.get(key);
    if (twin !== undefined && !node.outputs.some((name) => outputs.has(name))) {
      node.outputs.forEach((name, at) => aliases.set(name, twin.outputs[at] as string));
      continue;
    }
    seen.set(key, node);
    nodes.push(node);
  }
  const live = liveNodes(nodes, outputs);
  const used = new Set([...live.flatMap(({ inputs }) => inputs), ...outputs]);
  return {
    model: {
      ...model,
      graph: { ...graph, nodes: live, initializers: [...initializers.values()].filter(({ name }) => used.has(name)), valueInfos: [] },
    },
    types,
  };
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

/** Equal for nodes that do the same to the same values. */
function keyOf(node: Node): string {
  const attributes = new Map<string, Attribute>([...node.attributes].sort(([one], [other]) => (one < other ? -1 : 1)));
  // Two Dropouts draw two masks.
  const own = node.opType === "Dropout" ? (node.outputs[0] ?? "") : "";
  return JSON.stringify([node.domain, node.opType, node.overload, own, node.inputs, node.outputs.length, Buffer.from(writeAttributes(attributes)).toString("latin1")]); // prettier-ignore
}

function liveNodes(nodes: readonly Node[], outputs: ReadonlySet<string>): Node[] {
  const wanted = new Set(outputs);
  const live: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    for (const name of node.inputs) wanted.add(name);
    live.push(node);
  }
  return live.reverse();
}
