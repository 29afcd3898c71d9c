/**
 * @file Powers. Their plain formulas are 0 times infinity at 0; where the derivative is 0 it is written so. A constant exponent, which norms have,
 * needs no power of its own.
 */
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { cast, isAtLeast, outputGradient, sumTo, type Gradient } from "../gradient.ts";

export const pow: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [a, b] = node.inputs as readonly [string, string];
  const g = outputGradient(context);
  const { elementType } = builder.typeOf(a);
  const known = builder.knownValues(b);
  const constant = known?.length === 1 ? (known[0] as number) : null;
  const forBase = (): string => {
    const slope = constant === null ? slopeOf(builder, a, cast(builder, b, elementType)) : constantSlope(builder, a, constant);
    return sumTo(builder, builder.node("Mul", [g, slope]), a);
  };
  const forExponent = (): string => {
    // y log a, 0 where a is 0 and so is y.
    const isZero = builder.node("And", [builder.node("Equal", [a, builder.scalar(0, a)]), isAtLeast(builder, b, builder.scalar(0, b))]);
    const safe = builder.node("Where", [isZero, builder.scalar(1, a), a]);
    const slope = builder.node("Mul", [node.outputs[0] as string, builder.node("Log", [safe])]);
    return sumTo(builder, builder.node("Mul", [g, slope]), b);
  };
  // Whole exponents are no values to train.
  const isTrained = builder.typeOf(b).elementType === elementType;
  return [wanted[0] === true ? forBase() : null, wanted[1] === true && isTrained ? forExponent() : null];
};

/** c a^(c - 1). */
function constantSlope(builder: GraphBuilder, a: string, exponent: number): string {
  if (exponent === 0) return builder.scalar(0, a);
  if (exponent === 1) return builder.scalar(1, a);
  const less = exponent === 2 ? a : builder.node("Pow", [a, builder.scalar(exponent - 1, a)]);
  return builder.node("Mul", [less, builder.scalar(exponent, a)]);
}

/** b a^(b - 1), 0 where b is. */
function slopeOf(builder: GraphBuilder, a: string, b: string): string {
  const isZero = builder.node("Equal", [b, builder.scalar(0, b)]);
  const safe = builder.node("Where", [isZero, builder.scalar(1, b), b]);
  const power = builder.node("Pow", [a, builder.node("Sub", [safe, builder.scalar(1, b)])]);
  return builder.node("Mul", [b, power]);
}
