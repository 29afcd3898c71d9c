/**
 * @file Convolutions and their gradients, of pictures: [batch, channels, height, width] with filters [out, in / groups, height, width]. Groups of
 * one channel each have kernels of their own; other groups are cut apart. Dilated filters are written out with their zeros, which every kernel takes.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { intOf, intsOf } from "../../../../onnx/attributes.ts";
import { inputAt } from "../../../../onnx/shapes/rule.ts";
import { convolutionWindow } from "../../../../onnx/shapes/spatial.ts";
import type { Kernels, Window } from "../kernels.ts";
import type { TensorflowApi } from "../load.ts";
import { has, unsupported, type Form, type FormContext } from "../operation.ts";

interface Plan {
  readonly window: Window;
  readonly groups: number;
  /** One filter a channel. */
  readonly isDepthwise: boolean;
  readonly dilations: readonly [number, number];
}

/** @param picture shape of what the convolution takes @param filter shape of its weights */
function planOf(context: FormContext, picture: readonly number[], filter: readonly number[]): Plan {
  const { node } = context;
  if (picture.length !== 4) return unsupported(node, `it convolves ${picture.length - 2} axes; TensorFlow.js convolves 2 here`);
  const { strides, pads, dilations } = convolutionWindow(node, picture, filter);
  const groups = intOf(node, "group", 1);
  return {
    window: { strides: strides as [number, number], pads: pads as [number, number, number, number] },
    groups,
    isDepthwise: groups > 1 && filter[1] === 1 && picture[1] === groups && strides[0] === strides[1],
    dilations: dilations as [number, number],
  };
}

const conv: Form = (context) => {
  const { api, kernels } = context;
  const [x, weights] = [inputAt(context, 0), inputAt(context, 1)];
  const plan = planOf(context, x.shape, weights.shape);
  const hasBias = has(context, 2);
  return {
    takes: [{ input: 0, layout: "pixels" }, { input: 1, layout: "filter" }, ...(hasBias ? [{ input: 2, layout: "plain" as const }] : [])],
    gives: ["pixels"],
    run: ([picture, filter, bias]) => {
      const made = forward(api, kernels, plan, picture as Tensor, filter as Tensor);
      return [bias === undefined ? made : api.add(made, bias)];
    },
  };
};

const convInputGradient: Form = (context) => {
  const shape = intsOf(context.node, "shape", []);
  const plan = planOf(context, shape, inputAt(context, 1).shape);
  return backToPicture(context, plan, shape);
};

/** A transposed convolution is the gradient of one that makes its input from its output. */
const convTranspose: Form = (context) => {
  const { node, api } = context;
  const weights = inputAt(context, 1).shape;
  const shape = context.outputs[0]?.shape ?? [];
  if (intsOf(node, "output_shape", null) !== null) return unsupported(node, "it asks for an output_shape");
  const operation = backToPicture(context, planOf(context, shape, weights), shape);
  if (!has(context, 2)) return operation;
  return {
    ...operation,
    takes: [...operation.takes, { input: 2, layout: "plain" }],
    run: ([g, filter, bias]) => operation.run([g as Tensor, filter as Tensor]).map((each) => api.add(each, bias as Tensor)),
  };
};

function backToPicture({ api, kernels }: FormContext, plan: Plan, shape: readonly number[]): ReturnType<Form> {
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const held = [batch, height, width, channels];
  return {
    takes: [
      { input: 0, layout: "pixels" },
      { input: 1, layout: "filter" },
    ],
    gives: ["pixels"],
    run: ([g, weights]) => {
      const filter = dilated(api, weights as Tensor, plan.dilations);
      const { window, groups } = plan;
      if (plan.isDepthwise) return [kernels.depthwiseInput(g as Tensor, asDepthwise(api, filter, groups), window, held)];
      if (groups === 1) return [kernels.convolutionInput(g as Tensor, filter, window, held)];
      const parts = split(api, g as Tensor, groups).map((part, at) =>
        kernels.convolutionInput(part, split(api, filter, groups)[at] as Tensor, window, [batch, height, width, channels / groups]),
      );
      return [api.concat(parts, 3)];
    },
  };
}

