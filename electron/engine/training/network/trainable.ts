/**
 * @file Which weights of a network are trained. A file says nothing of that, so they are told by where they stand: what multiplies or shifts the pictures
 * on their way is a weight, what a norm remembers, a mask or a size is none.
 */
import { UserError } from "../../base/errors.ts";
import type { Model, Node, Tensor } from "../../onnx/model.ts";
import { simplify } from "../../onnx/simplify.ts";
import { elementCount, floatsOf } from "../../onnx/tensor-values.ts";
import type { Types } from "../../onnx/type-table.ts";
import { narrowest, numbersAcross } from "./cuts.ts";
import type { Network } from "./network.ts";

export const trainableLevels = ["adapter", "norm", "last", "all"] as const;
/** `adapter`: a head on the embedding; `norm`: scales, shifts and statistics of norms; `last`: the last stage; `all`: everything. */
export type TrainableLevel = (typeof trainableLevels)[number];

/** Names of the initializers. @param size of a picture, for networks whose shapes depend on it */
export function trainableWeights(network: Network, level: TrainableLevel, size: number): ReadonlySet<string> {
  if (level === "adapter") return new Set();
  const shapes = new Map(network.inputs.map(({ name, shape }) => [name, [1, ...shape.map((each) => each ?? size)]]));
  const { model, types } = simplify(network.model, shapes);
  const weights = weightsOf(model);
  const chosen =
    level === "all"
      ? weights.map(({ name }) => name)
      : level === "norm"
        ? weights.filter(({ isNorm }) => isNorm).map(({ name }) => name)
        : lastStage(model, types, weights);
  if (chosen.length === 0)
    throw new UserError(
      "trainable",
      `This network has no weights of the level "${level}"; expected another of ${trainableLevels.join(", ")}.`,
    );
  return new Set(chosen);
}

interface Weight {
  readonly name: string;
  readonly isNorm: boolean;
  /** Index of the node that uses it first. */
  readonly at: number;
  readonly count: number;
}

const normOperators = new Set(["BatchNormalization", "LayerNormalization", "GroupNormalization", "InstanceNormalization"]);
/** Operator -> inputs that may be weights; all others hold sizes, bounds or places. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  Add: [0, 1], BatchNormalization: [1, 2], Concat: [0, 1, 2, 3], Conv: [1, 2], ConvTranspose: [1, 2], Div: [1], Expand: [0], Gather: [0], Gemm: [0, 1, 2],
  GroupNormalization: [1, 2], InstanceNormalization: [1, 2], LayerNormalization: [1, 2], MatMul: [0, 1], Mul: [0, 1], PRelu: [1], Reshape: [0], Sub: [1],
  Transpose: [0], Unsqueeze: [0], Squeeze: [0], Slice: [0], Identity: [0], Tile: [0],
}; // prettier-ignore

function weightsOf(model: Model): Weight[] {
  const tensors = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const found = new Map<string, Weight>();
  const makers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  /** What follows from the pictures. */
  const seen = new Set(model.graph.inputs.map(({ name }) => name));
  let hasSeenProduct = false;
  model.graph.nodes.forEach((node, at) => {
    if (node.inputs.some((name) => seen.has(name))) for (const name of node.outputs) seen.add(name);
    const isProduct = node.opType === "Conv" || node.opType === "MatMul" || node.opType === "Gemm";
    // What stands before the first product prepares the picture (mean and deviation of the colours).
    if (isProduct) hasSeenProduct = true;
    if (!hasSeenProduct || node.domain !== "") return;
    for (const index of weightInputs[node.opType] ?? []) {
      const tensor = tensors.get(node.inputs[index] ?? "");
      if (tensor === undefined || found.has(tensor.name) || !isWeight(tensor, node, seen)) continue;
      const count = elementCount(tensor.dimensions);
      found.set(tensor.name, { name: tensor.name, isNorm: normOperators.has(node.opType) || isNormInParts(node, makers), at, count });
    }
  });
  return [...found.values()];
}

