/**
 * @file Forms that are quicker than the common ones where products of matrices are what a runtime does best: ONNX Runtime on the CPU.
 */
import type { PartialLowering } from "../lower.ts";
import { convolution, convolutionInputGradient, convolutionWeightGradient } from "./convolution.ts";
import { batchNormalizationGradient, batchNormalizationTraining } from "./normalization.ts";
import { adamStepAsList, clipGradient, reluGradient, sgdStepAsList } from "./pointwise.ts";
import { transpose } from "./transpose.ts";

export const cpuForms: Readonly<Record<string, PartialLowering>> = {
  AdamStep: adamStepAsList,
  BatchNormalizationGradient: batchNormalizationGradient,
  BatchNormalizationTraining: batchNormalizationTraining,
  ClipGradient: clipGradient,
  Conv: convolution,
  ConvInputGradient: convolutionInputGradient,
  ConvWeightGradient: convolutionWeightGradient,
  ReluGradient: reluGradient,
  SgdStep: sgdStepAsList,
  Transpose: transpose,
};
