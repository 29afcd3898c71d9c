/**
 * @file Every operator that has a gradient, and those whose outputs carry none (shapes, masks, places): the compiler holds both lists to their
 * types. An operator that is on neither cannot be trained through, and is told before training begins.
 */
import type { Gradient } from "./gradient.ts";
import * as convolution from "./gradients/convolution.ts";
import * as elementwise from "./gradients/elementwise.ts";
import * as gated from "./gradients/gated.ts";
import * as layout from "./gradients/layout.ts";
import * as products from "./gradients/products.ts";
import * as softmax from "./gradients/softmax.ts";

export const gradients: Readonly<Record<string, Gradient>> = {
  Abs: elementwise.abs,
  Add: elementwise.add,
  BatchNormalization: convolution.batchNormalization,
  Clip: elementwise.clip,
  Concat: layout.concat,
  Conv: convolution.conv,
  Div: elementwise.div,
  Erf: elementwise.erf,
  Exp: elementwise.exp,
  Expand: layout.expand,
  Flatten: layout.reshape,
  Gelu: gated.gelu,
  Gemm: products.gemm,
  GlobalAveragePool: convolution.globalAveragePool,
  HardSigmoid: elementwise.hardSigmoid,
  HardSwish: gated.hardSwish,
  Identity: elementwise.identity,
  LeakyRelu: elementwise.leakyRelu,
  Log: elementwise.log,
  LogSoftmax: softmax.logSoftmax,
  MatMul: products.matMul,
  Mul: elementwise.mul,
  Neg: elementwise.neg,
  Pad: layout.pad,
  Pow: elementwise.pow,
  Reciprocal: elementwise.reciprocal,
  ReduceMean: products.reduceMean,
  ReduceSum: products.reduceSumGradient,
  Relu: elementwise.relu,
  Reshape: layout.reshape,
  Sigmoid: elementwise.sigmoid,
  Slice: layout.slice,
  Softmax: softmax.softmax,
  Softplus: elementwise.softplus,
  Split: layout.split,
  Sqrt: elementwise.sqrt,
  Squeeze: layout.reshape,
  Sub: elementwise.sub,
  Tanh: elementwise.tanh,
  Transpose: layout.transpose,
  Unsqueeze: layout.reshape,
  Where: elementwise.where,
};

/** Of the operators of our own domain that stand in a forward graph. */
export const trainingGradients: Readonly<Record<string, Gradient>> = { BatchNormalizationTraining: convolution.batchNormalizationTraining };

/** Their outputs are piecewise constant or no numbers of the picture. */
export const withoutGradient: ReadonlySet<string> = new Set([
  "And", "ArgMax", "ArgMin", "Ceil", "Constant", "ConstantOfShape", "Equal", "Floor", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual",
  "Not", "OneHot", "Or", "Range", "Round", "Shape", "Sign", "Size", "StopGradient", "Xor",
]); // prettier-ignore
