/**
 * @file What holds of every graph that the rest of the engine works on: each value is made once, before it is used, and every name that is used
 * is known. A file where it does not hold is told so with the node's name, before anything is built from it.
 */
import { UserError } from "../base/errors.ts";
import { innerGraphs } from "./inner-graphs.ts";
import type { Graph, Model, Node } from "./model.ts";

/** Throws UserError `onnx-damaged`. */
export function checkModel(model: Model): void {
  checkGraph(model.graph, new Set());
}

function checkGraph(graph: Graph, outer: ReadonlySet<string>): void {
  const known = new Set<string>();
  const isKnown = (name: string): boolean => known.has(name) || outer.has(name);
  for (const { name } of graph.inputs) define(name, known, `the input ${name}`);
  // Before IR version 4 every initializer was an input too: its default.
  const inputs = new Set(known);
  for (const { name } of graph.initializers) if (!inputs.has(name)) define(name, known, `the initializer ${name}`);
  for (const [index, node] of graph.nodes.entries()) {
    for (const name of node.inputs)
      if (name !== "" && !isKnown(name)) senseless(`${describe(node, index)} takes "${name}", which nothing makes before it`);
    for (const inner of innerGraphs(node)) checkGraph(inner, new Set([...outer, ...known]));
    for (const name of node.outputs) if (name !== "") define(name, known, describe(node, index));
  }
  for (const { name } of graph.outputs) if (!isKnown(name)) senseless(`nothing makes the output "${name}"`);
}

/** How a message names a node. */
export function describe(node: Node, index: number): string {
  return `${node.opType} node ${node.name === "" ? `number ${index}` : `"${node.name}"`}`;
}

function define(name: string, known: Set<string>, what: string): void {
  if (known.has(name)) senseless(`${what} makes "${name}" a second time`);
  known.add(name);
}

/** Throws UserError `onnx-damaged` over a file that is whole but makes no sense. */
export function senseless(why: string): never {
  throw new UserError("onnx-damaged", `This ONNX file cannot be used: ${why}.`);
}
