/**
 * @file Forms for graphics cards, as ONNX Runtime's WebGPU provider runs them: operators that it has not, in those that it has (each would be a way to
 * the CPU and back in every step), and few large operators where the common forms have many small ones, since each is handed to the card by itself.
 */
import type { PartialLowering } from "../lower.ts";
import { convolutionWeightGradient } from "./convolution-weights.ts";
import { logSoftmax } from "./log-softmax.ts";
import { batchNormalizationGradient, batchNormalizationTraining } from "./normalization.ts";

export const webgpuForms: Readonly<Record<string, PartialLowering>> = {
  BatchNormalizationGradient: batchNormalizationGradient,
  BatchNormalizationTraining: batchNormalizationTraining,
  ConvWeightGradient: convolutionWeightGradient,
  LogSoftmax: logSoftmax,
};
