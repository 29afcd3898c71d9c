/**
 * @file Puts standard operators in the place of our own (onnx/shapes/training.ts), so that any runtime runs the graph.
 */
import { BugError } from "../../base/errors.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Model, Node } from "../../onnx/model.ts";
import { mergeEqualNodes } from "../../onnx/passes/merge-equal-nodes.ts";
import { removeDeadNodes } from "../../onnx/passes/remove-dead-nodes.ts";
import { trainingDomain } from "../../onnx/shapes/training.ts";
import { convInputGradient } from "./convolution-input.ts";
import { convWeightGradient } from "./convolution-weights.ts";
import { batchNormalizationGradient, batchNormalizationTraining } from "./normalization.ts";
import { adamStep, average, clipGradient, reluGradient, sgdStep } from "./pointwise.ts";
import { rewrite } from "./rewrite.ts";

export interface LoweringContext {
  readonly builder: GraphBuilder;
  readonly node: Node;
  readonly inputs: readonly string[];
}

/** Nodes for what the operator means; gives the names of its outputs. */
export type Lowering = (context: LoweringContext) => readonly string[];

/** A form that is not for every shape: null leaves the node to the next form, or as it is. */
export type PartialLowering = (context: LoweringContext) => readonly string[] | null;

const lowerings: Readonly<Record<string, Lowering>> = {
  AdamStep: adamStep,
  Average: average,
  BatchNormalizationGradient: batchNormalizationGradient,
  BatchNormalizationTraining: batchNormalizationTraining,
  ClipGradient: clipGradient,
  ConvInputGradient: convInputGradient,
  ConvWeightGradient: convWeightGradient,
  ReluGradient: reluGradient,
  SgdStep: sgdStep,
  StopGradient: ({ inputs }) => inputs,
};

export interface LowerOptions {
  /** Operators of our own that stay as they are. */
  readonly keeps?: (node: Node) => boolean;
  /** Forms of a device, for operators of ours and of ONNX, by name; they come before the common ones. */
  readonly forms?: Readonly<Record<string, PartialLowering>>;
}

/** The same model without operators of our own; its inputs and outputs keep their names. Shapes must be static. */
export function lower(model: Model, { keeps = () => false, forms = {} }: LowerOptions = {}): Model {
  const made = rewrite(model, "standard/", ({ builder, node }) => madeOf({ builder, node, inputs: node.inputs }));
  const isPlain = made.graph.nodes.every(({ domain }) => domain !== trainingDomain);
  return {
    ...made,
    opsets: new Map([...model.opsets].filter(([domain]) => !isPlain || domain !== trainingDomain)),
    // Forms that stand for several operators ask for the same slices, transposes and scales.
    graph: removeDeadNodes(mergeEqualNodes(made.graph)),
  };

  /** Null: the node stays. */
  function madeOf(context: LoweringContext): readonly string[] | null {
    const { node } = context;
    const isOurs = node.domain === trainingDomain;
    if (isOurs && keeps(node)) return null;
    const special = isOurs || node.domain === "" ? (forms[node.opType]?.(context) ?? null) : null;
    if (special !== null || !isOurs) return special;
    const lowering = lowerings[node.opType];
    if (lowering === undefined) throw new BugError(`${trainingDomain}.${node.opType} has no standard form`);
    return lowering(context);
  }
}
