/** @file Softmax and its logarithm. Before operator set 13 they ran over all dimensions from the axis on, since then over that one. */
import { intOf } from "../../onnx/attributes.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Node } from "../../onnx/model.ts";
import { axisOf } from "../../onnx/shapes/rule.ts";
import { outputGradient, reduceSum, type Gradient } from "../gradient.ts";

function axesOf(builder: GraphBuilder, node: Node): number[] {
  const rank = builder.shapeOf(node.inputs[0] as string).length;
  const isOld = builder.version < 13;
  const axis = axisOf(node, intOf(node, "axis", isOld ? 1 : -1), rank);
  return isOld ? Array.from({ length: rank - axis }, (_, at) => axis + at) : [axis];
}

/** dx = y (g - sum of g y). */
export const softmax: Gradient = (context) => {
  const { node, builder } = context;
  const y = node.outputs[0] as string;
  const g = outputGradient(context);
  const shared = reduceSum(builder, builder.node("Mul", [g, y]), axesOf(builder, node));
  return [builder.node("Mul", [y, builder.node("Sub", [g, shared])])];
};

/** dx = g - exp(y) (sum of g). */
export const logSoftmax: Gradient = (context) => {
  const { node, builder } = context;
  const g = outputGradient(context);
  const share = builder.node("Exp", [node.outputs[0] as string]);
  return [builder.node("Sub", [g, builder.node("Mul", [share, reduceSum(builder, g, axesOf(builder, node))])])];
};
