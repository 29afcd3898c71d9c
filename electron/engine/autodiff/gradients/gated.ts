/** @file Activations of the form x times a gate of x: HardSwish (Howard et al. 2019), Gelu (Hendrycks and Gimpel 2016), Mish (Misra 2019). */
import { textOf } from "../../onnx/attributes.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { isAtLeast, outputGradient, times, type Gradient } from "../gradient.ts";

/** 0 up to -3, 1 from 3 on, x / 3 + 1/2 between. */
export const hardSwish: Gradient = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0] as string;
  const number = (value: number): string => builder.scalar(value, x);
  const slope = builder.node("Add", [builder.node("Div", [x, number(3)]), number(0.5)]);
  const low = builder.node("Where", [isAtLeast(builder, number(-3), x), number(0), slope]);
  const factor = builder.node("Where", [isAtLeast(builder, x, number(3)), number(1), low]);
  return [builder.node("Mul", [outputGradient(context), factor])];
};

export const gelu: Gradient = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0] as string;
  const factor = textOf(node, "approximate", "none") === "tanh" ? tanhFactor(builder, x) : exactFactor(builder, x);
  return [builder.node("Mul", [outputGradient(context), factor])];
};

/** Phi(x) + x phi(x), with the normal distribution's two functions. */
function exactFactor(builder: GraphBuilder, x: string): string {
  const number = (value: number): string => builder.scalar(value, x);
  const phi = builder.node("Exp", [builder.node("Mul", [builder.node("Mul", [x, x]), number(-0.5)])]);
  const density = builder.node("Mul", [phi, number(1 / Math.sqrt(2 * Math.PI))]);
  const above = builder.node("Add", [builder.node("Erf", [builder.node("Mul", [x, number(Math.SQRT1_2)])]), number(1)]);
  return builder.node("Add", [builder.node("Mul", [above, number(0.5)]), builder.node("Mul", [x, density])]);
}

/** Of x (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + .044715 x^3). */
function tanhFactor(builder: GraphBuilder, x: string): string {
  const number = (value: number): string => builder.scalar(value, x);
  const scale = Math.sqrt(2 / Math.PI);
  const square = builder.node("Mul", [x, x]);
  const cubic = builder.node("Add", [builder.node("Mul", [square, number(0.044715 * scale)]), number(scale)]);
  const t = builder.node("Tanh", [builder.node("Mul", [x, cubic])]);
  const slope = builder.node("Add", [builder.node("Mul", [square, number(3 * 0.044715 * scale)]), number(scale)]);
  const inner = builder.node("Mul", [builder.node("Mul", [x, slope]), builder.node("Sub", [number(1), builder.node("Mul", [t, t])])]);
  return builder.node("Mul", [builder.node("Add", [builder.node("Add", [t, number(1)]), inner]), number(0.5)]);
}

/** y = x t with t = tanh(softplus(x)): t + x (1 - t^2) sigmoid(x). */
export const mish: Gradient = times(({ builder }, x) => {
  const t = builder.node("Tanh", [builder.node("Softplus", [x])]);
  const slope = builder.node("Mul", [
    builder.node("Sub", [builder.scalar(1, x), builder.node("Mul", [t, t])]),
    builder.node("Sigmoid", [x]),
  ]);
  return builder.node("Add", [t, builder.node("Mul", [x, slope])]);
});
