/** @file Activations that bend at a place: the family of Elu, PRelu, thresholds. At the bend the slope is that of the left side, as PyTorch has it. */
import { floatOf } from "../../onnx/attributes.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { choose, outputGradient, sumTo, times, type Gradient } from "../gradient.ts";

function isPositive(builder: GraphBuilder, x: string): string {
  return builder.node("Greater", [x, builder.scalar(0, x)]);
}

/** Its slope is a weight that broadcasts to the picture. */
export const pRelu: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, slope] = node.inputs as readonly [string, string];
  const g = outputGradient(context);
  const positive = isPositive(builder, x);
  const zero = builder.scalar(0, g);
  return [
    wanted[0] === true ? builder.node("Where", [positive, g, builder.node("Mul", [g, slope])]) : null,
    wanted[1] === true ? sumTo(builder, builder.node("Where", [positive, zero, builder.node("Mul", [g, x])]), slope) : null,
  ];
};

/** alpha exp(x) = y + alpha below 0. */
export const elu: Gradient = times(({ builder, node }, x, y) => {
  const below = builder.node("Add", [y, builder.scalar(floatOf(node, "alpha", 1), y)]);
  return builder.node("Where", [isPositive(builder, x), builder.scalar(1, x), below]);
});

/** gamma alpha exp(x) = y + gamma alpha below 0, gamma above. */
export const selu: Gradient = times(({ builder, node }, x, y) => {
  const alpha = floatOf(node, "alpha", 1.67326319217681884765625);
  const gamma = floatOf(node, "gamma", 1.05070102214813232421875);
  const below = builder.node("Add", [y, builder.scalar(gamma * alpha, y)]);
  return builder.node("Where", [isPositive(builder, x), builder.scalar(gamma, x), below]);
});

/** exp(x / alpha) = y / alpha + 1 below 0. */
export const celu: Gradient = times(({ builder, node }, x, y) => {
  const below = builder.node("Add", [builder.node("Mul", [y, builder.scalar(1 / floatOf(node, "alpha", 1), y)]), builder.scalar(1, y)]);
  return builder.node("Where", [isPositive(builder, x), builder.scalar(1, x), below]);
});

export const thresholdedRelu: Gradient = times(({ builder, node }, x) =>
  choose(builder, builder.node("Greater", [x, builder.scalar(floatOf(node, "alpha", 1), x)]), x),
);

/** Passes outside -lambd..lambd. */
export const shrink: Gradient = times(({ builder, node }, x) =>
  choose(builder, builder.node("Greater", [builder.node("Abs", [x]), builder.scalar(floatOf(node, "lambd", 0.5), x)]), x),
);

/** 1 / (1 + |x|)^2. */
export const softsign: Gradient = times(({ builder }, x) => {
  const inverse = builder.node("Reciprocal", [builder.node("Add", [builder.node("Abs", [x]), builder.scalar(1, x)])]);
  return builder.node("Mul", [inverse, inverse]);
});
