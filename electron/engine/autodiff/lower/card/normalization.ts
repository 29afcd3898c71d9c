/**
 * @file BatchNormalization over a batch with sums in two steps: the pixels of each picture's channel, then the pictures. ONNX Runtime's WebGPU provider gives each result of a reduction
 * one group of threads, and turns a picture round first where the reduced axes are not the last ones: in one step, few groups would each go over millions of numbers, and add them
 * up one after the other, which loses digits too.
 */
import { type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { reduceBy, reduceSum } from "../../gradient.ts";
import { normalizationForms, numbersPerChannel } from "../normalization.ts";

const forms = normalizationForms({
  mean: (builder, value) => overPictures(builder, overPixels(builder, "ReduceSum", value), 1 / numbersPerChannel(builder, value)),
  sum: (builder, value) => overPictures(builder, overPixels(builder, "ReduceSum", value), 1),
  sumOfProducts: (builder, one, other) => {
    const pixels =
      one === other ? overPixels(builder, "ReduceSumSquare", one) : overPixels(builder, "ReduceSum", builder.node("Mul", [one, other]));
    return overPictures(builder, pixels, 1);
  },
});

export const { training: batchNormalizationTraining, gradient: batchNormalizationGradient } = forms;

/** [N, C, ...] -> [N, C]. */
function overPixels(builder: GraphBuilder, opType: "ReduceSum" | "ReduceSumSquare", value: string): string {
  const [batch = 1, channels = 1, ...pixels] = builder.shapeOf(value);
  const rows = builder.reshape(value, [batch, channels, elementCount(pixels)]);
  const sums = opType === "ReduceSum" ? reduceSum(builder, rows, [2]) : reduceBy(builder, opType, rows, [2]);
  return builder.reshape(sums, [batch, channels]);
}

/** [N, C] -> [C], each times `share`: a product with a row of that number. */
function overPictures(builder: GraphBuilder, sums: string, share: number): string {
  const [batch = 1, channels = 1] = builder.shapeOf(sums);
  const { elementType } = builder.typeOf(sums);
  const row = builder.constant(elementType, [1, batch], Array<number>(batch).fill(share));
  return builder.reshape(builder.node("MatMul", [row, sums]), [channels]);
}
