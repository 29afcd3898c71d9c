/** @file Operators that move numbers: their gradients move them back. */
import { intOf, intsOf } from "../../onnx/attributes.ts";
import { int, ints } from "../../onnx/graph-builder.ts";
import { outputGradient, sumTo, type Gradient } from "../gradient.ts";

/** Reshape, Flatten, Squeeze, Unsqueeze: the same numbers in the shape they had. */
export const reshape: Gradient = (context) => {
  const { node, builder } = context;
  return [builder.node("Reshape", [outputGradient(context), builder.list(builder.shapeOf(node.inputs[0] as string))]), null];
};

export const transpose: Gradient = (context) => {
  const { node, builder } = context;
  const rank = builder.shapeOf(node.inputs[0] as string).length;
  const order = intsOf(
    node,
    "perm",
    Array.from({ length: rank }, (_, axis) => rank - 1 - axis),
  );
  return [builder.node("Transpose", [outputGradient(context)], { perm: ints(order.map((_, axis) => order.indexOf(axis))) })];
};

export const concat: Gradient = (context) => {
  const { node, builder } = context;
  const g = outputGradient(context);
  const rank = builder.shapeOf(g).length;
  const axis = intOf(node, "axis", 1);
  const sizes = node.inputs.map((input) => builder.shapeOf(input).at(axis < 0 ? axis : axis - rank) as number);
  if (sizes.length === 1) return [g];
  if (builder.version >= 13) return builder.nodes("Split", [g, builder.list(sizes)], sizes.length, { axis: int(axis) });
  return builder.nodes("Split", [g], sizes.length, { axis: int(axis), split: ints(sizes) });
};

export const expand: Gradient = (context) => {
  const { node, builder } = context;
  return [sumTo(builder, outputGradient(context), node.inputs[0] as string), null];
};
