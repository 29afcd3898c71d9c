/** @file Reductions over axes. */
import { intOf, intsOf } from "../../onnx/attributes.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { axisOf } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { expanded, outputGradient, reduceBy, reduceSum, type Gradient } from "../gradient.ts";

interface Reduction {
  readonly builder: GraphBuilder;
  readonly x: string;
  /** The result and its gradient, with the reduced axes as 1. */
  readonly y: string;
  readonly g: string;
  readonly axes: readonly number[];
}

/** @param own of each number, or null where there is nothing to reduce */
function reduction(own: (reduction: Reduction) => string): Gradient {
  return (context) => {
    const { node, builder } = context;
    const [x, axesInput = ""] = node.inputs as readonly [string, string | undefined];
    const shape = builder.shapeOf(x);
    const given = intsOf(node, "axes", null) ?? (axesInput === "" ? null : builder.knownValues(axesInput));
    const isAll = given === null || given.length === 0;
    if (isAll && intOf(node, "noop_with_empty_axes", 0) === 1) return [outputGradient(context)];
    const axes = isAll ? shape.map((_, axis) => axis) : given.map((axis) => axisOf(node, axis, shape.length));
    const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
    const keep = (value: string): string => (builder.shapeOf(value).length === shape.length ? value : builder.reshape(value, kept));
    return [own({ builder, x, y: keep(node.outputs[0] as string), g: keep(outputGradient(context)), axes })];
  };
}

export const reduceSumGradient: Gradient = reduction(({ builder, x, g }) => expanded(builder, g, builder.shapeOf(x)));

export const reduceMean: Gradient = reduction(({ builder, x, g, axes }) => {
  const shape = builder.shapeOf(x);
  const count = elementCount(axes.map((axis) => shape[axis] as number));
  return expanded(builder, builder.node("Mul", [g, builder.scalar(1 / count, x)]), shape);
});

/** ReduceMax and ReduceMin: to the one that was taken; those that are equal share. */
export const reduceExtreme: Gradient = reduction(({ builder, x, y, g, axes }) => {
  const isTaken = builder.node("Equal", [x, y]);
  const marks = builder.node("Where", [isTaken, builder.scalar(1, x), builder.scalar(0, x)]);
  return builder.node("Mul", [marks, builder.node("Div", [g, reduceSum(builder, marks, axes)])]);
});

export const reduceL1: Gradient = reduction(({ builder, x, g }) => builder.node("Mul", [g, builder.node("Sign", [x])]));

/** x / y, and 0 for the length 0. */
export const reduceL2: Gradient = reduction(({ builder, x, y, g }) => {
  const isZero = builder.node("Equal", [y, builder.scalar(0, y)]);
  const length = builder.node("Where", [isZero, builder.scalar(1, y), y]);
  return builder.node("Mul", [x, builder.node("Div", [g, length])]);
});

export const reduceSumSquare: Gradient = reduction(({ builder, x, g }) =>
  builder.node("Mul", [x, builder.node("Mul", [g, builder.scalar(2, g)])]),
);

/** 1 / sum = exp(-y). */
export const reduceLogSum: Gradient = reduction(({ builder, x, y, g }) => {
  const each = builder.node("Mul", [g, builder.node("Exp", [builder.node("Neg", [y])])]);
  return expanded(builder, each, builder.shapeOf(x));
});

/** The softmax, exp(x - y): never above 1. */
export const reduceLogSumExp: Gradient = reduction(({ builder, x, y, g }) =>
  builder.node("Mul", [g, builder.node("Exp", [builder.node("Sub", [x, y])])]),
);

/** The product of the others, also where one or several are 0. */
export const reduceProd: Gradient = reduction(({ builder, x, g, axes }) => {
  const [zero, one] = [builder.scalar(0, x), builder.scalar(1, x)];
  const isZero = builder.node("Equal", [x, zero]);
  const safe = builder.node("Where", [isZero, one, x]);
  const zeros = reduceSum(builder, builder.node("Where", [isZero, one, zero]), axes);
  const product = builder.node("Mul", [g, reduceBy(builder, "ReduceProd", safe, axes)]);
  const ifOnly = builder.node("Where", [builder.node("Equal", [zeros, one]), product, zero]);
  const ifNone = builder.node("Where", [builder.node("Equal", [zeros, zero]), product, zero]);
  return builder.node("Where", [isZero, ifOnly, builder.node("Div", [ifNone, safe])]);
});
