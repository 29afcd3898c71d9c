/** @file Operators that move numbers: their gradients move them back. */
import { UserError } from "../../base/errors.ts";
import { intOf, intsOf, textOf } from "../../onnx/attributes.ts";
import { int, ints } from "../../onnx/graph-builder.ts";
import { axisOf } from "../../onnx/shapes/rule.ts";
import { outputGradient, sumTo, zerosLike, type Gradient } from "../gradient.ts";

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

/** What was cut away is 0. Every other element, or backwards, is not needed by any encoder. */
export const slice: Gradient = (context) => {
  const { node, builder } = context;
  const [x] = node.inputs as readonly [string];
  const shape = builder.shapeOf(x);
  const numbers = (name: string, index: number): readonly number[] | null =>
    intsOf(node, name, null) ?? builder.knownValues(node.inputs[index] ?? "");
  const starts = numbers("starts", 1) ?? [];
  const axes = numbers("axes", 3) ?? starts.map((_, at) => at);
  if (numbers("steps", 4)?.some((step) => step !== 1) === true)
    throw new UserError("no-gradient", `The Slice node "${node.name}" has a step other than 1, which has no gradient here.`);
  const begins = shape.map(() => 0);
  axes.forEach((given, at) => {
    const axis = axisOf(node, given, shape.length);
    const start = starts[at] as number;
    const size = shape[axis] as number;
    begins[axis] = Math.min(Math.max(start < 0 ? start + size : start, 0), size);
  });
  const kept = builder.shapeOf(node.outputs[0] as string);
  const ends = shape.map((size, axis) => size - (begins[axis] as number) - (kept[axis] as number));
  return [builder.node("Pad", [outputGradient(context), builder.list([...begins, ...ends])])];
};

/** What was added has no gradient to give. Padding with a constant only: others repeat pixels. */
export const pad: Gradient = (context) => {
  const { node, builder } = context;
  const [x] = node.inputs as readonly [string];
  const mode = textOf(node, "mode", "constant");
  if (mode !== "constant")
    throw new UserError("no-gradient", `The Pad node "${node.name}" has the mode ${mode}, which has no gradient here.`);
  const shape = builder.shapeOf(x);
  const pads = intsOf(node, "pads", null) ?? builder.knownValues(node.inputs[1] ?? "") ?? [];
  const axes = builder.knownValues(node.inputs[3] ?? "")?.map((axis) => axisOf(node, axis, shape.length)) ?? shape.map((_, axis) => axis);
  const starts = axes.map((_, at) => pads[at] as number);
  const ends = axes.map((axis, at) => (starts[at] as number) + (shape[axis] as number));
  if (pads.some((size) => size < 0))
    throw new UserError("no-gradient", `The Pad node "${node.name}" cuts (pads of ${pads.join(", ")}), which has no gradient here.`);
  return [builder.node("Slice", [outputGradient(context), builder.list(starts), builder.list(ends), builder.list(axes)])];
};
