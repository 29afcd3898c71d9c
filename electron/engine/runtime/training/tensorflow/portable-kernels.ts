/**
 * @file The heavy kernels by what every backend of TensorFlow.js has, plain JavaScript among them.
 */
import type { NamedTensorMap, Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";

import { type Kernels, type Window } from "./kernels.ts";
import type { TensorflowApi } from "./load.ts";

export function portableKernels(api: TensorflowApi): Kernels {
  const run = (name: string, inputs: Record<string, Tensor>, attributes: object): Tensor =>
    api.engine().runKernel(name, inputs as NamedTensorMap, attributes as never) as Tensor;
  const select: Kernels["select"] = (condition, one, other) => api.where(condition.asType("bool"), one, other);
  return {
    convolution: (x, filter, window) => api.conv2d(x as Tensor4D, filter as Tensor4D, [...window.strides], padsOf(window), "NHWC"),
    convolutionInput: (dy, filter, window, shape) =>
      run("Conv2DBackpropInput", { dy, filter }, { ...attributesOf(window), inputShape: shape }),
    convolutionFilter: (x, dy, window, shape) => run("Conv2DBackpropFilter", { x, dy }, { ...attributesOf(window), filterShape: shape }),
    depthwise: (x, filter, window) => run("DepthwiseConv2dNative", { x, filter }, attributesOf(window)),
    depthwiseInput: (dy, filter, window, shape) =>
      run("DepthwiseConv2dNativeBackpropInput", { dy, filter }, { ...attributesOf(window), inputShape: shape }),
    depthwiseFilter: (x, dy, window, shape) =>
      run("DepthwiseConv2dNativeBackpropFilter", { x, dy }, { ...attributesOf(window), filterShape: shape }),
    normalize: (x, scale, bias, epsilon) => {
      const { mean, variance } = api.moments(x, [0, 1, 2]);
      return [
        api.batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, bias as Tensor1D, scale as Tensor1D, epsilon),
        mean,
        variance,
      ];
    },
    // With n = (x - mean) / deviation: dx = scale / deviation (g - mean(g) - n mean(g n)).
    normalizeGradient: ({ g, x, scale, mean, variance, epsilon }) => {
      const inverse = api.rsqrt(api.add(variance, epsilon));
      const normal = api.mul(api.sub(x, mean), inverse);
      const forBias = api.sum(g, [0, 1, 2]);
      const forScale = api.sum(api.mul(g, normal), [0, 1, 2]);
      const share = (mean.size || 1) / x.size;
      const centred = api.sub(api.sub(g, api.mul(forBias, share)), api.mul(normal, api.mul(forScale, share)));
      return [api.mul(api.mul(scale, inverse), centred), forScale, forBias];
    },
    normalizeAtRest: ({ x, scale, bias, mean, variance, epsilon }) =>
      api.batchNorm(x as Tensor4D, mean as Tensor1D, variance as Tensor1D, bias as Tensor1D, scale as Tensor1D, epsilon),
    reluGradient: (g, y) => select(api.greater(y, 0), g, api.zerosLike(g)),
    relu6Gradient: (g, y) => select(api.logicalAnd(api.greater(y, 0), api.less(y, 6)), g, api.zerosLike(g)),
    select,
  };
}

type Pads = [[number, number], [number, number], [number, number], [number, number]];

function padsOf({ pads: [top, left, bottom, right] }: Window): Pads {
  return [[0, 0], [top, bottom], [left, right], [0, 0]]; // prettier-ignore
}

function attributesOf(window: Window): object {
  return { strides: window.strides, pad: padsOf(window), dataFormat: "NHWC", dilations: [1, 1], dimRoundingMode: undefined };
}
