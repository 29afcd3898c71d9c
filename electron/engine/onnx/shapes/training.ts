/**
 * @file Operators of our own domain: what a training step does that ONNX has no one operator for. Each has a definition in standard operators
 * (autodiff/lower/), so a graph that uses them stays plain ONNX; an executor that has a quick form of one may use that instead.
 *
 * | operator | inputs | outputs |
 * |---|---|---|
 * | ConvInputGradient | g, weights | gradient of the picture; attributes of Conv in full, `shape` of the picture |
 * | ConvWeightGradient | x, g | gradient of the weights; attributes of Conv in full, `kernel_shape` |
 * | BatchNormalizationTraining | x, scale, bias | y, mean [C], variance [C] (biased) |
 * | BatchNormalizationGradient | g, x, scale, mean, variance | gradients of x, scale, bias; with `unscaled` that of x lacks the factor scale / deviation |
 * | ReluGradient | g, x or y of the Relu | g where it is above 0 |
 * | ClipGradient | g, x or y of the Clip | g where it lies strictly between `min` and `max` |
 * | SgdStep | weights, g, velocity, rate | weights, velocity: v = momentum v + g + decay w; w -= rate v (rate (g + momentum v) for `nesterov`) |
 * | AdamStep | weights, g, first, second, rate, step | weights, first, second (Kingma and Ba 2014; Loshchilov and Hutter 2017: `decoupled` decay) |
 * | StopGradient | x | x, through which no gradient passes |
 * | Average | old, new, keep | keep old + (1 - keep) new |
 */
import { intOf, intsOf } from "../attributes.ts";
import type { Node } from "../model.ts";
import { inputAt, refuse, type Rule } from "./rule.ts";

export const trainingDomain = "likeness.training";

export function isOurs({ domain, opType }: Node, name: TrainingOperatorName): boolean {
  return domain === trainingDomain && opType === name;
}

const likeFirst: Rule = (context) => [inputAt(context, 0)];

const convInputGradient: Rule = (context) => {
  const g = inputAt(context, 0);
  const shape = intsOf(context.node, "shape", []);
  if (shape.length !== g.shape.length) refuse(context.node, `has the shape [${shape.join(", ")}] for a gradient of ${g.shape.length} axes`);
  return [{ ...g, shape }];
};

const convWeightGradient: Rule = (context) => {
  const [x, g] = [inputAt(context, 0), inputAt(context, 1)];
  const kernel = intsOf(context.node, "kernel_shape", []);
  return [{ ...g, shape: [g.shape[1] ?? 1, (x.shape[1] ?? 1) / intOf(context.node, "group", 1), ...kernel] }];
};

const batchNormalizationTraining: Rule = (context) => {
  const [x, scale] = [inputAt(context, 0), inputAt(context, 1)];
  return [x, scale, scale];
};

const batchNormalizationGradient: Rule = (context) => {
  const [g, scale] = [inputAt(context, 0), inputAt(context, 2)];
  return [g, scale, scale];
};

const sgdStep: Rule = (context) => [inputAt(context, 0), inputAt(context, 2)];

const adamStep: Rule = (context) => [inputAt(context, 0), inputAt(context, 2), inputAt(context, 3)];

export const trainingRules = {
  AdamStep: adamStep,
  Average: likeFirst,
  BatchNormalizationGradient: batchNormalizationGradient,
  BatchNormalizationTraining: batchNormalizationTraining,
  ClipGradient: likeFirst,
  ConvInputGradient: convInputGradient,
  ConvWeightGradient: convWeightGradient,
  ReluGradient: likeFirst,
  SgdStep: sgdStep,
  StopGradient: likeFirst,
} as const satisfies Readonly<Record<string, Rule>>;

export type TrainingOperatorName = keyof typeof trainingRules;
