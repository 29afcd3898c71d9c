/**
 * @file Masks of gradients and the steps of optimizers, in standard operators.
 */
import { floatOf, intOf } from "../../onnx/attributes.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Lowering } from "./lower.ts";

export const reluGradient: Lowering = ({ builder, inputs: [g, x] }) => [
  builder.node("Where", [
    builder.node("Greater", [x as string, builder.scalar(0, x as string)]),
    g as string,
    builder.scalar(0, g as string),
  ]),
];

export const clipGradient: Lowering = ({ builder, node, inputs: [g, x] }) => {
  const [low, high] = [floatOf(node, "min", -Infinity), floatOf(node, "max", Infinity)];
  const above = low === -Infinity ? null : builder.node("Greater", [x as string, builder.scalar(low, x as string)]);
  const below = high === Infinity ? null : builder.node("Less", [x as string, builder.scalar(high, x as string)]);
  const inside = above !== null && below !== null ? builder.node("And", [above, below]) : (above ?? below);
  return [inside === null ? (g as string) : builder.node("Where", [inside, g as string, builder.scalar(0, g as string)])];
};

export const sgdStep: Lowering = ({ builder, node, inputs }) => {
  const [weights, g, velocity, rate] = inputs as [string, string, string, string];
  const momentum = builder.scalar(floatOf(node, "momentum", 0), weights);
  const decayed = withDecay(builder, g, weights, floatOf(node, "decay", 0));
  const moved = builder.node("Add", [builder.node("Mul", [momentum, velocity]), decayed]);
  const ahead = intOf(node, "nesterov", 0) === 1 ? builder.node("Add", [decayed, builder.node("Mul", [momentum, moved])]) : moved;
  return [builder.node("Sub", [weights, builder.node("Mul", [rate, ahead])]), moved];
};

/** Both moments are corrected for having begun at 0. */
export const adamStep: Lowering = ({ builder, node, inputs }) => {
  const [weights, gradient, first, second, rate, step] = inputs as [string, string, string, string, string, string];
  const [one, other] = [floatOf(node, "beta1", 0.9), floatOf(node, "beta2", 0.999)];
  const decay = floatOf(node, "decay", 0);
  const isDecoupled = intOf(node, "decoupled", 0) === 1;
  const g = isDecoupled ? gradient : withDecay(builder, gradient, weights, decay);
  const number = (value: number): string => builder.scalar(value, weights);
  const mean = builder.node("Add", [builder.node("Mul", [number(one), first]), builder.node("Mul", [number(1 - one), g])]);
  const square = builder.node("Add", [
    builder.node("Mul", [number(other), second]),
    builder.node("Mul", [number(1 - other), builder.node("Mul", [g, g])]),
  ]);
  const corrected = (moment: string, beta: number): string =>
    builder.node("Div", [moment, builder.node("Sub", [number(1), builder.node("Pow", [number(beta), step])])]);
  const root = builder.node("Add", [builder.node("Sqrt", [corrected(square, other)]), number(floatOf(node, "epsilon", 1e-8))]);
  const direction = builder.node("Div", [corrected(mean, one), root]);
  const whole = isDecoupled && decay !== 0 ? withDecay(builder, direction, weights, decay) : direction;
  return [builder.node("Sub", [weights, builder.node("Mul", [rate, whole])]), mean, square];
};

export const average: Lowering = ({ builder, inputs }) => {
  const [old, fresh, keep] = inputs as [string, string, string];
  const rest = builder.node("Sub", [builder.scalar(1, old), keep]);
  return [builder.node("Add", [builder.node("Mul", [keep, old]), builder.node("Mul", [rest, fresh])])];
};

function withDecay(builder: GraphBuilder, g: string, weights: string, decay: number): string {
  return decay === 0 ? g : builder.node("Add", [g, builder.node("Mul", [builder.scalar(decay, weights), weights])]);
}
