/**
 * @file Masks of gradients, the steps of optimizers and running averages: the rest of our own domain (onnx/shapes/training.ts).
 */
import type { Tensor } from "@tensorflow/tfjs";

import { floatOf, intOf } from "../../../../onnx/attributes.ts";
import type { Layout } from "../layout.ts";
import type { Form, FormContext, Operation } from "../operation.ts";
import { elementwiseForms, pointwise } from "./elementwise.ts";

const reluGradient: Form = (context) => pointwise(context, ([g, y]) => context.kernels.reluGradient(g as Tensor, y as Tensor));

const clipGradient: Form = (context) => {
  const { api, kernels, node } = context;
  const [low, high] = [floatOf(node, "min", -Infinity), floatOf(node, "max", Infinity)];
  if (low === 0 && high === 6) return pointwise(context, ([g, y]) => kernels.relu6Gradient(g as Tensor, y as Tensor));
  if (low === 0 && high === Infinity) return reluGradient(context);
  if (low === -Infinity && high === Infinity) return pointwise(context, ([g]) => api.clone(g as Tensor));
  return pointwise(context, ([g, y]) => {
    const inside = api.logicalAnd(api.greater(y as Tensor, low), api.less(y as Tensor, high));
    return kernels.select(inside, g as Tensor, api.scalar(0));
  });
};

/** Weights, gradient and state of one parameter lie as the weights do. @param numbers inputs that are one number each */
function optimizer(context: FormContext, outputs: number, numbers: readonly number[], run: Operation["run"]): Operation {
  const layout: Layout = context.layoutOf(0);
  return {
    takes: context.inputs.map((_, input) => ({ input, layout: numbers.includes(input) ? "plain" : layout })),
    gives: Array.from({ length: outputs }, () => layout),
    run,
  };
}

const sgdStep: Form = (context) => {
  const { api, node } = context;
  const [momentum, decay] = [floatOf(node, "momentum", 0), floatOf(node, "decay", 0)];
  const isAhead = intOf(node, "nesterov", 0) === 1;
  return optimizer(context, 2, [3], (tensors) => {
    const [weights, gradient, velocity, rate] = tensors as [Tensor, Tensor, Tensor, Tensor];
    const g = decay === 0 ? gradient : api.add(gradient, api.mul(weights, decay));
    const moved = api.add(api.mul(velocity, momentum), g);
    const ahead = isAhead ? api.add(g, api.mul(moved, momentum)) : moved;
    return [api.sub(weights, api.mul(ahead, rate)), moved];
  });
};

/** The corrections for having begun at 0 are numbers: they go into the rate and under the root. */
const adamStep: Form = (context) => {
  const { api, node } = context;
  const [beta1, beta2] = [floatOf(node, "beta1", 0.9), floatOf(node, "beta2", 0.999)];
  const [epsilon, decay] = [floatOf(node, "epsilon", 1e-8), floatOf(node, "decay", 0)];
  const isDecoupled = intOf(node, "decoupled", 0) === 1;
  return optimizer(context, 3, [4, 5], (tensors) => {
    const [weights, gradient, first, second, rate, step] = tensors as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const g = isDecoupled || decay === 0 ? gradient : api.add(gradient, api.mul(weights, decay));
    const mean = api.add(api.mul(first, beta1), api.mul(g, 1 - beta1));
    const square = api.add(api.mul(second, beta2), api.mul(api.square(g), 1 - beta2));
    const correction = (beta: number): Tensor => api.sub(1, api.pow(beta, step));
    const root = api.add(api.sqrt(api.div(square, correction(beta2))), epsilon);
    const moved = api.mul(api.div(mean, root), api.div(rate, correction(beta1)));
    const kept = isDecoupled && decay !== 0 ? api.mul(weights, api.sub(1, api.mul(rate, decay))) : weights;
    return [api.sub(kept, moved), mean, square];
  });
};

const average: Form = (context) => {
  const { api } = context;
  return optimizer(context, 1, [2], (tensors) => {
    const [old, fresh, keep] = tensors as [Tensor, Tensor, Tensor];
    return [api.add(api.mul(old, keep), api.mul(fresh, api.sub(1, keep)))];
  });
};

export const trainingForms: Readonly<Record<string, Form>> = {
  AdamStep: adamStep,
  Average: average,
  ClipGradient: clipGradient,
  ReluGradient: reluGradient,
  SgdStep: sgdStep,
  StopGradient: elementwiseForms["Identity"] as Form,
};
