/** @file Operators that move numbers: their gradients move them back. */
import { intOf, intsOf, textOf } from "../../onnx/attributes.ts";
import { int, ints } from "../../onnx/graph-builder.ts";
import { cast, noGradient, outputGradient, reduceSum, sumTo, zerosLike, type Gradient } from "../gradient.ts";

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

/** The parts side by side again; a part that nothing depends on is 0. */
export const split: Gradient = (context) => {
  const { node, builder, outputGradients } = context;
  const parts = node.outputs.map((output, at) => outputGradients[at] ?? zerosLike(builder, output));
  return [parts.length === 1 ? (parts[0] as string) : builder.node("Concat", parts, { axis: int(intOf(node, "axis", 0)) })];
};

/** Each copy counts. */
export const tile: Gradient = (context) => {
  const { node, builder } = context;
  const shape = builder.shapeOf(node.inputs[0] as string);
  const copies = builder.shapeOf(node.outputs[0] as string).map((size, axis) => size / (shape[axis] as number));
  const apart = copies.flatMap((count, axis) => [count, shape[axis] as number]);
  const axes = copies.flatMap((count, axis) => (count === 1 ? [] : [axis * 2]));
  if (axes.length === 0) return [outputGradient(context), null];
  return [builder.reshape(reduceSum(builder, builder.reshape(outputGradient(context), apart), axes), shape), null];
};

/** The same part of the gradient as of the values. */
export const trilu: Gradient = (context) => {
  const { node, builder } = context;
  const [, diagonal = ""] = node.inputs;
  const inputs = [outputGradient(context), ...(diagonal === "" ? [] : [diagonal])];
  return [builder.node("Trilu", inputs, { upper: int(intOf(node, "upper", 1)) }), null];
};

/** Each number counts in all sums from its own on: the sum from the other end. */
export const cumSum: Gradient = (context) => {
  const { node, builder } = context;
  const attributes = { exclusive: int(intOf(node, "exclusive", 0)), reverse: int(intOf(node, "reverse", 0) === 1 ? 0 : 1) };
  return [builder.node("CumSum", [outputGradient(context), node.inputs[1] as string], attributes), null];
};

/** Channels [block, block, c] (DCR) or [c, block, block] (CRD) go back from blocks of pixels. */
export const depthToSpace: Gradient = (context) => {
  const { node, builder } = context;
  const block = intOf(node, "blocksize", 1);
  const g = outputGradient(context);
  if (textOf(node, "mode", "DCR") === "DCR") return [builder.node("SpaceToDepth", [g], { blocksize: int(block) })];
  const shape = builder.shapeOf(node.inputs[0] as string);
  const [batch = 1, channels = 1, height = 1, width = 1] = shape;
  const apart = builder.reshape(g, [batch, channels / block ** 2, height, block, width, block]);
  return [builder.reshape(builder.node("Transpose", [apart], { perm: ints([0, 1, 3, 5, 2, 4]) }), shape)];
};

export const spaceToDepth: Gradient = (context) => {
  const blocksize = int(intOf(context.node, "blocksize", 1));
  return [context.builder.node("DepthToSpace", [outputGradient(context)], { blocksize })];
};

/** At rest it passes on; in training what it dropped gets nothing. */
export const dropout: Gradient = (context) => {
  const { node, builder } = context;
  const [, ratio = "", training = ""] = node.inputs;
  const g = outputGradient(context);
  if (training === "" || builder.knownValues(training)?.[0] === 0) return [g, null, null];
  const mask = node.outputs[1] ?? "";
  if (mask === "") noGradient(node, "drops in training without telling its mask");
  const kept = builder.node("Sub", [
    builder.scalar(1, g),
    ratio === "" ? builder.scalar(0.5, g) : cast(builder, ratio, builder.typeOf(g).elementType),
  ]);
  return [builder.node("Where", [mask, builder.node("Div", [g, kept]), builder.scalar(0, g)]), null, null];
};

/** Between types of floats; a mask or a number of places has none. */
export const castGradient: Gradient = (context) => {
  const { node, builder } = context;
  const gradient = cast(builder, outputGradient(context), builder.typeOf(node.inputs[0] as string).elementType);
  return node.inputs.map((_, at) => (at === 0 ? gradient : null));
};
