/**
 * @file Normalisations over the picture's own numbers, BatchNormalization with given statistics, and local response. Means, lengths and what else
 * the backward pass needs are computed anew: cheaper than keeping them, and the forward node need not tell them.
 */
import { floatOf, intOf, intsOf } from "../../onnx/attributes.ts";
import { float, int, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { axisOf } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { noGradient, outputGradient, reduceBy, reduceSum, sumTo, type Gradient, type GradientContext } from "../gradient.ts";
import { alongAxis } from "./along-axis.ts";
import { perChannel } from "./convolution.ts";

interface Normal {
  /** (x - mean) / deviation, of mean 0 and variance 1. */
  readonly normal: string;
  /** 1 / deviation, with the normalised axes as 1. */
  readonly inverse: string;
}

function normalised(
  builder: GraphBuilder,
  x: string,
  { axes, epsilon }: { readonly axes: readonly number[]; readonly epsilon: number },
): Normal {
  const shape = builder.shapeOf(x);
  const isTail = axes.length > 0 && axes.every((axis, at) => axis === shape.length - axes.length + at);
  if (builder.version >= 17 && isTail && builder.typeOf(x).elementType === "float32") {
    // One pass of an operator that gives both.
    const size = shape.slice(shape.length - axes.length);
    const ones = builder.node("Expand", [builder.scalar(1, x), builder.list(size)]);
    const attributes = { axis: int(axes[0] as number), epsilon: float(epsilon) };
    const [normal, , inverse] = builder.nodes("LayerNormalization", [x, ones], 3, attributes) as [string, string, string];
    return { normal, inverse };
  }
  const centred = builder.node("Sub", [x, reduceBy(builder, "ReduceMean", x, axes)]);
  const variance = reduceBy(builder, "ReduceMean", builder.node("Mul", [centred, centred]), axes);
  const widened = builder.node("Add", [variance, builder.scalar(epsilon, x)]);
  const inverse = builder.node("Reciprocal", [builder.node("Sqrt", [widened])]);
  return { normal: builder.node("Mul", [centred, inverse]), inverse };
}

/** dx = (h - mean h - n mean(h n)) / deviation, of y = n for the gradient h. */
function throughNormal(builder: GraphBuilder, h: string, { normal, inverse, axes }: Normal & { readonly axes: readonly number[] }): string {
  const mean = reduceBy(builder, "ReduceMean", h, axes);
  const slope = reduceBy(builder, "ReduceMean", builder.node("Mul", [h, normal]), axes);
  const rest = builder.node("Sub", [builder.node("Sub", [h, mean]), builder.node("Mul", [normal, slope])]);
  return builder.node("Mul", [rest, inverse]);
}

export const layerNormalization: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, scale, bias = ""] = node.inputs as readonly [string, string, string | undefined];
  refuseStatistics(context);
  const g = outputGradient(context);
  const rank = builder.shapeOf(x).length;
  const from = axisOf(node, intOf(node, "axis", -1), rank);
  const axes = Array.from({ length: rank - from }, (_, at) => from + at);
  const normal =
    wanted[0] === true || wanted[1] === true ? normalised(builder, x, { axes, epsilon: floatOf(node, "epsilon", 1e-5) }) : null;
  return [
    wanted[0] === true && normal ? throughNormal(builder, builder.node("Mul", [g, scale]), { ...normal, axes }) : null,
    wanted[1] === true && normal ? sumTo(builder, builder.node("Mul", [g, normal.normal]), scale) : null,
    ...(bias === "" ? [] : [wanted[2] === true ? sumTo(builder, g, bias) : null]),
  ];
};

/** The mean and deviation that a LayerNormalization also tells are for looking at. */
function refuseStatistics({ node, outputGradients }: GradientContext): void {
  if (outputGradients.slice(1).some((each) => each !== null)) noGradient(node, "has its mean or deviation used");
}

/** Each channel of each picture for itself. */
export const instanceNormalization: Gradient = (context) =>
  overGroups(context, context.builder.shapeOf(context.node.inputs[0] as string)[1] as number);

export const groupNormalization: Gradient = (context) => overGroups(context, intOf(context.node, "num_groups", 1));

/** Channels in groups that are normalised together; scale and bias of each channel, before operator set 21 of each group. */
function overGroups(context: GradientContext, groups: number): readonly (string | null)[] {
  const { node, builder, wanted } = context;
  const [x, scale, bias] = node.inputs as readonly [string, string, string];
  const shape = builder.shapeOf(x);
  const [batch = 1, channels = 1] = shape;
  const pixels = elementCount(shape.slice(2));
  const own = builder.shapeOf(scale)[0] as number;
  // [batch, groups, channels of a group, pixels]: a scale of each group is broadcast to its channels.
  const split = [batch, groups, channels / groups, pixels];
  const factors = builder.reshape(scale, own === channels ? [1, groups, channels / groups, 1] : [1, groups, 1, 1]);
  const g = builder.reshape(outputGradient(context), split);
  const axes = [2, 3];
  const summed = (value: string): string => builder.reshape(sumTo(builder, value, factors), [own]);
  const normal =
    wanted[0] === true || wanted[1] === true
      ? normalised(builder, builder.reshape(x, split), { axes, epsilon: floatOf(node, "epsilon", 1e-5) })
      : null;
  return [
    wanted[0] === true && normal
      ? builder.reshape(throughNormal(builder, builder.node("Mul", [g, factors]), { ...normal, axes }), shape)
      : null,
    wanted[1] === true && normal ? summed(builder.node("Mul", [g, normal.normal])) : null,
    ...(bias === "" ? [] : [wanted[2] === true ? summed(g) : null]),
  ];
}