function isWeight(tensor: Tensor, node: Node, seen: ReadonlySet<string>): boolean {
  if (tensor.elementType !== "float32" || elementCount(tensor.dimensions) < 2) return false;
  // A table of places goes through a little net of its own (Swin V2): its weights are trained, the places are not.
  if (node.opType === "MatMul" && tensor.name === node.inputs[0] && !seen.has(node.inputs[1] ?? "")) return false;
  return node.opType !== "Add" || !isMask(tensor);
}

/** Scale or shift of a LayerNormalization as exporters wrote it before there was an operator: (x - mean) / sqrt(...) * scale + shift. */
function isNormInParts(node: Node, makers: ReadonlyMap<string, Node>): boolean {
  const before = (one: Node | undefined, opType: string): Node | undefined =>
    one?.inputs.map((name) => makers.get(name)).find((maker) => maker?.opType === opType);
  const scaling = node.opType === "Mul" ? node : node.opType === "Add" ? before(node, "Mul") : undefined;
  return before(before(scaling, "Div"), "Sqrt") !== undefined;
}

/** Two values, one of them far below: what keeps windows of attention apart. */
function isMask(tensor: Tensor): boolean {
  const values = new Set<number>();
  for (const value of floatsOf(tensor)) {
    values.add(value);
    if (values.size > 2) return false;
  }
  return values.size === 2 && [...values].some((value) => value <= -50);
}

/** From the first node of the last stage on: its place is where little is alive, so that little has to be kept of the frozen part. */
function lastStage(model: Model, types: Types, weights: readonly Weight[]): string[] {
  const across = numbersAcross(model, types);
  const cut = lastHalving(model, types, across, weights) ?? lastBlocks(model, across, weights);
  return weights.filter(({ at }) => at >= cut).map(({ name }) => name);
}

/** An inverted bottleneck widens, and one with attention to channels does more, before it halves: the stage begins at most so many nodes earlier. */
const searched = 12;

/** Where the picture becomes smaller for the last time and convolutions follow; null where there is no such place (transformers). */
function lastHalving(model: Model, { types }: Types, across: Float64Array, weights: readonly Weight[]): number | null {
  const { nodes } = model.graph;
  const sideOf = (name: string | undefined): number => {
    const { shape = [] } = types.get(name ?? "") ?? {};
    return shape.length === 4 ? Math.max(shape[2] ?? 1, shape[3] ?? 1) : 0;
  };
  const halvings = nodes.flatMap(({ opType, inputs, outputs }, at) => {
    const [before, after] = [sideOf(inputs[0]), sideOf(outputs[0])];
    return (opType === "Conv" || opType === "MaxPool" || opType === "AveragePool") && after > 1 && before > after ? [{ at, after }] : [];
  });
  // A residual block halves twice, on both of its ways.
  const first = halvings.find(({ after }) => after === halvings.at(-1)?.after)?.at ?? 0;
  const isConvolutional = weights.some(({ at }) => at > first && nodes[at]?.opType === "Conv");
  if (!isConvolutional || first <= nodes.length / 4) return null;
  return narrowest(across, first - searched, first);
}

/** Blocks of a transformer, told by their Softmaxes, that are its last stage. */
const lastBlockCount = 2;

/** Where the last two blocks begin; a quarter of the weights where there are not as many. */
function lastBlocks(model: Model, across: Float64Array, weights: readonly Weight[]): number {
  const softmaxes = model.graph.nodes.flatMap(({ opType }, at) => (opType === "Softmax" ? [at] : []));
  const begin = softmaxes.at(-lastBlockCount);
  const before = softmaxes.at(-lastBlockCount - 1);
  if (begin !== undefined && before !== undefined) return narrowest(across, before, begin);
  const total = weights.reduce((sum, { count }) => sum + count, 0);
  let taken = 0;
  for (const { at, count } of [...weights].sort((one, other) => other.at - one.at)) {
    taken += count;
    if (taken >= total / 4) return narrowest(across, at - searched, at);
  }
  return 0;
}
