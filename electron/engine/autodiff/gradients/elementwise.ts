/**
 * @file Operators that work on each number alone, and on pairs that broadcast. Where a derivative jumps, the value at the jump is the one PyTorch
 * takes: 0 for Relu at 0 and for Clip at its bounds.
 */
import { floatOf } from "../../onnx/attributes.ts";
import { float } from "../../onnx/graph-builder.ts";
import { choose, outputGradient, sumTo, times, type Gradient, type GradientContext } from "../gradient.ts";

/** dL/da and dL/db of y = f(a, b), each added up over what was broadcast. */
function pair(gradients: (context: GradientContext, g: string, a: string, b: string) => readonly [() => string, () => string]): Gradient {
  return (context) => {
    const { node, builder, wanted } = context;
    const [a, b] = node.inputs as readonly [string, string];
    return gradients(context, outputGradient(context), a, b).map((make, index) =>
      wanted[index] === true ? sumTo(builder, make(), index === 0 ? a : b) : null,
    );
  };
}

export const add: Gradient = pair((_, g) => [() => g, () => g]);

export const sub: Gradient = pair(({ builder }, g) => [() => g, () => builder.node("Neg", [g])]);

export const mul: Gradient = pair(({ builder }, g, a, b) => [() => builder.node("Mul", [g, b]), () => builder.node("Mul", [g, a])]);

export const div: Gradient = pair(({ node, builder }, g, _, b) => [
  () => builder.node("Div", [g, b]),
  // -a / b^2 = -y / b.
  () => builder.node("Neg", [builder.node("Div", [builder.node("Mul", [g, node.outputs[0] as string]), b])]),
]);

export const neg: Gradient = (context) => [context.builder.node("Neg", [outputGradient(context)])];

export const exp: Gradient = times((_, __, y) => y);

export const log: Gradient = (context) => [context.builder.node("Div", [outputGradient(context), context.node.inputs[0] as string])];

/** 1 / (2 y). */
export const sqrt: Gradient = times(({ builder }, _, y) => builder.node("Div", [builder.scalar(0.5, y), y]));

/** -y^2. */
export const reciprocal: Gradient = times(({ builder }, _, y) => builder.node("Neg", [builder.node("Mul", [y, y])]));

export const abs: Gradient = times(({ builder }, x) => builder.node("Sign", [x]));

/** From what came out, so that what went in need not be kept. */
export const relu: Gradient = (context) => [
  context.builder.training("ReluGradient", [outputGradient(context), context.node.outputs[0] as string], 1)[0] as string,
];

export const leakyRelu: Gradient = times((context, x) =>
  choose(context.builder, context.builder.node("Greater", [x, context.builder.scalar(0, x)]), x, floatOf(context.node, "alpha", 0.01)),
);

/** At the bounds it is 0, as for the nets' ReLU6: then what came out tells as much as what went in, which need not be kept. */
export const clip: Gradient = (context) => {
  const { builder, node } = context;
  const [least, most] = [boundOf(context, 1, "min", -Infinity), boundOf(context, 2, "max", Infinity)];
  if (least === null || most === null) return clipBetweenValues(context);
  const attributes = { ...(least > -Infinity ? { min: float(least) } : {}), ...(most < Infinity ? { max: float(most) } : {}) };
  return [builder.training("ClipGradient", [outputGradient(context), node.outputs[0] as string], 1, attributes)[0] as string];
};

/** A bound of Clip (an attribute until operator set 10); null where it is known only when it runs. */
function boundOf({ node, builder }: GradientContext, index: number, name: "min" | "max", open: number): number | null {
  const input = node.inputs[index] ?? "";
  return input === "" ? floatOf(node, name, open) : (builder.knownValues(input)?.[0] ?? null);
}

const clipBetweenValues: Gradient = times((context, x) => {
  const { builder, node } = context;
  const [, low = "", high = ""] = node.inputs;
  const conditions = [
    ...(low === "" ? [] : [builder.node("Greater", [x, low])]),
    ...(high === "" ? [] : [builder.node("Less", [x, high])]),
  ];
  return choose(context.builder, conditions.length === 1 ? (conditions[0] as string) : builder.node("And", conditions), x);
});

/** y (1 - y). */
export const sigmoid: Gradient = times(({ builder }, _, y) => builder.node("Mul", [y, builder.node("Sub", [builder.scalar(1, y), y])]));

/** 1 - y^2. */
export const tanh: Gradient = times(({ builder }, _, y) => builder.node("Sub", [builder.scalar(1, y), builder.node("Mul", [y, y])]));

/** sigmoid(x). */
export const softplus: Gradient = times(({ builder }, x) => builder.node("Sigmoid", [x]));

/** 2 / sqrt(pi) exp(-x^2). */
export const erf: Gradient = times(({ builder }, x) => {
  const bell = builder.node("Exp", [builder.node("Neg", [builder.node("Mul", [x, x])])]);
  return builder.node("Mul", [builder.scalar(2 / Math.sqrt(Math.PI), x), bell]);
});

/** alpha where alpha x + beta lies inside 0..1. */
export const hardSigmoid: Gradient = times(({ builder, node }, x, y) => {
  const inside = builder.node("And", [builder.node("Greater", [y, builder.scalar(0, y)]), builder.node("Less", [y, builder.scalar(1, y)])]);
  return builder.node("Where", [inside, builder.scalar(floatOf(node, "alpha", 0.2), x), builder.scalar(0, x)]);
});

export const identity: Gradient = (context) => [outputGradient(context)];

export const where: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [condition, one, other] = node.inputs as readonly [string, string, string];
  const g = outputGradient(context);
  const zero = builder.scalar(0, g);
  return [
    null,
    wanted[1] === true ? sumTo(builder, builder.node("Where", [condition, g, zero]), one) : null,
    wanted[2] === true ? sumTo(builder, builder.node("Where", [condition, zero, g]), other) : null,
  ];
};
