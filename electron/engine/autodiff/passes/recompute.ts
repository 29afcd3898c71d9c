/**
 * @file Cheap values of the forward half made anew where the backward half wants them, instead of being kept until then (after Chen et al. 2016,
 * "Training deep nets with sublinear memory cost"): an activation behind a convolution costs a pass over memory, keeping it costs memory all the
 * way. Only values whose own inputs are kept anyway are made anew, so that nothing is kept for their sake. The numbers are the same to the last bit.
 */
import { BugError } from "../../base/errors.ts";
import type { Graph, Node } from "../../onnx/model.ts";

export interface RecomputeOptions {
  /** The value that the forward half is there for. */
  readonly loss: string;
  /** Operators whose values are made anew; `cheapOperators` if not given. */
  readonly operators?: ReadonlySet<string>;
  /** How many such operators one behind the other are made anew; the value behind them is kept. */
  readonly depth?: number;
}

/** Each number of the result takes a few numbers of the input, no more. */
export const cheapOperators: ReadonlySet<string> = new Set([
  "Abs", "Add", "And", "BatchNormalization", "Cast", "Celu", "Clip", "Div", "Elu", "Equal", "Erf", "Exp", "Gelu", "Greater", "GreaterOrEqual",
  "HardSigmoid", "HardSwish", "LeakyRelu", "Less", "LessOrEqual", "Mish", "Mul", "Neg", "Not", "Or", "PRelu", "Pow", "Reciprocal", "Relu", "Selu",
  "Sigmoid", "Sign", "Softplus", "Softsign", "Sqrt", "Sub", "Tanh", "ThresholdedRelu", "Where",
]); // prettier-ignore

/** @param graph of standard operators, the nodes of the backward half behind those of the forward half */
export function recompute(graph: Graph, { loss, operators = cheapOperators, depth = 4 }: RecomputeOptions): Graph {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const forward = forwardHalf(graph.nodes, loss, makers);
  const depths = cheapDepths(graph.nodes, { forward, operators, depth });
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const wanted = new Set(graph.nodes.flatMap((node) => (forward.has(node) ? [] : node.inputs)));
  const isKept = (name: string): boolean => !makers.has(name) || outputs.has(name) || (wanted.has(name) && !depths.has(name));
  const canMake = new Map<string, boolean>();
  const isMadeAnew = (name: string): boolean => {
    const known = canMake.get(name);
    if (known !== undefined) return known;
    const node = makers.get(name);
    const can = depths.has(name) && node !== undefined && node.inputs.every((input) => input === "" || isKept(input) || isMadeAnew(input));
    canMake.set(name, can);
    return can;
  };
  const copies = new Map<string, string>();
  const nodes: Node[] = [];
  const copyOf = (name: string): string => {
    if (!depths.has(name) || outputs.has(name) || !isMadeAnew(name)) return name;
    const known = copies.get(name);
    if (known !== undefined) return known;
    const node = makers.get(name) as Node;
    const copy = `again/${name}`;
    copies.set(name, copy);
    const inputs = node.inputs.map(copyOf);
    nodes.push({ ...node, name: copy, inputs, outputs: [copy] });
    return copy;
  };
  for (const node of graph.nodes) nodes.push(forward.has(node) ? node : { ...node, inputs: node.inputs.map(copyOf) });
  return { ...graph, nodes };
}

/** All nodes up to the one that makes the loss; what only hands it on may stand at the end of the graph. */
function forwardHalf(nodes: readonly Node[], loss: string, makers: ReadonlyMap<string, Node>): Set<Node> {
  let last = makers.get(loss);
  while (last !== undefined && (last.opType === "Identity" || last.opType === "Reshape")) last = makers.get(last.inputs[0] as string);
  if (last === undefined) throw new BugError(`no node makes the loss "${loss}"`);
  return new Set(nodes.slice(0, nodes.indexOf(last) + 1));
}

interface Choice {
  readonly forward: ReadonlySet<Node>;
  readonly operators: ReadonlySet<string>;
  readonly depth: number;
}

/** Forward values of cheap operators: how many of these stand one behind the other there, each `depth` of them ending in one that is kept. */
function cheapDepths(nodes: readonly Node[], { forward, operators, depth }: Choice): Map<string, number> {
  const depths = new Map<string, number>();
  for (const node of nodes) {
    const [output = "", ...others] = node.outputs;
    if (!forward.has(node) || node.domain !== "" || !operators.has(node.opType) || others.some((name) => name !== "")) continue;
    const own = 1 + Math.max(0, ...node.inputs.map((name) => depths.get(name) ?? 0));
    if (own <= depth) depths.set(output, own);
  }
  return depths;
}
