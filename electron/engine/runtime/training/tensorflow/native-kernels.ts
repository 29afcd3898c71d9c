/**
 * @file The heavy kernels as TensorFlow's own operators (tensorflow.org/api_docs/python/tf/raw_ops), which the Node package runs by name.
 */
import type { Tensor } from "@tensorflow/tfjs";

import type { Kernels, Window } from "./kernels.ts";
import type { TensorflowApi } from "./load.ts";

interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** The part of the package's backend that is used here. */
interface Backend {
  readonly binding: Readonly<Record<"TF_ATTR_INT" | "TF_ATTR_STRING" | "TF_ATTR_TYPE" | "TF_ATTR_FLOAT" | "TF_ATTR_BOOL" | "TF_FLOAT" | "TF_INT32" | "TF_BOOL", number>>;
  readonly isUsingGpuDevice: boolean;
  executeSingleOutput(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: readonly Attribute[], inputs: readonly Tensor[], count: number): Tensor[];
} // prettier-ignore

export function nativeKernels(api: TensorflowApi): Kernels {
  const backend = api.backend() as unknown as Backend;
  const { binding } = backend;
  const typeOf = ({ dtype }: Tensor): Attribute => {
    const value = dtype === "bool" ? binding.TF_BOOL : dtype === "int32" ? binding.TF_INT32 : binding.TF_FLOAT;
    return { name: "T", type: binding.TF_ATTR_TYPE, value };
  };
  const number = (name: string, value: number): Attribute => ({ name, type: binding.TF_ATTR_FLOAT, value });
  const whole = (name: string, value: readonly number[]): Attribute => ({ name, type: binding.TF_ATTR_INT, value: [...value] });
  const word = (name: string, value: string): Attribute => ({ name, type: binding.TF_ATTR_STRING, value });
  const yes = (name: string, value: boolean): Attribute => ({ name, type: binding.TF_ATTR_BOOL, value });
  const floats: Attribute = { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
  const channelsLast = word("data_format", "NHWC");
  const one = (name: string, attributes: readonly Attribute[], ...inputs: Tensor[]): Tensor =>
    backend.executeSingleOutput(name, attributes, inputs);
  const shapeTensor = (shape: readonly number[]): Tensor => api.tensor1d([...shape], "int32");

  const windowed = ({ strides, pads: [top, left, bottom, right] }: Window): Attribute[] => [
    floats,
    whole("strides", [1, ...strides, 1]),
    whole("dilations", [1, 1, 1, 1]),
    channelsLast,
    ...(top + left + bottom + right === 0
      ? [word("padding", "VALID")]
      : [word("padding", "EXPLICIT"), whole("explicit_paddings", [0, 0, top, bottom, left, right, 0, 0])]),
  ];
  const convolution: Kernels["convolution"] = (x, filter, window) => one("Conv2D", windowed(window), x, filter);

  const normal = (epsilon: number, isTraining: boolean): Attribute[] => [
    floats,
    { ...floats, name: "U" },
    number("epsilon", epsilon),
    channelsLast,
    yes("is_training", isTraining),
  ];
  return {
    convolution,
    convolutionInput: (g, filter, window, shape) => {
      const turned = turnedWindow(filter, window);
      // A convolution with the filter turned round is the quicker way where there is one.
      if (turned !== null) return convolution(g, api.transpose(api.reverse(filter, [0, 1]), [0, 1, 3, 2]), turned);
      return one("Conv2DBackpropInput", windowed(window), shapeTensor(shape), filter, g);
    },
    convolutionFilter: (x, g, window, shape) => one("Conv2DBackpropFilter", windowed(window), x, shapeTensor(shape), g),
    depthwise: (x, filter, window) => one("DepthwiseConv2dNative", windowed(window), x, filter),
    depthwiseInput: (g, filter, window, shape) =>
      one("DepthwiseConv2dNativeBackpropInput", windowed(window), shapeTensor(shape), filter, g),
    depthwiseFilter: (x, g, window, shape) => one("DepthwiseConv2dNativeBackpropFilter", windowed(window), x, shapeTensor(shape), g),
    normalize: (x, scale, bias, epsilon) => {
      const nothing = api.tensor1d([], "float32");
      const made = backend.executeMultipleOutputs("FusedBatchNormV3", normal(epsilon, true), [x, scale, bias, nothing, nothing], 6);
      const [y, mean, unbiased] = made as [Tensor, Tensor, Tensor];
      const count = x.size / scale.size;
      return [y, mean, api.mul(unbiased, Math.max(count - 1, 1) / count)];
    },
    normalizeGradient: ({ g, x, scale, mean, variance, epsilon }) => {
      // On a graphics card the second statistic is what cuDNN keeps: 1 / deviation.
      const second = backend.isUsingGpuDevice ? api.rsqrt(api.add(variance, epsilon)) : variance;
      const made = backend.executeMultipleOutputs("FusedBatchNormGradV2", normal(epsilon, true), [g, x, scale, mean, second], 5);
      return [made[0] as Tensor, made[1] as Tensor, made[2] as Tensor];
    },
    normalizeAtRest: ({ x, scale, bias, mean, variance, epsilon }) =>
      backend.executeMultipleOutputs("FusedBatchNormV3", normal(epsilon, false), [x, scale, bias, mean, variance], 6)[0] as Tensor,
    reluGradient: (g, y) => one("ReluGrad", [floats], g, y),
    relu6Gradient: (g, y) => one("Relu6Grad", [floats], g, y),
    select: (condition, chosen, other) => one("SelectV2", [typeOf(chosen)], condition, chosen, other),
  };
}

/** The window of the convolution that is the gradient of the picture; null where a stride or a wide border forbids it. */
function turnedWindow(filter: Tensor, { strides, pads }: Window): Window | null {
  if (strides[0] !== 1 || strides[1] !== 1) return null;
  const reach = [filter.shape[0] as number, filter.shape[1] as number];
  const turned = pads.map((pad, at) => (reach[at % 2] as number) - 1 - pad);
  return turned.every((pad) => pad >= 0) ? { strides, pads: turned as unknown as Window["pads"] } : null;
}
