/** @file Operators over any number of values that broadcast, and the remainder of a division. */
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { outputGradient, sumTo, type Gradient } from "../gradient.ts";

export const sum: Gradient = ({ node, builder, wanted, ...rest }) => {
  const g = outputGradient({ node, builder, wanted, ...rest });
  return node.inputs.map((input, at) => (wanted[at] === true ? sumTo(builder, g, input) : null));
};

export const mean: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const g = outputGradient(context);
  const share = builder.node("Mul", [g, builder.scalar(1 / node.inputs.length, g)]);
  return node.inputs.map((input, at) => (wanted[at] === true ? sumTo(builder, share, input) : null));
};

/** Max and Min: to the one that was taken; those that are equal share. */
export const extreme: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const g = outputGradient(context);
  const y = node.outputs[0] as string;
  if (node.inputs.length === 1) return [g];
  const isTaken = node.inputs.map((input) => builder.node("Equal", [input, y]));
  const marks = isTaken.map((condition) => builder.node("Where", [condition, builder.scalar(1, g), builder.scalar(0, g)]));
  const share = builder.node("Div", [g, added(builder, marks)]);
  return node.inputs.map((input, at) =>
    wanted[at] === true ? sumTo(builder, builder.node("Mul", [share, marks[at] as string]), input) : null,
  );
};

function added(builder: GraphBuilder, values: readonly string[]): string {
  return values.reduce((total, value) => builder.node("Add", [total, value]));
}

/** y = a - n b with a whole n. */
export const mod: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [a, b] = node.inputs as readonly [string, string];
  const g = outputGradient(context);
  const forDivisor = (): string => {
    const count = builder.node("Round", [builder.node("Div", [builder.node("Sub", [node.outputs[0] as string, a]), b])]);
    return sumTo(builder, builder.node("Mul", [g, count]), b);
  };
  return [wanted[0] === true ? sumTo(builder, g, a) : null, wanted[1] === true ? forDivisor() : null];
};
