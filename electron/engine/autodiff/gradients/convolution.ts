/**
 * @file Convolutions, BatchNormalization at rest, and global means: [batch, channels, ...spatial].
 */
import { floatOf, intOf } from "../../onnx/attributes.ts";
import { float, int, ints, type Attributes, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { convolutionWindow } from "../../onnx/shapes/spatial.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { outputGradient, reduceSum, type Gradient } from "../gradient.ts";

/** In the operators of our own domain: which nodes they become is decided when it is known what runs them. */
export const conv: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, weights, bias = ""] = node.inputs as readonly [string, string, string | undefined];
  const g = outputGradient(context);
  const { kernel, strides, dilations, pads } = convolutionWindow(node, builder.shapeOf(x), builder.shapeOf(weights));
  const attributes = { strides: ints(strides), dilations: ints(dilations), pads: ints(pads), group: int(intOf(node, "group", 1)) };
  const make = (opType: string, inputs: readonly string[], own: Attributes): string =>
    builder.training(opType, inputs, 1, { ...attributes, ...own })[0] as string;
  return [
    wanted[0] === true ? make("ConvInputGradient", [g, weights], { shape: ints(builder.shapeOf(x)) }) : null,
    wanted[1] === true ? make("ConvWeightGradient", [x, g], { kernel_shape: ints(kernel) }) : null,
    ...(bias === "" ? [] : [wanted[2] === true ? perChannel(builder, g) : null]),
  ];
};

/** Summed over everything but the channels: [channels]. */
function perChannel(builder: GraphBuilder, value: string): string {
  const shape = builder.shapeOf(value);
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return builder.node("Reshape", [reduceSum(builder, value, axes), builder.list([shape[1] as number])]);
}

/** Statistics of the batch itself: its gradient by the picture goes through them too. Those of the statistics are not passed on: they only feed averages. */
export const batchNormalizationTraining: Gradient = (context) => {
  const { node, builder } = context;
  const [x, scale] = node.inputs as readonly [string, string];
  const [, mean, variance] = node.outputs as readonly [string, string, string];
  return builder.training("BatchNormalizationGradient", [outputGradient(context), x, scale, mean, variance], 3, {
    epsilon: float(floatOf(node, "epsilon", 1e-5)),
  });
};

/** Statistics that are given have no gradient: y = scale (x - mean) / sqrt(variance + epsilon) + bias. */
export const batchNormalization: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, scale, , mean, variance] = node.inputs as readonly [string, string, string, string, string];
  const g = outputGradient(context);
  const rank = builder.shapeOf(x).length;
  const spread = (value: string): string => builder.node("Reshape", [value, builder.list([-1, ...Array<number>(rank - 2).fill(1)])]);
  const widened = builder.node("Add", [variance, builder.scalar(floatOf(node, "epsilon", 1e-5), variance)]);
  const inverse = builder.node("Reciprocal", [builder.node("Sqrt", [widened])]);
  const normal = (): string => builder.node("Mul", [builder.node("Sub", [x, spread(mean)]), spread(inverse)]);
  return [
    wanted[0] === true ? builder.node("Mul", [g, spread(builder.node("Mul", [scale, inverse]))]) : null,
    wanted[1] === true ? perChannel(builder, builder.node("Mul", [g, normal()])) : null,
    wanted[2] === true ? perChannel(builder, g) : null,
  ];
};

export const globalAveragePool: Gradient = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0] as string;
  const shape = builder.shapeOf(x);
  const each = builder.node("Mul", [outputGradient(context), builder.scalar(1 / elementCount(shape.slice(2)), x)]);
  return [builder.node("Expand", [each, builder.list(shape)])];
};