const convWeightGradient: Form = (context) => {
  const { api, kernels, node } = context;
  const [outputs = 1, channels = 1, height = 1, width = 1] = context.outputs[0]?.shape ?? [];
  if ((context.outputs[0]?.shape.length ?? 0) !== 4) return unsupported(node, "TensorFlow.js convolves 2 axes here");
  const plan = planOf(context, inputAt(context, 0).shape, [outputs, channels, height, width]);
  const { window, groups, dilations } = plan;
  const reach = [(height - 1) * dilations[0] + 1, (width - 1) * dilations[1] + 1] as const;
  return {
    takes: [
      { input: 0, layout: "pixels" },
      { input: 1, layout: "pixels" },
    ],
    gives: ["filter"],
    run: ([x, g]) => {
      let made: Tensor;
      if (plan.isDepthwise) {
        const found = kernels.depthwiseFilter(x as Tensor, g as Tensor, window, [...reach, groups, outputs / groups]);
        made = api.reshape(found, [...reach, 1, outputs]);
      } else if (groups === 1) made = kernels.convolutionFilter(x as Tensor, g as Tensor, window, [...reach, channels, outputs]);
      else {
        const gradients = split(api, g as Tensor, groups);
        const parts = split(api, x as Tensor, groups).map((part, at) =>
          kernels.convolutionFilter(part, gradients[at] as Tensor, window, [...reach, channels, outputs / groups]),
        );
        made = api.concat(parts, 3);
      }
      if (dilations[0] === 1 && dilations[1] === 1) return [made];
      return [api.stridedSlice(made, [0, 0, 0, 0], made.shape, [...dilations, 1, 1])];
    },
  };
};

function forward(
  api: TensorflowApi,
  kernels: Kernels,
  { window, groups, isDepthwise, dilations }: Plan,
  x: Tensor,
  weights: Tensor,
): Tensor {
  const filter = dilated(api, weights, dilations);
  if (isDepthwise) return kernels.depthwise(x, asDepthwise(api, filter, groups), window);
  if (groups === 1) return kernels.convolution(x, filter, window);
  const filters = split(api, filter, groups);
  return api.concat(
    split(api, x, groups).map((part, at) => kernels.convolution(part, filters[at] as Tensor, window)),
    3,
  );
}

/** Along the last axis: channels of pictures, what comes out of filters. */
function split(api: TensorflowApi, value: Tensor, groups: number): Tensor[] {
  return api.split(value, groups, value.rank - 1);
}

/** [h, w, 1, channels * multiplier] -> [h, w, channels, multiplier]: the same numbers. */
function asDepthwise(api: TensorflowApi, filter: Tensor, channels: number): Tensor {
  const [height = 1, width = 1, , outputs = 1] = filter.shape;
  return api.reshape(filter, [height, width, channels, outputs / channels]);
}

/** The filter with zeros between its rows and columns. */
function dilated(api: TensorflowApi, filter: Tensor, [down, across]: readonly [number, number]): Tensor {
  if (down === 1 && across === 1) return filter;
  const [height = 1, width = 1, channels = 1, outputs = 1] = filter.shape;
  const [tall, wide] = [(height - 1) * down + 1, (width - 1) * across + 1];
  const rows = api.pad(api.reshape(filter, [height, 1, width * channels * outputs]), [[0, 0], [0, down - 1], [0, 0]]); // prettier-ignore
  const spread = api.slice(api.reshape(rows, [height * down, width, channels * outputs]), [0, 0, 0], [tall, width, channels * outputs]);
  const columns = api.pad(api.reshape(spread, [tall, width, 1, channels * outputs]), [[0, 0], [0, 0], [0, across - 1], [0, 0]]); // prettier-ignore
  const whole = api.reshape(columns, [tall, width * across, channels, outputs]);
  return api.slice(whole, [0, 0, 0, 0], [tall, wide, channels, outputs]);
}

export const convolutionForms: Readonly<Record<string, Form>> = { Conv: conv, ConvTranspose: convTranspose };

export const convolutionTrainingForms: Readonly<Record<string, Form>> = {
  ConvInputGradient: convInputGradient,
  ConvWeightGradient: convWeightGradient,
};
