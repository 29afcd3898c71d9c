/**
 * @file BatchNormalization, at rest and over the batch, and the norms within one picture.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { floatOf, intOf } from "../../../../onnx/attributes.ts";
import { axisOf, inputAt } from "../../../../onnx/shapes/rule.ts";
import { elementCount } from "../../../../onnx/tensor-values.ts";
import { relayout, type Layout } from "../layout.ts";
import type { TensorflowApi } from "../load.ts";
import { has, plainly, unsupported, type Form, type FormContext, type Operation } from "../operation.ts";

/** How a value [batch, channels, ...] goes to the kernels' four axes with the channels last, and back. */
interface Passage {
  readonly layout: Layout;
  to(tensor: Tensor): Tensor;
  back(tensor: Tensor): Tensor;
}

function passageOf({ api }: FormContext, shape: readonly number[]): Passage {
  const same = (tensor: Tensor): Tensor => tensor;
  if (shape.length === 4) return { layout: "pixels", to: same, back: same };
  const [batch = 1, channels = 1, ...rest] = shape;
  const folded = [batch, channels, elementCount(rest), 1];
  return {
    layout: "plain",
    to: (tensor) => relayout(api, api.reshape(tensor, folded), { shape: folded, from: "plain", to: "pixels" }),
    back: (tensor) => api.reshape(relayout(api, tensor, { shape: folded, from: "pixels", to: "plain" }), [...shape]),
  };
}

const batchNormalization: Form = (context) => {
  const { kernels, node } = context;
  if (node.outputs.length > 1 || intOf(node, "training_mode", 0) === 1) return unsupported(node, "it is in training mode");
  const epsilon = floatOf(node, "epsilon", 1e-5);
  const passage = passageOf(context, inputAt(context, 0).shape);
  return perChannel(passage, 4, [passage.layout], ([x, scale, bias, mean, variance]) => [
    passage.back(kernels.normalizeAtRest({ x: passage.to(x), scale, bias, mean, variance, epsilon })),
  ]);
};

const batchNormalizationTraining: Form = (context) => {
  const epsilon = floatOf(context.node, "epsilon", 1e-5);
  const passage = passageOf(context, inputAt(context, 0).shape);
  return perChannel(passage, 2, [passage.layout, "plain", "plain"], ([x, scale, bias]) => {
    const [y, mean, variance] = context.kernels.normalize(passage.to(x), scale, bias, epsilon);
    return [passage.back(y), mean, variance];
  });
};

const batchNormalizationGradient: Form = (context) => {
  const epsilon = floatOf(context.node, "epsilon", 1e-5);
  const passage = passageOf(context, inputAt(context, 0).shape);
  const { layout } = passage;
  return {
    takes: [0, 1, 2, 3, 4].map((input) => ({ input, layout: input < 2 ? layout : "plain" })),
    gives: [layout, "plain", "plain"],
    run: (tensors) => {
      const [g, x, scale, mean, variance] = tensors as [Tensor, Tensor, Tensor, Tensor, Tensor];
      const given = { g: passage.to(g), x: passage.to(x), scale, mean, variance, epsilon };
      const [forX, forScale, forBias] = context.kernels.normalizeGradient(given);
      return [passage.back(forX), forScale, forBias];
    },
  };
};

type Tensors = readonly [Tensor, Tensor, Tensor, Tensor, Tensor];

/** A picture and so many lists of one number a channel. */
function perChannel({ layout }: Passage, lists: number, gives: readonly Layout[], run: (tensors: Tensors) => readonly Tensor[]): Operation {
  return {
    takes: Array.from({ length: lists + 1 }, (_, input) => ({ input, layout: input === 0 ? layout : "plain" })),
    gives,
    run: (tensors) => run(tensors as unknown as Tensors),
  };
}

/** (x - mean) / deviation over `axes`; beside it both statistics. */
function standardize(api: TensorflowApi, x: Tensor, axes: number[], epsilon: number): { y: Tensor; mean: Tensor; inverse: Tensor } {
  const mean = api.mean(x, axes, true);
  const centred = api.sub(x, mean);
  const inverse = api.rsqrt(api.add(api.mean(api.square(centred), axes, true), epsilon));
  return { y: api.mul(centred, inverse), mean, inverse };
}

const layerNormalization: Form = (context) => {
  const { api, node } = context;
  const { shape } = inputAt(context, 0);
  const from = axisOf(node, intOf(node, "axis", -1), shape.length);
  const axes = shape.flatMap((_, axis) => (axis < from ? [] : [axis]));
  const epsilon = floatOf(node, "epsilon", 1e-5);
  return plainly(context, has(context, 2) ? [0, 1, 2] : [0, 1], (x, scale, bias) => {
    const { y, mean, inverse } = standardize(api, x as Tensor, axes, epsilon);
    const scaled = api.mul(y, scale as Tensor);
    const made = [bias === undefined ? scaled : api.add(scaled, bias), mean, inverse];
    return made.slice(0, node.outputs.length);
  });
};

/** Over groups of channels of one picture; scale and bias of each channel (of each group in older versions). */
function grouped(groupsOf: (channels: number) => number): Form {
  return (context) => {
    const { api, node } = context;
    const { shape } = inputAt(context, 0);
    const [batch = 1, channels = 1, ...rest] = shape;
    const groups = groupsOf(channels);
    const epsilon = floatOf(node, "epsilon", 1e-5);
    const perGroup = inputAt(context, 1).shape[0] === groups && groups !== channels;
    const tail = rest.map(() => 1);
    return plainly(context, [0, 1, 2], (x, scale, bias) => {
      const { y } = standardize(api, api.reshape(x as Tensor, [batch, groups, -1]), [2], epsilon);
      const spread = (value: Tensor): Tensor => api.reshape(value, perGroup ? [1, groups, 1] : [1, channels, ...tail]);
      if (perGroup) return api.reshape(api.add(api.mul(y, spread(scale as Tensor)), spread(bias as Tensor)), [...shape]);
      return api.add(api.mul(api.reshape(y, [...shape]), spread(scale as Tensor)), spread(bias as Tensor));
    });
  };
}

const groupNormalization: Form = (context) => grouped(() => intOf(context.node, "num_groups", 1))(context);

const lpNormalization: Form = (context) => {
  const { api, node } = context;
  const axis = axisOf(node, intOf(node, "axis", -1), inputAt(context, 0).shape.length);
  const power = intOf(node, "p", 2);
  return plainly(context, [0], (value) => {
    const x = value as Tensor;
    const length = power === 1 ? api.sum(api.abs(x), axis, true) : api.sqrt(api.sum(api.square(x), axis, true));
    return api.div(x, length);
  });
};

export const normalizationForms: Readonly<Record<string, Form>> = {
  BatchNormalization: batchNormalization,
  GroupNormalization: groupNormalization,
  InstanceNormalization: grouped((channels) => channels),
  LayerNormalization: layerNormalization,
  LpNormalization: lpNormalization,
};

export const normalizationTrainingForms: Readonly<Record<string, Form>> = {
  BatchNormalizationGradient: batchNormalizationGradient,
  BatchNormalizationTraining: batchNormalizationTraining,
};
