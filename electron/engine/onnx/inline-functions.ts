/**
 * @file Functions that belong to a model (PyTorch's newer exporter writes them) put in the place of the nodes that call them, so that what
 * comes after sees operators only. Inside, values get names of their own; an attribute that refers to the caller's takes its value.
 */
import { UserError } from "../base/errors.ts";
import { senseless } from "./check-graph.ts";
import { withInnerGraphs } from "./inner-graphs.ts";
import { onnxLimits, type OnnxLimits } from "./limits.ts";
import type { Attribute, Graph, Model, ModelFunction, Node } from "./model.ts";
import { renameNode } from "./rename.ts";

/** The model without functions. Throws UserError `onnx-damaged` for functions that call themselves or grow without end. */
export function inlineFunctions(model: Model, limits: OnnxLimits = onnxLimits): Model {
  if (model.functions.length === 0) return model;
  const functions = new Map(model.functions.map((each) => [keyOf(each.domain, each.name, each.overload), each]));
  const state: Inlining = { functions, limits, calls: 0, nodes: 0 };
  const graph = inlineGraph(model.graph, state, []);
  const opsets = new Map(model.opsets);
  for (const each of model.functions) for (const [domain, version] of each.opsets) addOpset(opsets, domain, version, each.name);
  const own = new Set(model.functions.map(({ domain }) => domain));
  for (const domain of own) if (domain !== "") opsets.delete(domain);
  return { ...model, graph, functions: [], opsets };
}

const deepestCall = 100;

interface Inlining {
  readonly functions: ReadonlyMap<string, ModelFunction>;
  readonly limits: OnnxLimits;
  calls: number;
  nodes: number;
}

/** In the model's place a body's nodes are read by the model's operator set. */
function addOpset(opsets: Map<string, number>, domain: string, version: number, name: string): void {
  const known = opsets.get(domain);
  if (known !== undefined && known !== version)
    throw new UserError(
      "onnx-unsupported",
      `The function ${name} is written for version ${version} of the operators of "${domain || "ai.onnx"}", the model for ${known}; expected the same. Export the model with its functions inlined.`,
    );
  opsets.set(domain, version);
}

function keyOf(domain: string, name: string, overload: string): string {
  return `${domain}\0${name}\0${overload}`;
}

function inlineGraph(graph: Graph, state: Inlining, within: readonly string[]): Graph {
  return { ...graph, nodes: inlineNodes(graph.nodes, state, within) };
}

function inlineNodes(nodes: readonly Node[], state: Inlining, within: readonly string[]): Node[] {
  const flat: Node[] = [];
  for (const node of nodes) {
    const key = keyOf(node.domain, node.opType, node.overload);
    const called = state.functions.get(key);
    if (called === undefined) {
      if (++state.nodes > state.limits.nodes) senseless(`its functions stand for more than ${state.limits.nodes} nodes`);
      flat.push(withInnerGraphs(node, (graph) => inlineGraph(graph, state, within)));
      continue;
    }
    if (within.includes(key)) senseless(`the function ${node.opType} calls itself`);
    if (within.length >= deepestCall) senseless(`functions call each other more than ${deepestCall} deep`);
    flat.push(...inlineNodes(bodyFor(node, called, ++state.calls), state, [...within, key]));
  }
  return flat;
}

/** The function's nodes with the caller's values and attributes, and names that nobody else has. */
function bodyFor(caller: Node, called: ModelFunction, call: number): Node[] {
  const names = new Map<string, string>([["", ""]]);
  called.inputs.forEach((name, index) => names.set(name, caller.inputs[index] ?? ""));
  // An output that the caller leaves out is still made inside.
  called.outputs.forEach((name, index) => {
    const wanted = caller.outputs[index] ?? "";
    if (wanted !== "") names.set(name, wanted);
  });
  const prefix = `${caller.name || caller.opType}#${call}/`;
  const rename = (name: string): string => names.get(name) ?? `${prefix}${name}`;
  const attributeOf = (name: string): Attribute | undefined => caller.attributes.get(name) ?? called.defaults.get(name);
  return called.nodes.map((node) => renameNode(node, { rename, prefix, attributeOf }));
}
