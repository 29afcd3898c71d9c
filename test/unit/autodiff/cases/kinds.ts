/** @file Forms that many cases of gradients share. */
import type { Attributes } from "#engine/onnx/graph-builder.ts";
import type { GradientCase } from "../check-gradient.ts";

export const unary = (opType: string, more: Partial<GradientCase> = {}, attributes = {}): GradientCase => ({
  shapes: [[2, 3]],
  build: (builder, [x]) => builder.node(opType, [x as string], attributes),
  ...more,
});

export const binary = (opType: string, shapes: readonly (readonly number[])[], more: Partial<GradientCase> = {}): GradientCase => ({
  shapes,
  build: (builder, inputs) => builder.node(opType, inputs),
  ...more,
});

export function conv(image: readonly number[], weights: readonly number[], attributes: Attributes, bias = false): GradientCase {
  const shapes = bias ? [image, weights, weights.slice(0, 1)] : [image, weights];
  return { shapes, single: true, linear: true, range: [-1, 1], build: (builder, inputs) => builder.node("Conv", inputs, attributes) };
}

/** Shapes that broadcast in every way. */
export const pairs = [
  [[2, 3], [2, 3]],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [[2, 1, 3], [4, 1]],
  [[2, 3], []],
  [[1, 3], [2, 1]],
] as const; // prettier-ignore

/** Operator -> what is tried of it. */
export type Cases = Readonly<Record<string, readonly GradientCase[]>>;
