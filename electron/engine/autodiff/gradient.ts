/**
 * @file What the gradient of an operator is: nodes that turn the gradients of its outputs into those of its inputs. Standard ONNX operators
 * only, so whatever runs the forward graph runs the backward one.
 */
import { UserError } from "../base/errors.ts";
import { elementTypes, type ElementType } from "../onnx/element-type.ts";
import { int, ints, type GraphBuilder } from "../onnx/graph-builder.ts";
import type { Node } from "../onnx/model.ts";
import { elementCount } from "../onnx/tensor-values.ts";

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

/** The last two dimensions change places. */
export function turned(builder: GraphBuilder, value: string): string {
  const order = builder.shapeOf(value).map((_, axis) => axis);
  order.push(...order.splice(-2).reverse());
  return builder.node("Transpose", [value], { perm: ints(order) });
}

/** Over `axes`, which stay as 1. From operator set 13 on they are an input. */
export function reduceSum(builder: GraphBuilder, value: string, axes: readonly number[]): string {
  if (builder.version >= 13) return builder.node("ReduceSum", [value, builder.list(axes)]);
  return builder.node("ReduceSum", [value], { axes: ints(axes) });
}

/** Another reduction than the sum, over `axes`, which stay as 1: its axes are an input from operator set 18 on. */
export function reduceBy(
  builder: GraphBuilder,
  opType: "ReduceL2" | "ReduceMax" | "ReduceMean" | "ReduceProd" | "ReduceSumSquare",
  value: string,
  axes: readonly number[],
): string {
  if (builder.version >= 18) return builder.node(opType, [value, builder.list(axes)]);
  return builder.node(opType, [value], { axes: ints(axes) });
}

/** The value itself where it has that type. */
export function cast(builder: GraphBuilder, value: string, elementType: ElementType): string {
  if (builder.typeOf(value).elementType === elementType) return value;
  return builder.node("Cast", [value], { to: int(elementTypes.indexOf(elementType)) });
}

/** Sizes of 1 become those of `shape`. */
export function expanded(builder: GraphBuilder, value: string, shape: readonly number[]): string {
  return elementCount(builder.shapeOf(value)) === elementCount(shape)
    ? builder.reshape(value, shape)
    : builder.node("Expand", [value, builder.list(shape)]);
}

/** dL/dx = dL/dy * factor(x, y): operators that work on each number alone. */
export function times(factor: (context: GradientContext, x: string, y: string) => string): Gradient {
  return (context) => {
    const { node, builder } = context;
    return [builder.node("Mul", [outputGradient(context), factor(context, node.inputs[0] as string, node.outputs[0] as string)])];
  };
}

/** 1 where `condition` (a bool value) holds, else `otherwise`. */
export function choose(builder: GraphBuilder, condition: string, like: string, otherwise = 0): string {
  return builder.node("Where", [condition, builder.scalar(1, like), builder.scalar(otherwise, like)]);
}

/** `one` >= `other`; the operator of that name came with operator set 12. */
export function isAtLeast(builder: GraphBuilder, one: string, other: string): string {
  return builder.version >= 12 ? builder.node("GreaterOrEqual", [one, other]) : builder.node("Not", [builder.node("Less", [one, other])]);
}

/** Throws UserError `no-gradient` for a form of an operator that is told before training begins. */
export function noGradient({ opType, name, outputs }: Node, why: string): never {
  throw new UserError("no-gradient", `The ${opType} node "${name || (outputs[0] ?? "")}" ${why}, which has no gradient here.`);
}

/** As many zeros as `value` has numbers: the gradient of what nothing depends on. */
export function zerosLike(builder: GraphBuilder, value: string): string {
  return builder.node("Expand", [builder.scalar(0, value), builder.list(builder.shapeOf(value))]);
}
