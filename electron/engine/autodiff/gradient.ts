/**
 * @file What the gradient of an operator is: nodes that turn the gradients of its outputs into those of its inputs. Standard ONNX operators
 * only, so whatever runs the forward graph runs the backward one.
 */
import { ints, type GraphBuilder } from "../onnx/graph-builder.ts";
import type { Node } from "../onnx/model.ts";

export interface GradientContext {
  readonly node: Node;
  readonly builder: GraphBuilder;
  /** Of each output: the name of its gradient, null where nothing depends on it. */
  readonly outputGradients: readonly (string | null)[];
  /** Of each input: whether anybody wants its gradient. */
  readonly wanted: readonly boolean[];
}

/** The gradient of each input, null where it has none or nobody wants it. */
export type Gradient = (context: GradientContext) => readonly (string | null)[];

/** The gradient of the first output. */
export function outputGradient({ outputGradients }: GradientContext): string {
  return outputGradients[0] as string;
}

/** `gradient` of a broadcast value, added up over what was repeated, so that it has the shape of `value`. */
export function sumTo(builder: GraphBuilder, gradient: string, value: string): string {
  const from = builder.shapeOf(gradient);
  const to = builder.shapeOf(value);
  const missing = from.length - to.length;
  const axes = from.flatMap((size, axis) => (axis < missing || (to[axis - missing] === 1 && size !== 1) ? [axis] : []));
  const summed = axes.length === 0 ? gradient : reduceSum(builder, gradient, axes);
  return builder.shapeOf(summed).length === to.length ? summed : builder.node("Reshape", [summed, builder.list(to)]);
}

/** Over `axes`, which stay as 1. From operator set 13 on they are an input. */
export function reduceSum(builder: GraphBuilder, value: string, axes: readonly number[]): string {
  if (builder.version >= 13) return builder.node("ReduceSum", [value, builder.list(axes)]);
  return builder.node("ReduceSum", [value], { axes: ints(axes) });
}

/** As many zeros as `value` has numbers: the gradient of what nothing depends on. */
export function zerosLike(builder: GraphBuilder, value: string): string {
  return builder.node("Expand", [builder.scalar(0, value), builder.list(builder.shapeOf(value))]);
}
