/**
 * @file BatchNormalization over a batch (Ioffe and Szegedy 2015) and its gradient. The big pictures are passed over as rarely as standard operators
 * allow: two sums, then one affine map per channel in the form of a BatchNormalization at rest.
 */
import { floatOf } from "../../onnx/attributes.ts";
import { float, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { reduceBy, reduceSum } from "../gradient.ts";
import type { Lowering } from "./lower.ts";

export interface NormalizationParts {
  /** [C]: the mean over everything but the channels of [N, C, ...]. */
  mean(builder: GraphBuilder, value: string): string;
  /** [C]: the sum over everything but the channels of [N, C, ...]. */
  sum(builder: GraphBuilder, value: string): string;
  /** [C]: over everything but the channels of [N, C, ...] one * other. */
  sumOfProducts(builder: GraphBuilder, one: string, other: string): string;
}

/** Both operators around the part that a device may have a quicker form of. */
export function normalizationForms(parts: NormalizationParts): { readonly training: Lowering; readonly gradient: Lowering } {
  return {
    training: ({ builder, node, inputs }) => {
      const [x, scale, bias] = inputs as [string, string, string];
      const epsilon = floatOf(node, "epsilon", 1e-5);
      const mean = parts.mean(builder, x);
      const share = builder.scalar(1 / numbersPerChannel(builder, x), x);
      const meanOfSquares = builder.node("Mul", [parts.sumOfProducts(builder, x, x), share]);
      const square = builder.node("Mul", [mean, mean]);
      const variance = builder.node("Max", [builder.node("Sub", [meanOfSquares, square]), builder.scalar(0, mean)]);
      return [builder.node("BatchNormalization", [x, scale, bias, mean, variance], { epsilon: float(epsilon) }), mean, variance];
    },
    /**
     * With n = (x - mean) / deviation: dx = scale / deviation (g - mean(g) - n mean(g n)), which is an affine map of g plus an affine map of x, channel
     * by channel.
     */
    gradient: ({ builder, node, inputs }) => {
      const [g, x, scale, mean, variance] = inputs as [string, string, string, string, string];
      const epsilon = floatOf(node, "epsilon", 1e-5);
      const inverse = builder.node("Reciprocal", [
        builder.node("Sqrt", [builder.node("Add", [variance, builder.scalar(epsilon, variance)])]),
      ]);
      const sum = parts.sum(builder, g);
      const product = parts.sumOfProducts(builder, g, x);
      // sum of g n = (sum of g x - mean * sum of g) / deviation
      const projected = builder.node("Mul", [builder.node("Sub", [product, builder.node("Mul", [mean, sum])]), inverse]);
      const share = builder.scalar(1 / numbersPerChannel(builder, x), x);
      const outer = builder.node("Mul", [scale, inverse]);
      const slope = builder.node("Neg", [
        builder.node("Mul", [builder.node("Mul", [outer, inverse]), builder.node("Mul", [projected, share])]),
      ]);
      const offset = builder.node("Neg", [
        builder.node("Add", [builder.node("Mul", [outer, builder.node("Mul", [sum, share])]), builder.node("Mul", [slope, mean])]),
      ]);
      const affine = (value: string, factor: string, term: string): string => perChannelAffine(builder, value, factor, term);
      const zero = builder.node("Mul", [sum, builder.scalar(0, sum)]);
      return [builder.node("Add", [affine(g, outer, zero), affine(x, slope, offset)]), projected, sum];
    },
  };
}

export const commonParts: NormalizationParts = {
  mean: (builder, value) => reduced(builder, "ReduceMean", value, axesOf(builder, value)),
  sum: (builder, value) => reduced(builder, "ReduceSum", value, axesOf(builder, value)),
  sumOfProducts: (builder, one, other) =>
    one === other
      ? reduced(builder, "ReduceSumSquare", one, axesOf(builder, one))
      : reduced(builder, "ReduceSum", builder.node("Mul", [one, other]), axesOf(builder, one)),
};

export const { training: batchNormalizationTraining, gradient: batchNormalizationGradient } = normalizationForms(commonParts);

/** value * factor + term, channel by channel: one pass in the form of a BatchNormalization at rest with mean 0 and variance 1. */
function perChannelAffine(builder: GraphBuilder, value: string, factor: string, term: string): string {
  const shape = builder.shapeOf(factor);
  const { elementType } = builder.typeOf(factor);
  const count = elementCount(shape);
  const zeros = builder.constant(elementType, shape, Array<number>(count).fill(0));
  const ones = builder.constant(elementType, shape, Array<number>(count).fill(1));
  return builder.node("BatchNormalization", [value, factor, term, zeros, ones], { epsilon: float(0) });
}

function reduced(
  builder: GraphBuilder,
  opType: "ReduceMean" | "ReduceSum" | "ReduceSumSquare",
  value: string,
  axes: readonly number[],
): string {
  const channels = builder.shapeOf(value)[1] as number;
  const taken = opType === "ReduceSum" ? reduceSum(builder, value, axes) : reduceBy(builder, opType, value, axes);
  return builder.reshape(taken, [channels]);
}

function axesOf(builder: GraphBuilder, x: string): number[] {
  return builder
    .shapeOf(x)
    .map((_, axis) => axis)
    .filter((axis) => axis !== 1);
}

export function numbersPerChannel(builder: GraphBuilder, x: string): number {
  const shape = builder.shapeOf(x);
  return elementCount(shape) / (shape[1] as number);
}
