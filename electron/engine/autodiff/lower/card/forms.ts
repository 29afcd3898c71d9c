/**
 * @file Forms for graphics cards: few large operators where the common forms have many small ones, since each is handed to the card by itself; and for ONNX Runtime's WebGPU
 * provider what it has not, in operators that it has (each would be a way to the CPU and back in every step).
 */
import type { PartialLowering } from "../lower.ts";
import { convolutionWeightGradient } from "./convolution-weights.ts";
import { logSoftmax } from "./log-softmax.ts";
import { batchNormalizationGradient, batchNormalizationTraining } from "./normalization.ts";

export const cardForms: Readonly<Record<string, PartialLowering>> = {
  BatchNormalizationGradient: batchNormalizationGradient,
  BatchNormalizationTraining: batchNormalizationTraining,
  ConvWeightGradient: convolutionWeightGradient,
};

export const webgpuForms: Readonly<Record<string, PartialLowering>> = { ...cardForms, LogSoftmax: logSoftmax };
