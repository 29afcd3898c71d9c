/**
 * @file What a training on pairs leaves beside the encoder: the text tower as a graph of its own, and the head through which pictures come into the space of the
 * texts, its BatchNormalizations turned into the plain numbers of the pictures they were counted on.
 */
import { createRandom } from "../../base/random.ts";
import { BugError } from "../../base/errors.ts";
import { GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Model } from "../../onnx/model.ts";
import { modelOf } from "../../onnx/new-model.ts";
import { newNode } from "../../onnx/new-node.ts";
import { tensorFrom } from "../../onnx/tensor-values.ts";
import type { HostTensor } from "../../runtime/training/executor.ts";
import { textsOf } from "../methods/clip.ts";
import type { Settings } from "../methods/method.ts";
import { Draft } from "../step/draft.ts";
import { addUnitLength } from "../whiten/whitening-nodes.ts";

export type TrainedState = ReadonlyMap<string, HostTensor>;

export const tokensInput = "tokens";
export const textOutput = "embedding";

/** [1, length] tokens -> [1, projection], unit length: the very nodes that were trained. */
export function textHalf(settings: Settings, state: TrainedState): Model {
  const builder = new GraphBuilder(17);
  const draft = new Draft(builder);
  const tokens = builder.input(tokensInput, "int64", [1, settings["length"] as number]);
  const context = { draft, random: createRandom(0), online: { label: "online", of: (name: string) => name, keepsStatistics: false } };
  const made = textsOf(context, settings, tokens, true);
  builder.add(newNode({ opType: "Identity", inputs: [made], outputs: [textOutput] }));
  const { graph, ...model } = modelOf(builder, [textOutput], "likeness-text");
  const weights = [...draft.parameters.keys()].map((name) => {
    const { shape, data } = valueOf(state, name);
    return tensorFrom(name, "float32", shape, data as Float32Array);
  });
  const inputs = graph.inputs.filter(({ name }) => name === tokensInput);
  return {
    ...model,
    opsets: new Map([["", builder.version]]),
    graph: { ...graph, inputs, initializers: [...graph.initializers, ...weights] },
  };
}

/** Means and biased variances of the hidden numbers before their norm, over the pictures that stand for the batch. */
export interface HiddenStatistics {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
}

/** Of `mlp.ts`. */
const epsilon = 1e-5;

/** The first layer alone, [n, d] -> [n, hidden]: to count on. @param prefix of names that the encoder's graph has none of */
export function addFirstLayer(
  builder: GraphBuilder,
  embedding: string,
  { state, prefix }: { state: TrainedState; prefix: string },
): string {
  const { shape, data } = valueOf(state, "projector/0/weights");
  return builder.node("MatMul", [embedding, builder.tensor(tensorFrom(`${prefix}first`, "float32", shape, data as Float32Array))]);
}

/** The trained head, [n, d] -> [n, projection], unit length. @param statistics null: the head has no norms */
export function addProjection(
  builder: GraphBuilder,
  embedding: string,
  { state, statistics, prefix }: { state: TrainedState; statistics: HiddenStatistics | null; prefix: string },
): string {
  const linear = (input: string, layer: number, weights: Float32Array, bias: Float32Array): string => {
    const { shape } = valueOf(state, `projector/${layer}/weights`);
    const held = builder.tensor(tensorFrom(`${prefix}${layer}/weights`, "float32", shape, weights));
    return builder.node("Gemm", [input, held, builder.tensor(tensorFrom(`${prefix}${layer}/bias`, "float32", [bias.length], bias))]);
  };
  const first = statistics === null ? plainLayer(state, 0) : foldedLayer(state, statistics);
  const hidden = builder.node("Relu", [linear(embedding, 0, first.weights, first.bias)]);
  const last = plainLayer(state, 1);
  return addUnitLength(builder, linear(hidden, 1, last.weights, last.bias));
}

function plainLayer(state: TrainedState, layer: number): { weights: Float32Array; bias: Float32Array } {
  const numbers = (part: string): Float32Array => valueOf(state, `projector/${layer}/${part}`).data as Float32Array;
  return { weights: numbers("weights"), bias: numbers("bias") };
}

/** (e W - mean) / sqrt(variance) scale + shift as one linear layer. */
function foldedLayer(state: TrainedState, { mean, variance }: HiddenStatistics): { weights: Float32Array; bias: Float32Array } {
  const numbers = (part: string): Float32Array => valueOf(state, `projector/0/${part}`).data as Float32Array;
  const [scale, shift] = [numbers("scale"), numbers("shift")];
  const factors = Float64Array.from(scale, (value, at) => value / Math.sqrt((variance[at] as number) + epsilon));
  const columns = factors.length;
  return {
    weights: numbers("weights").map((value, at) => value * (factors[at % columns] as number)),
    bias: shift.map((value, at) => value - (mean[at] as number) * (factors[at] as number)),
  };
}

function valueOf(state: TrainedState, name: string): HostTensor {
  const value = state.get(name);
  if (value === undefined) throw new BugError(`the trained state has no "${name}"`);
  return value;
}
