/**
 * @file Puts a copy of a network into a step graph, for a batch of known size. Weights are values of the step graph, so that the copies of one step
 * (several kinds of views, a momentum network) share or exchange them.
 */
import { BugError } from "../../base/errors.ts";
import { floatOf } from "../../onnx/attributes.ts";
import { float, int, type GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Node } from "../../onnx/model.ts";
import { simplify } from "../../onnx/simplify.ts";
import type { Network } from "./network.ts";

export interface InstantiateOptions {
  readonly builder: GraphBuilder;
  readonly network: Network;
  /** Values of the step graph for the network's inputs, in order. */
  readonly inputs: readonly string[];
  /** Begins the names of everything inside. */
  readonly prefix: string;
  /** What stands for an initializer; null where it is a constant. */
  readonly weightOf: (initializer: string) => string | null;
  /** Whether this BatchNormalization takes the statistics of the batch. */
  readonly usesBatch: (node: Node) => boolean;
  /** Statistics over this many parts of the batch, each alone: 1 is the whole batch. */
  readonly parts: number;
}

export interface Instance {
  readonly embedding: string;
  readonly featureMap: string | null;
  /** Running statistics after this batch, by the initializer that holds them. */
  readonly statistics: ReadonlyMap<string, string>;
}

export function instantiate(options: InstantiateOptions): Instance {
  const { builder, network, prefix, weightOf } = options;
  const shapes = new Map(network.inputs.map(({ name }, at) => [name, builder.shapeOf(options.inputs[at] as string)]));
  const { model } = simplify(network.model, shapes);
  const standsFor = new Map(network.inputs.map(({ name }, at) => [name, options.inputs[at] as string]));
  for (const tensor of model.graph.initializers)
    standsFor.set(tensor.name, weightOf(tensor.name) ?? builder.shared({ ...tensor, name: `constant/${tensor.name}` }));
  const statistics = new Map<string, string>();
  for (const node of model.graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? "" : known(standsFor, name)));
    const outputs = node.outputs.map((name) => (name === "" ? "" : `${prefix}${name}`));
    node.outputs.forEach((name, at) => standsFor.set(name, outputs[at] as string));
    const given = { ...node, inputs, outputs, name: `${prefix}${node.name}` };
    if (node.opType === "BatchNormalization" && node.domain === "" && options.usesBatch(node))
      overBatch(options, given, node, (name) => standsFor.set(node.outputs[0] as string, name), statistics);
    else builder.add(given);
  }
  const featureMap = network.featureMap === null ? null : known(standsFor, network.featureMap);
  return { embedding: known(standsFor, network.embedding), featureMap, statistics };
}

function known(standsFor: ReadonlyMap<string, string>, name: string): string {
  const value = standsFor.get(name);
  if (value === undefined) throw new BugError(`nothing makes the value "${name}" of the network`);
  return value;
}

/** The node with statistics of the batch, and what they do to the running ones (those count the unbiased variance, as everywhere). */
function overBatch(
  { builder, parts }: InstantiateOptions,
  given: Node,
  original: Node,
  name: (output: string) => void,
  statistics: Map<string, string>,
): void {
  const [x, scale, bias, mean, variance] = given.inputs as [string, string, string, string, string];
  const shape = builder.shapeOf(x);
  const [rows = 1, channels = 1, ...rest] = shape;
  if (rows % parts !== 0) throw new BugError(`${rows} rows do not split into ${parts} parts`);
  // Row i * parts + p becomes row i of channel group p.
  const split = parts === 1 ? x : builder.reshape(x, [rows / parts, parts * channels, ...rest]);
  const widen = (value: string): string =>
    parts === 1 ? value : builder.node("Concat", Array<string>(parts).fill(value), { axis: int(0) });
  const [made = "", batchMean = "", batchVariance = ""] = builder.training(
    "BatchNormalizationTraining",
    [split, widen(scale), widen(bias)],
    3,
    {
      epsilon: float(floatOf(original, "epsilon", 1e-5)),
    },
  );
  name(parts === 1 ? made : builder.reshape(made, shape));
  const keep = builder.scalar(floatOf(original, "momentum", 0.9), x);
  const count = (rows / parts) * rest.reduce((product, size) => product * size, 1);
  const joined = (value: string): string => (parts === 1 ? value : meanOfParts(builder, value, parts, channels));
  const unbiased = builder.node("Mul", [joined(batchVariance), builder.scalar(count / Math.max(1, count - 1), x)]);
  const update = (old: string, fresh: string): string => builder.training("Average", [old, fresh, keep], 1)[0] as string;
  statistics.set(original.inputs[3] as string, update(mean, joined(batchMean)));
  statistics.set(original.inputs[4] as string, update(variance, unbiased));
}

function meanOfParts(builder: GraphBuilder, value: string, parts: number, channels: number): string {
  const rows = builder.reshape(value, [parts, channels]);
  const row = builder.constant(
    builder.typeOf(value).elementType,
    [1, parts],
    Array.from({ length: parts }, () => 1 / parts),
  );
  return builder.reshape(builder.node("MatMul", [row, rows]), [channels]);
}
