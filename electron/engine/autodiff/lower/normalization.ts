/**
 * @file BatchNormalization over a batch (Ioffe and Szegedy 2015) and its gradient. The big pictures are passed over as rarely as standard operators
 * allow: two sums, then one affine map per channel in the form of a BatchNormalization at rest.
 */
import { floatOf, intOf } from "../../onnx/attributes.ts";
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
     * With n = (x - mean) / deviation: dx = scale / deviation (g - mean(g) - n mean(g n)). Both halves are BatchNormalizations at rest with the batch's variance, one of g
     * about its own mean, one of x with another scale.
     */
    gradient: ({ builder, node, inputs }) => {
      const [g, x, scale, mean, variance] = inputs as [string, string, string, string, string];
      const epsilon = float(floatOf(node, "epsilon", 1e-5));
      const widened = builder.node("Add", [variance, builder.scalar(floatOf(node, "epsilon", 1e-5), variance)]);
      const sum = parts.sum(builder, g);
      const share = builder.scalar(1 / numbersPerChannel(builder, x), x);
      // sum of g (x - mean)
      const product = builder.node("Sub", [parts.sumOfProducts(builder, g, x), builder.node("Mul", [mean, sum])]);
      const projected = builder.node("Div", [product, builder.node("Sqrt", [widened])]);
      const average = builder.node("Mul", [sum, share]);
      if (intOf(node, "unscaled", 0) === 1) {
        // mean(g) + n mean(g n)
        const known = builder.node("BatchNormalization", [x, builder.node("Mul", [projected, share]), average, mean, variance], {
          epsilon,
        });
        return [builder.node("Sub", [g, known]), projected, sum];
      }
      const slope = builder.node("Mul", [builder.node("Mul", [scale, share]), builder.node("Div", [product, widened])]);
      const count = builder.shapeOf(scale);
      const zeros = builder.constant(builder.typeOf(scale).elementType, count, Array<number>(elementCount(count)).fill(0));
      const aboutMean = builder.node("BatchNormalization", [g, scale, zeros, average, variance], { epsilon });
      const alongPicture = builder.node("BatchNormalization", [x, slope, zeros, mean, variance], { epsilon });
      return [builder.node("Sub", [aboutMean, alongPicture]), projected, sum];
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
