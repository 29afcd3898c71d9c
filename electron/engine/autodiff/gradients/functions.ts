/** @file Functions of one number that image encoders have rarely: trigonometric, hyperbolic and their inverses. */
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { times, type Gradient } from "../gradient.ts";

export const sin: Gradient = times(({ builder }, x) => builder.node("Cos", [x]));

export const cos: Gradient = times(({ builder }, x) => builder.node("Neg", [builder.node("Sin", [x])]));

/** 1 + y^2. */
export const tan: Gradient = times(({ builder }, _, y) => onePlus(builder, square(builder, y)));

export const sinh: Gradient = times(({ builder }, x) => builder.node("Cosh", [x]));

export const cosh: Gradient = times(({ builder }, x) => builder.node("Sinh", [x]));

/** 1 / sqrt(1 - x^2). */
export const asin: Gradient = times(({ builder }, x) => inverseRoot(builder, oneMinus(builder, square(builder, x))));

export const acos: Gradient = times(({ builder }, x) => builder.node("Neg", [inverseRoot(builder, oneMinus(builder, square(builder, x)))]));

/** 1 / (1 + x^2). */
export const atan: Gradient = times(({ builder }, x) => builder.node("Reciprocal", [onePlus(builder, square(builder, x))]));

/** 1 / sqrt(x^2 + 1). */
export const asinh: Gradient = times(({ builder }, x) => inverseRoot(builder, onePlus(builder, square(builder, x))));

/** 1 / sqrt(x^2 - 1). */
export const acosh: Gradient = times(({ builder }, x) =>
  inverseRoot(builder, builder.node("Sub", [square(builder, x), builder.scalar(1, x)])),
);

/** 1 / (1 - x^2). */
export const atanh: Gradient = times(({ builder }, x) => builder.node("Reciprocal", [oneMinus(builder, square(builder, x))]));

function square(builder: GraphBuilder, x: string): string {
  return builder.node("Mul", [x, x]);
}

function onePlus(builder: GraphBuilder, x: string): string {
  return builder.node("Add", [x, builder.scalar(1, x)]);
}

function oneMinus(builder: GraphBuilder, x: string): string {
  return builder.node("Sub", [builder.scalar(1, x), x]);
}

function inverseRoot(builder: GraphBuilder, x: string): string {
  return builder.node("Reciprocal", [builder.node("Sqrt", [x])]);
}
