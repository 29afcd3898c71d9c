/**
 * @file If and Loop that shapes alone decide, as exporters write them: the branch that is taken stands in the place of the If, the rounds of a Loop
 * one after the other in its place. What is left is a plain row of nodes, which gradients can be built for.
 */
import { BugError, UserError } from "../../base/errors.ts";
import { beginTypes } from "../infer.ts";
import { innerGraphs } from "../inner-graphs.ts";
import type { Graph, Model, Node, Tensor } from "../model.ts";
import { newNode } from "../new-node.ts";
import { renameNode } from "../rename.ts";
import { tensorFrom } from "../tensor-values.ts";
import { removeDeadNodes } from "./remove-dead-nodes.ts";
import type { TypeTable } from "../type-table.ts";

/** More rounds than any image encoder has; each makes the graph longer. */
const mostRounds = 64;

/**
 * The model without If and Loop.
 * @param shapes as for `inferTypes`
 * Throws UserError `onnx-unsupported` where a condition or a number of rounds is known only when it runs.
 */
export function resolveControlFlow(model: Model, shapes: ReadonlyMap<string, readonly number[]>): Model {
  if (!model.graph.nodes.some((node) => innerGraphs(node).length > 0)) return model;
  const state: Resolving = { table: beginTypes(model, shapes), nodes: [], initializers: [], version: model.opsets.get("") ?? 1, bodies: 0 };
  // What no output needs may depend on what it likes.
  for (const node of removeDeadNodes(model.graph).nodes) place(node, state);
  return { ...model, graph: { ...model.graph, nodes: state.nodes, initializers: [...model.graph.initializers, ...state.initializers] } };
}

interface Resolving {
  readonly table: TypeTable;
  readonly nodes: Node[];
  readonly initializers: Tensor[];
  readonly version: number;
  bodies: number;
}

function place(node: Node, state: Resolving): void {
  if (node.domain === "" && node.opType === "If") placeBranch(node, state);
  else if (node.domain === "" && node.opType === "Loop") placeRounds(node, state);
  else push(node, state);
}

function push(node: Node, { table, nodes }: Resolving): void {
  table.addNode(node, nodes.length);
  nodes.push(node);
}

function placeBranch(node: Node, state: Resolving): void {
  const [condition = ""] = node.inputs;
  const isThen = numberOf(condition, state) ?? refuse(node, `chooses by "${condition}", which is known only when it runs`);
  const made = placeBody(graphOf(node, isThen === 0 ? "else_branch" : "then_branch"), new Map(), state);
  node.outputs.forEach((output, at) => {
    pass(made[at] as string, output, state);
  });
}

/** Inputs: the greatest number of rounds, whether to begin, what is carried from round to round. The body gives whether to go on, what is carried, and rows to collect. */
function placeRounds(node: Node, state: Resolving): void {
  const [limit = "", condition = "", ...start] = node.inputs;
  const body = graphOf(node, "body");
  const rounds =
    limit === "" ? Infinity : (numberOf(limit, state) ?? refuse(node, `runs "${limit}" times, which is known only when it runs`));
  let goesOn =
    condition === "" ? 1 : (numberOf(condition, state) ?? refuse(node, `begins by "${condition}", which is known only when it runs`));
  let carried: readonly string[] = start;
  const rows: string[][] = Array.from({ length: node.outputs.length - start.length }, () => []);
  for (let round = 0; round < rounds && goesOn !== 0; round++) {
    if (round >= mostRounds) refuse(node, `runs more than ${mostRounds} times`);
    const own = [hold(`round_${round}`, "int64", round, state), hold(`goes_on_${round}`, "bool", 1, state), ...carried];
    const given = new Map(body.inputs.map(({ name }, at) => [name, own[at] as string]));
    const [next = "", ...made] = placeBody(body, given, state);
    goesOn = numberOf(next, state) ?? refuse(node, `goes on by a value that is known only when it runs`);
    carried = made.slice(0, start.length);
    made.slice(start.length).forEach((row, at) => rows[at]?.push(row));
  }
  start.forEach((_, at) => {
    pass(carried[at] as string, node.outputs[at] ?? "", state);
  });
  rows.forEach((collected, at) => {
    collect(node, { rows: collected, output: node.outputs[start.length + at] ?? "" }, state);
  });
}

/** The nodes of an inner graph, under names of their own; gives what its outputs are called now. */
function placeBody(graph: Graph, given: ReadonlyMap<string, string>, state: Resolving): string[] {
  const prefix = `body_${++state.bodies}/`;
  const own = new Set([...graph.initializers.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const rename = (name: string): string => given.get(name) ?? (name !== "" && own.has(name) ? `${prefix}${name}` : name);
  for (const tensor of graph.initializers) addTensor({ ...tensor, name: rename(tensor.name) }, state);
  for (const node of graph.nodes) place(renameNode(node, { rename, prefix }), state);
  return graph.outputs.map(({ name }) => rename(name));
}

/** The rows of all rounds, one above the other. */
function collect(node: Node, { rows, output }: { readonly rows: readonly string[]; readonly output: string }, state: Resolving): void {
  if (output === "") return;
  if (rows.length === 0) refuse(node, `collects rows of no round at all`);
  const lifted = rows.map((row, at) => {
    const name = `${output}/row_${at}`;
    const axes = { kind: "ints", value: BigInt64Array.of(0n) } as const;
    const outputs = [name];
    if (state.version >= 13) push(newNode({ opType: "Unsqueeze", inputs: [row, hold("first_axis", "int64", [0], state)], outputs }), state);
    else push(newNode({ opType: "Unsqueeze", inputs: [row], outputs, attributes: { axes } }), state);
    return name;
  });
  push(newNode({ opType: "Concat", inputs: lifted, outputs: [output], attributes: { axis: { kind: "int", value: 0n } } }), state);
}

function pass(from: string, to: string, state: Resolving): void {
  if (to !== "") push(newNode({ opType: "Identity", inputs: [from], outputs: [to] }), state);
}

/** A constant of the unrolled graph. */
function hold(hint: string, elementType: "int64" | "bool", value: number | readonly number[], state: Resolving): string {
  const name = `unrolled_${state.initializers.length}/${hint}`;
  addTensor(
    typeof value === "number" ? tensorFrom(name, elementType, [], [value]) : tensorFrom(name, elementType, [value.length], value),
    state,
  );
  return name;
}

function addTensor(tensor: Tensor, { table, initializers }: Resolving): void {
  table.addTensor(tensor);
  initializers.push(tensor);
}

function numberOf(name: string, { table }: Resolving): number | null {
  return table.known.get(name)?.values[0] ?? null;
}

function graphOf(node: Node, name: string): Graph {
  const attribute = node.attributes.get(name);
  if (attribute?.kind !== "graph") throw new BugError(`the ${node.opType} node "${node.name}" has no graph ${name}`);
  return attribute.value;
}

function refuse(node: Node, why: string): never {
  throw new UserError(
    "onnx-unsupported",
    `The ${node.opType} node "${node.name || (node.outputs[0] ?? "")}" ${why}. Only what the sizes of the pictures decide can be trained through.`,
  );
}
