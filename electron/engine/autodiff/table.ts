/**
 * @file Every operator whose shapes are known has its gradient here, or is on one of the two lists without: the compiler holds the three to be all
 * there is, each operator once. What cannot be trained through is told before training begins.
 */
import type { TrainingOperatorName } from "../onnx/shapes/training.ts";
import type { OperatorName } from "../onnx/type-table.ts";
import type { Gradient } from "./gradient.ts";
import * as convolution from "./gradients/convolution.ts";
import * as cutting from "./gradients/cutting.ts";
import { einsum } from "./gradients/einsum.ts";
import * as elementwise from "./gradients/elementwise.ts";
import * as functions from "./gradients/functions.ts";
import * as gated from "./gradients/gated.ts";
import * as indexing from "./gradients/indexing.ts";
import * as layout from "./gradients/layout.ts";
import * as normalization from "./gradients/normalization.ts";
import * as pooling from "./gradients/pooling.ts";
import { pow } from "./gradients/power.ts";
import * as products from "./gradients/products.ts";
import * as rectifiers from "./gradients/rectifiers.ts";
import * as reductions from "./gradients/reductions.ts";
import { resize } from "./gradients/resize.ts";
import * as softmax from "./gradients/softmax.ts";
import * as variadic from "./gradients/variadic.ts";

/** Their outputs are piecewise constant or no numbers of the picture. */
const constantOperators = [
  "And", "ArgMax", "ArgMin", "BitwiseAnd", "BitwiseNot", "BitwiseOr", "BitwiseXor", "Ceil", "Constant", "ConstantOfShape", "Equal", "EyeLike", "Floor",
  "Greater", "GreaterOrEqual", "Hardmax", "IsInf", "IsNaN", "Less", "LessOrEqual", "Not", "OneHot", "Or", "Range", "Round", "Shape", "Sign", "Size", "Xor",
] as const satisfies readonly OperatorName[]; // prettier-ignore

/** Of our own domain: gradients and updates, of which there is no second derivative here, and what is there to have none. */
const constantTraining = [
  "AdamStep", "Average", "BatchNormalizationGradient", "ClipGradient", "ConvInputGradient", "ConvWeightGradient", "ReluGradient", "SgdStep", "StopGradient",
] as const satisfies readonly TrainingOperatorName[]; // prettier-ignore

/** They have a gradient, and nobody wrote it down. */
type UnknownGradient = never;

type Trained = Exclude<OperatorName, (typeof constantOperators)[number] | UnknownGradient>;

const table: Readonly<Record<Trained, Gradient>> = {
  Abs: elementwise.abs,
  Acos: functions.acos,
  Acosh: functions.acosh,
  Add: elementwise.add,
  Asin: functions.asin,
  Asinh: functions.asinh,
  Atan: functions.atan,
  Atanh: functions.atanh,
  AveragePool: pooling.averagePool,
  BatchNormalization: normalization.batchNormalization,
  Cast: layout.castGradient,
  CastLike: layout.castGradient,
  Celu: rectifiers.celu,
  Clip: elementwise.clip,
  Concat: layout.concat,
  Conv: convolution.conv,
  ConvTranspose: convolution.convTranspose,
  Cos: functions.cos,
  Cosh: functions.cosh,
  CumSum: layout.cumSum,
  DepthToSpace: layout.depthToSpace,
  Div: elementwise.div,
  Dropout: layout.dropout,
  Einsum: einsum,
  Elu: rectifiers.elu,
  Erf: elementwise.erf,
  Exp: elementwise.exp,
  Expand: layout.expand,
  Flatten: layout.reshape,
  Gather: indexing.gather,
  GatherElements: indexing.gatherElements,
  GatherND: indexing.gatherNd,
  Gelu: gated.gelu,
  Gemm: products.gemm,
  GlobalAveragePool: pooling.globalAveragePool,
  GlobalLpPool: pooling.globalLpPool,
  GlobalMaxPool: pooling.globalMaxPool,
  GroupNormalization: normalization.groupNormalization,
  HardSigmoid: elementwise.hardSigmoid,
  HardSwish: gated.hardSwish,
  Identity: elementwise.identity,
  InstanceNormalization: normalization.instanceNormalization,
  LRN: normalization.localResponse,
  LayerNormalization: normalization.layerNormalization,
  LeakyRelu: elementwise.leakyRelu,
  Log: elementwise.log,
  LogSoftmax: softmax.logSoftmax,
  LpNormalization: normalization.lpNormalization,
  LpPool: pooling.lpPool,
  MatMul: products.matMul,
  Max: variadic.extreme,
  MaxPool: pooling.maxPool,
  Mean: variadic.mean,
  MeanVarianceNormalization: normalization.meanVarianceNormalization,
  Min: variadic.extreme,
  Mish: gated.mish,
  Mod: variadic.mod,
  Mul: elementwise.mul,
  Neg: elementwise.neg,
  PRelu: rectifiers.pRelu,
  Pad: cutting.pad,
  Pow: pow,
  Reciprocal: elementwise.reciprocal,
  ReduceL1: reductions.reduceL1,
  ReduceL2: reductions.reduceL2,
  ReduceLogSum: reductions.reduceLogSum,
  ReduceLogSumExp: reductions.reduceLogSumExp,
  ReduceMax: reductions.reduceExtreme,
  ReduceMean: reductions.reduceMean,
  ReduceMin: reductions.reduceExtreme,
  ReduceProd: reductions.reduceProd,
  ReduceSum: reductions.reduceSumGradient,
  ReduceSumSquare: reductions.reduceSumSquare,
  Relu: elementwise.relu,
  Reshape: layout.reshape,
  Resize: resize,
  ScatterElements: indexing.scatterElements,
  ScatterND: indexing.scatterNd,
  Selu: rectifiers.selu,
  Shrink: rectifiers.shrink,
  Sigmoid: elementwise.sigmoid,
  Sin: functions.sin,
  Sinh: functions.sinh,
  Slice: cutting.slice,
  Softmax: softmax.softmax,
  Softplus: elementwise.softplus,
  Softsign: rectifiers.softsign,
  SpaceToDepth: layout.spaceToDepth,
  Split: layout.split,
  Sqrt: elementwise.sqrt,
  Squeeze: layout.reshape,
  Sub: elementwise.sub,
  Sum: variadic.sum,
  Tan: functions.tan,
  Tanh: elementwise.tanh,
  ThresholdedRelu: rectifiers.thresholdedRelu,
  Tile: layout.tile,
  TopK: indexing.topK,
  Transpose: layout.transpose,
  Trilu: layout.trilu,
  Unsqueeze: layout.reshape,
  Upsample: resize,
  Where: elementwise.where,
};

/** Of the operators of our own domain that stand in a forward graph. */
const trainingTable: Readonly<Record<Exclude<TrainingOperatorName, (typeof constantTraining)[number]>, Gradient>> = {
  BatchNormalizationTraining: normalization.batchNormalizationTraining,
};

export const gradients: Readonly<Record<string, Gradient | undefined>> = table;

export const trainingGradients: Readonly<Record<string, Gradient | undefined>> = trainingTable;

export const withoutGradient: ReadonlySet<string> = new Set<string>([...constantOperators, ...constantTraining]);
