/**
 * @file The heavy kernels of a training step. TensorFlow itself has fused ones (native-kernels.ts); TensorFlow.js in plain JavaScript has what its
 * public interface offers (portable-kernels.ts). Pictures are [batch, height, width, channels], filters [height, width, in, out].
 */
import type { Tensor } from "@tensorflow/tfjs";

export interface Window {
  readonly strides: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
}

export interface Kernels {
  convolution(x: Tensor, filter: Tensor, window: Window): Tensor;
  /** Gradient of the picture. */
  convolutionInput(g: Tensor, filter: Tensor, window: Window, shape: readonly number[]): Tensor;
  /** Gradient of the filter. */
  convolutionFilter(x: Tensor, g: Tensor, window: Window, shape: readonly number[]): Tensor;
  /** Filters are [height, width, channels, multiplier]. Strides are equal. */
  depthwise(x: Tensor, filter: Tensor, window: Window): Tensor;
  depthwiseInput(g: Tensor, filter: Tensor, window: Window, shape: readonly number[]): Tensor;
  depthwiseFilter(x: Tensor, g: Tensor, window: Window, shape: readonly number[]): Tensor;
  /** Over the batch and all pixels: y, mean, biased variance. */
  normalize(x: Tensor, scale: Tensor, bias: Tensor, epsilon: number): [Tensor, Tensor, Tensor];
  /** Gradients of x, scale and bias. */
  normalizeGradient(given: NormalizeGradient): [Tensor, Tensor, Tensor];
  /** With statistics that are given. */
  normalizeAtRest(given: NormalizeAtRest): Tensor;
  /** g where y is above 0. */
  reluGradient(g: Tensor, y: Tensor): Tensor;
  /** g where y lies strictly between 0 and 6. */
  relu6Gradient(g: Tensor, y: Tensor): Tensor;
  /** All three broadcast. */
  select(condition: Tensor, one: Tensor, other: Tensor): Tensor;
}

export interface NormalizeGradient {
  readonly g: Tensor;
  readonly x: Tensor;
  readonly scale: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

export interface NormalizeAtRest {
  readonly x: Tensor;
  readonly scale: Tensor;
  readonly bias: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}
