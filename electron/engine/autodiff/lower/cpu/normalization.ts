/**
 * @file BatchNormalization over a batch with its sums of products as products of rows: a row times a row goes over both once and writes one number, where Mul and ReduceSum write
 * and read a picture in between.
 */
import { ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import type { PartialLowering } from "../lower.ts";
import { commonParts, normalizationForms } from "../normalization.ts";
import { reduceSum } from "../../gradient.ts";

/** Pixels from which a row is worth a product of its own. */
const longRow = 64;

const byRows = normalizationForms({
  ...commonParts,
  /** [N, C, ...] twice -> [C]: the sum over everything but the channels of one * other. */
  sumOfProducts: (builder, one, other) => {
    const [batch = 1, channels = 1, ...pixels] = builder.shapeOf(one);
    const count = elementCount(pixels);
    const row = builder.reshape(one, [batch * channels, 1, count]);
    const column = builder.node("Transpose", [builder.reshape(other, [batch * channels, 1, count])], { perm: ints([0, 2, 1]) });
    const products = builder.reshape(builder.node("MatMul", [row, column]), [batch, channels]);
    return builder.reshape(reduceSum(builder, products, [0]), [channels]);
  },
});

export const batchNormalizationTraining: PartialLowering = (context) =>
  hasLongRows(context.builder, context.inputs[0] as string) ? byRows.training(context) : null;

export const batchNormalizationGradient: PartialLowering = (context) =>
  hasLongRows(context.builder, context.inputs[1] as string) ? byRows.gradient(context) : null;

function hasLongRows(builder: GraphBuilder, x: string): boolean {
  const shape = builder.shapeOf(x);
  return shape.length > 2 && elementCount(shape.slice(2)) >= longRow;
}
