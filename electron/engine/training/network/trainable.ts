/**
 * @file Which weights of a network are trained. A file says nothing of that, so they are told by where they stand: what multiplies or shifts the pictures
 * on their way is a weight, what a norm remembers, a mask or a size is none.
 */
import { UserError } from "../../base/errors.ts";
import type { Model, Node, Tensor } from "../../onnx/model.ts";
import { simplify } from "../../onnx/simplify.ts";
import { elementCount, floatsOf } from "../../onnx/tensor-values.ts";
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
        : lastStage(model, types.types, weights);
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
  let hasSeenProduct = false;
  model.graph.nodes.forEach((node, at) => {
    const isProduct = node.opType === "Conv" || node.opType === "MatMul" || node.opType === "Gemm";
    // What stands before the first product prepares the picture (mean and deviation of the colours).
    if (isProduct) hasSeenProduct = true;
    if (!hasSeenProduct || node.domain !== "") return;
    for (const index of weightInputs[node.opType] ?? []) {
      const tensor = tensors.get(node.inputs[index] ?? "");
      if (tensor === undefined || found.has(tensor.name) || !isWeight(tensor, node)) continue;
      const count = elementCount(tensor.dimensions);
      found.set(tensor.name, { name: tensor.name, isNorm: normOperators.has(node.opType), at, count });
    }
  });
  return [...found.values()];
}

function isWeight(tensor: Tensor, node: Node): boolean {
  if (tensor.elementType !== "float32" || elementCount(tensor.dimensions) < 2) return false;
  return node.opType !== "Add" || !isMask(tensor);
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

/**
 * From the last halving of the picture on; where nothing is halved (transformers), the last two of the blocks, told by their Softmaxes. The cut is
 * moved to the narrowest place shortly before, so that little has to be kept of the frozen part.
 */
function lastStage(model: Model, types: ReadonlyMap<string, { readonly shape: readonly number[] }>, weights: readonly Weight[]): string[] {
  const { nodes } = model.graph;
  const areaOf = (name: string): number => {
    const { shape = [] } = types.get(name) ?? {};
    return shape.length === 4 ? Math.max(shape[2] ?? 1, shape[3] ?? 1) : 0;
  };
  let halving = -1;
  nodes.forEach((node, at) => {
    const [before, after] = [areaOf(node.inputs[0] ?? ""), areaOf(node.outputs[0] ?? "")];
    if ((node.opType === "Conv" || node.opType === "MaxPool" || node.opType === "AveragePool") && after > 1 && before > after) halving = at;
  });
  const isConvolutional = weights.some(({ at }) => halving > 0 && at > halving && nodes[at]?.opType === "Conv");
  if (isConvolutional && halving > nodes.length / 4) {
    const cut = narrowestBefore(model, types, halving);
    return weights.filter(({ at }) => at >= cut).map(({ name }) => name);
  }
  const blocks = nodes.filter(({ opType }) => opType === "Softmax").length;
  const share = blocks > 2 ? 2 / blocks : 1 / 4;
  const total = weights.reduce((sum, { count }) => sum + count, 0);
  const chosen: string[] = [];
  let taken = 0;
  for (const weight of [...weights].sort((one, other) => other.at - one.at)) {
    if (taken >= share * total) break;
    taken += weight.count;
    chosen.push(weight.name);
  }
  return chosen;
}

/** How far before the halving the stage may begin: an inverted bottleneck widens first. */
const searched = 8;

function narrowestBefore(model: Model, types: ReadonlyMap<string, { readonly shape: readonly number[] }>, halving: number): number {
  const { nodes } = model.graph;
  let best = halving;
  let least = Infinity;
  for (let at = halving; at >= Math.max(0, halving - searched); at--) {
    const size = elementCount(types.get(nodes[at]?.inputs[0] ?? "")?.shape ?? [Infinity]);
    if (size < least) [best, least] = [at, size];
  }
  return best;
}
