/** @file Numbers taken from places, and put at places, that a tensor of whole numbers names. */
import { intOf, textOf } from "../../onnx/attributes.ts";
import { int, text, type GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Node } from "../../onnx/model.ts";
import { axisOf } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { cast, noGradient, outputGradient, reduceSum, zerosLike, type Gradient } from "../gradient.ts";
import { fromStart, scatterBack } from "./scatter-back.ts";

export const gather: Gradient = (context) => {
  const { node, builder } = context;
  const [x, places] = node.inputs as readonly [string, string];
  const shape = builder.shapeOf(x);
  const axis = axisOf(node, intOf(node, "axis", 0), shape.length);
  const count = elementCount(builder.shapeOf(places));
  const split = [elementCount(shape.slice(0, axis)), count, elementCount(shape.slice(axis + 1))];
  const slices = builder.reshape(outputGradient(context), split);
  const flat = builder.reshape(wide(builder, places), [count]);
  return [builder.reshape(scatterBack(builder, { slices, places: flat, size: shape[axis] as number }), shape), null];
};

/** Places may be int32; what is computed with them is int64. */
function wide(builder: GraphBuilder, places: string): string {
  return cast(builder, places, "int64");
}

export const gatherElements: Gradient = (context) => {
  const { node, builder } = context;
  const [x, places] = node.inputs as readonly [string, string];
  const axis = axisOf(node, intOf(node, "axis", 0), builder.shapeOf(x).length);
  const g = outputGradient(context);
  if (builder.version >= 16)
    return [builder.node("ScatterElements", [zerosLike(builder, x), places, g], { axis: int(axis), reduction: text("add") }), null];
  return [addElements(builder, { places, g, axis, shape: builder.shapeOf(x) }), null];
};

/** Without a scatter that adds: for each place along the axis, the sum of the numbers that came from it. */
function addElements(
  builder: GraphBuilder,
  given: { readonly places: string; readonly g: string; readonly axis: number; readonly shape: readonly number[] },
): string {
  const { places, g, axis, shape } = given;
  const size = shape[axis] as number;
  const own = builder.shapeOf(g);
  const apart = own.toSpliced(axis, 0, 1);
  const range = builder.constant(
    "int64",
    [size, ...own.slice(axis).map(() => 1)],
    Array.from({ length: size }, (_, at) => at),
  );
  const isHere = builder.node("Equal", [range, builder.reshape(fromStart(builder, wide(builder, places), size), apart)]);
  const parts = builder.node("Where", [isHere, builder.reshape(g, apart), builder.scalar(0, g)]);
  const summed = builder.reshape(reduceSum(builder, parts, [axis + 1]), own.with(axis, size));
  // Along the other axes the places may cover a part only.
  const missing = shape.map((whole, at) => (at === axis ? 0 : whole - (own[at] as number)));
  if (missing.every((count) => count === 0)) return summed;
  return builder.node("Pad", [summed, builder.list([...shape.map(() => 0), ...missing])]);
}

/** Each row of places names where a slice was taken; batches become one more coordinate, and all coordinates one number. */
export const gatherNd: Gradient = (context) => {
  const { node, builder } = context;
  const [x, places] = node.inputs as readonly [string, string];
  const shape = builder.shapeOf(x);
  const batched = intOf(node, "batch_dims", 0);
  const depth = builder.shapeOf(places).at(-1) as number;
  const batch = elementCount(shape.slice(0, batched));
  const named = shape.slice(batched, batched + depth);
  const size = elementCount(named);
  const count = elementCount(builder.shapeOf(places)) / depth;
  // [batch, places of one, depth] -> [batch * places], counted through the whole picture.
  const strides = named.map((_, at) => elementCount(named.slice(at + 1)));
  const rows = builder.reshape(wide(builder, places), [batch, count / batch, depth]);
  const sizes = builder.constant("int64", [depth], named);
  const isNegative = builder.node("Less", [rows, builder.scalar(0, rows)]);
  const counted = builder.node("Where", [isNegative, builder.node("Add", [rows, sizes]), rows]);
  const inner = reduceSum(builder, builder.node("Mul", [counted, builder.constant("int64", [depth], strides)]), [2]);
  const starts = builder.constant("int64", [batch, 1, 1], Array.from({ length: batch }, (_, at) => at * size)); // prettier-ignore
  const flat = builder.reshape(builder.node("Add", [inner, starts]), [count]);
  const width = elementCount(shape.slice(batched + depth));
  const slices = builder.reshape(outputGradient(context), [1, count, width]);
  return [builder.reshape(scatterBack(builder, { slices, places: flat, size: batch * size }), shape), null];
};

export const scatterNd: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [, places, updates] = node.inputs as readonly [string, string, string];
  const g = outputGradient(context);
  return [
    wanted[0] === true ? (adds(node) ? g : builder.node("ScatterND", [g, places, zerosLike(builder, updates)])) : null,
    null,
    wanted[2] === true ? builder.node("GatherND", [g, places]) : null,
  ];
};

export const scatterElements: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [, places, updates] = node.inputs as readonly [string, string, string];
  const g = outputGradient(context);
  const axis = { axis: int(intOf(node, "axis", 0)) };
  return [
    wanted[0] === true ? (adds(node) ? g : builder.node("ScatterElements", [g, places, zerosLike(builder, updates)], axis)) : null,
    null,
    wanted[2] === true ? builder.node("GatherElements", [g, places], axis) : null,
  ];
};

/** Adds to what is there, or else puts in its place. */
function adds(node: Node): boolean {
  const reduction = textOf(node, "reduction", "none");
  if (reduction !== "none" && reduction !== "add") noGradient(node, `has the reduction ${reduction}`);
  return reduction === "add";
}

/** The numbers go back to the places that TopK tells. No place is told twice. */
export const topK: Gradient = (context) => {
  const { node, builder } = context;
  const [x] = node.inputs as readonly [string];
  const places = node.outputs[1] ?? "";
  if (places === "") noGradient(node, "does not tell its places");
  const axis = { axis: int(intOf(node, "axis", -1)) };
  return [builder.node("ScatterElements", [zerosLike(builder, x), places, outputGradient(context)], axis), null];
};