/** y = (x - mean) / (deviation + 1e-9). */
export const meanVarianceNormalization: Gradient = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0] as string;
  const rank = builder.shapeOf(x).length;
  const axes = intsOf(node, "axes", [0, 2, 3]).map((axis) => axisOf(node, axis, rank));
  const normal = normalised(builder, x, { axes, epsilon: 1e-12 });
  return [throughNormal(builder, outputGradient(context), { ...normal, axes })];
};

/** y = x / |x|_p: dx = (g - s sum(g y)) / |x|_p, with s = y for p = 2 and sign x for p = 1; 0 where the length is. */
export const lpNormalization: Gradient = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0], node.outputs[0]] as [string, string];
  const g = outputGradient(context);
  const axis = axisOf(node, intOf(node, "axis", -1), builder.shapeOf(x).length);
  const isAbsolute = intOf(node, "p", 2) === 1;
  const sum = reduceSum(builder, isAbsolute ? builder.node("Abs", [x]) : builder.node("Mul", [x, x]), [axis]);
  const length = isAbsolute ? sum : builder.node("Sqrt", [sum]);
  const isZero = builder.node("Equal", [length, builder.scalar(0, x)]);
  const inverse = builder.node("Where", [isZero, builder.scalar(0, x), builder.node("Reciprocal", [builder.node("Where", [isZero, builder.scalar(1, x), length])])]); // prettier-ignore
  const shared = reduceSum(builder, builder.node("Mul", [g, y]), [axis]);
  const rest = builder.node("Sub", [g, builder.node("Mul", [isAbsolute ? builder.node("Sign", [x]) : y, shared])]);
  return [builder.node("Mul", [rest, inverse])];
};

/** Statistics of the batch itself: its gradient by the picture goes through them too. Those of the statistics are not passed on: they only feed averages. */
export const batchNormalizationTraining: Gradient = (context) => {
  const { node, builder } = context;
  const [x, scale] = node.inputs as readonly [string, string];
  const [, mean, variance] = node.outputs as readonly [string, string, string];
  return builder.training("BatchNormalizationGradient", [outputGradient(context), x, scale, mean, variance], 3, {
    epsilon: float(floatOf(node, "epsilon", 1e-5)),
  });
};

/** Statistics that are given have no gradient: y = scale (x - mean) / sqrt(variance + epsilon) + bias. */
export const batchNormalization: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, scale, , mean, variance] = node.inputs as readonly [string, string, string, string, string];
  const g = outputGradient(context);
  const rank = builder.shapeOf(x).length;
  const spread = (value: string): string => builder.reshape(value, [-1, ...Array<number>(rank - 2).fill(1)]);
  const widened = builder.node("Add", [variance, builder.scalar(floatOf(node, "epsilon", 1e-5), variance)]);
  const inverse = builder.node("Reciprocal", [builder.node("Sqrt", [widened])]);
  const normal = (): string => builder.node("Mul", [builder.node("Sub", [x, spread(mean)]), spread(inverse)]);
  return [
    wanted[0] === true ? builder.node("Mul", [g, spread(builder.node("Mul", [scale, inverse]))]) : null,
    wanted[1] === true ? perChannel(builder, builder.node("Mul", [g, normal()])) : null,
    wanted[2] === true ? perChannel(builder, g) : null,
  ];
};

/** y = x d^-beta, d = bias + alpha / size * sum of the squares of the channels around: each channel's d counts for all that it saw. */
export const localResponse: Gradient = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0], node.outputs[0]] as [string, string];
  const g = outputGradient(context);
  const channels = builder.shapeOf(x)[1] as number;
  const size = intOf(node, "size", 1);
  const [alpha, beta, bias] = [floatOf(node, "alpha", 1e-4), floatOf(node, "beta", 0.75), floatOf(node, "bias", 1)];
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const sees = Array.from({ length: channels }, (_, to) => Array.from({ length: channels }, (__, from) => (from >= to - before && from <= to + after ? 1 : 0))); // prettier-ignore
  const seenBy = sees.map((row, from) => row.map((_, to) => sees[to]?.[from] as number));
  const squares = alongAxis(builder, builder.node("Mul", [x, x]), { axis: 1, matrix: sees });
  const d = builder.node("Add", [builder.node("Mul", [squares, builder.scalar(alpha / size, x)]), builder.scalar(bias, x)]);
  const direct = builder.node("Mul", [g, builder.node("Pow", [d, builder.scalar(-beta, x)])]);
  const shared = alongAxis(builder, builder.node("Div", [builder.node("Mul", [g, y]), d]), { axis: 1, matrix: seenBy });
  const indirect = builder.node("Mul", [builder.node("Mul", [x, builder.scalar((2 * alpha * beta) / size, x)]), shared]);
  return [builder.node("Sub", [direct, indirect])];
};
