/**
 * @file A BatchNormalization at rest behind a convolution becomes part of its weights and bias: w' = w scale / deviation, b' = (b - mean) scale / deviation + shift.
 */
import { floatOf } from "../attributes.ts";
import type { Graph, Node, Tensor } from "../model.ts";
import { floatsOf, tensorFrom } from "../tensor-values.ts";
import { removeDeadNodes } from "./remove-dead-nodes.ts";

/** Weights that others take too, or that are made by nodes, stay as they are. */
export function foldBatchNorm(graph: Graph): Graph {
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const uses = new Map<string, number>();
  const count = (name: string): void => void uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const node of graph.nodes) node.inputs.forEach(count);
  for (const { name } of graph.outputs) count(name);
  const replaced = new Map<Node, Node | null>();
  for (const norm of graph.nodes) {
    if (norm.opType !== "BatchNormalization" || norm.domain !== "") continue;
    const convolution = makers.get(norm.inputs[0] as string);
    if (convolution?.opType !== "Conv" || convolution.domain !== "" || uses.get(convolution.outputs[0] as string) !== 1) continue;
    const folded = fold(convolution, norm, initializers, uses);
    if (folded === null) continue;
    for (const tensor of folded.tensors) initializers.set(tensor.name, tensor);
    replaced.set(convolution, folded.node).set(norm, null);
  }
  const nodes = graph.nodes.flatMap((node) => {
    const other = replaced.get(node);
    return other === undefined ? [node] : other === null ? [] : [other];
  });
  return removeDeadNodes({ ...graph, nodes, initializers: [...initializers.values()], valueInfos: [] });
}

function fold(
  convolution: Node,
  norm: Node,
  initializers: ReadonlyMap<string, Tensor>,
  uses: ReadonlyMap<string, number>,
): { readonly node: Node; readonly tensors: readonly Tensor[] } | null {
  const [x = "", weightsName = "", biasName = ""] = convolution.inputs;
  const weights = initializers.get(weightsName);
  const bias = biasName === "" ? undefined : initializers.get(biasName);
  const [scale, shift, mean, variance] = norm.inputs.slice(1).map((name) => initializers.get(name));
  if (weights?.elementType !== "float32" || uses.get(weightsName) !== 1 || (biasName !== "" && bias === undefined)) return null;
  if (!scale || !shift || !mean || !variance) return null;
  const epsilon = floatOf(norm, "epsilon", 1e-5);
  const [scales, shifts, means, variances] = [scale, shift, mean, variance].map(floatsOf) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const factors = Float64Array.from(scales, (each, channel) => each / Math.sqrt((variances[channel] as number) + epsilon));
  const old = floatsOf(weights);
  const each = old.length / factors.length;
  const biases = bias === undefined ? null : floatsOf(bias);
  const foldedWeights = old.map((value, at) => value * (factors[Math.floor(at / each)] as number));
  const foldedBias = Float32Array.from(
    factors,
    (factor, channel) => ((biases?.[channel] ?? 0) - (means[channel] as number)) * factor + (shifts[channel] as number),
  );
  const [output = ""] = norm.outputs;
  return {
    node: { ...convolution, inputs: [x, `${output}/weights`, `${output}/bias`], outputs: [output] },
    tensors: [
      tensorFrom(`${output}/weights`, "float32", weights.dimensions, foldedWeights),
      tensorFrom(`${output}/bias`, "float32", [factors.length], foldedBias),
    ],
  };
}
