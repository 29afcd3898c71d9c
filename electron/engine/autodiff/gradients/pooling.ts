/** @file Pools: [batch, channels, ...spatial]. */
import { intOf } from "../../onnx/attributes.ts";
import { int, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { convolutionWindow } from "../../onnx/shapes/spatial.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { expanded, outputGradient, reduceSum, type Gradient, type GradientContext } from "../gradient.ts";
import { places, seenByPlace, spreadBack, spreadEvenly, type Sliding } from "./windows.ts";

function slidingOf({ node, builder }: GradientContext): Sliding {
  const shape = builder.shapeOf(node.inputs[0] as string);
  const window = convolutionWindow(node, shape, []);
  return { window, sizes: shape.slice(2), steps: builder.shapeOf(node.outputs[0] as string).slice(2) };
}

export const averagePool: Gradient = (context) => {
  const { builder } = context;
  const sliding = slidingOf(context);
  const { elementType } = builder.typeOf(outputGradient(context));
  const counts = pixelCounts(sliding, intOf(context.node, "count_include_pad", 0) === 1);
  const factors = builder.constant(
    elementType,
    [1, 1, ...sliding.steps],
    counts.map((count) => 1 / count),
  );
  const isSame = counts.every((count) => count === counts[0]);
  const factor = isSame ? builder.constant(elementType, [], [1 / (counts[0] as number)]) : factors;
  return [spreadEvenly(builder, { g: builder.node("Mul", [outputGradient(context), factor]), ...sliding })];
};

/** By how many numbers each window's sum was divided, row-major. Padding counts when asked for; what lies beyond the padding never does. */
function pixelCounts({ window, sizes, steps }: Sliding, countsPadding: boolean): number[] {
  const along = sizes.map((size, at) => {
    const [kernel, stride, dilation] = [window.kernel, window.strides, window.dilations].map((list) => list[at] as number) as [number, number, number]; // prettier-ignore
    const [before, after] = [window.pads[at] as number, window.pads[at + sizes.length] as number];
    const [low, high] = countsPadding ? [-before, size + after] : [0, size];
    return Array.from({ length: steps[at] as number }, (_, step) => {
      const start = step * stride - before;
      return Array.from({ length: kernel }, (__, place) => start + place * dilation).filter((pixel) => pixel >= low && pixel < high).length;
    });
  });
  return along.reduce<number[]>((known, counts) => known.flatMap((product) => counts.map((count) => product * count)), [1]);
}

/** To the first pixel of each window that holds its largest number. */
export const maxPool: Gradient = (context) => {
  const { node, builder } = context;
  const sliding = slidingOf(context);
  const [x, y] = [node.inputs[0], node.outputs[0]] as [string, string];
  const g = outputGradient(context);
  const { kernel } = sliding.window;
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const zero = builder.scalar(0, g);
  let found: string | null = null;
  const shares = seenByPlace(builder, { x, outside: -Infinity, ...sliding }).map((seen) => {
    const isLargest = builder.node("Equal", [seen, y]);
    const isFirst: string = found === null ? isLargest : builder.node("And", [isLargest, builder.node("Not", [found])]);
    found = found === null ? isLargest : builder.node("Or", [found, isLargest]);
    return builder.reshape(builder.node("Where", [isFirst, g, zero]), [batch * channels, 1, ...sliding.steps]);
  });
  const joined = shares.length === 1 ? (shares[0] as string) : builder.node("Concat", shares, { axis: int(1) });
  const back = spreadBack(builder, { g: joined, weights: onePlaceEach(builder, kernel, x), ...sliding });
  return [builder.reshape(back, builder.shapeOf(x))];
};

/** Weights [places, 1, ...kernel] that put the number of each place where it came from. */
function onePlaceEach(builder: GraphBuilder, kernel: readonly number[], like: string): string {
  const count = places(kernel).length;
  const values = Array.from({ length: count * count }, (_, at) => (at % (count + 1) === 0 ? 1 : 0));
  return builder.constant(builder.typeOf(like).elementType, [count, 1, ...kernel], values);
}

/** y = (sum |x|^p)^(1/p): dx = sign(x) |x|^(p-1) times the sum of g y^(1-p) over the windows that saw it. */
export const lpPool: Gradient = (context) => {
  const { node, builder } = context;
  const power = intOf(node, "p", 2);
  const each = shareOfNorm(context, power);
  return [ownPart(builder, node.inputs[0] as string, power, spreadEvenly(builder, { g: each, ...slidingOf(context) }))];
};

export const globalLpPool: Gradient = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0] as string;
  const power = intOf(node, "p", 2);
  return [ownPart(builder, x, power, shareOfNorm(context, power))];
};

/** g y^(1-p), 0 where y is. */
function shareOfNorm({ node, builder, ...rest }: GradientContext, power: number): string {
  const g = outputGradient({ node, builder, ...rest });
  if (power === 1) return g;
  const y = node.outputs[0] as string;
  const isZero = builder.node("Equal", [y, builder.scalar(0, y)]);
  const safe = builder.node("Where", [isZero, builder.scalar(1, y), y]);
  return builder.node("Div", [g, power === 2 ? safe : builder.node("Pow", [safe, builder.scalar(power - 1, y)])]);
}

function ownPart(builder: GraphBuilder, x: string, power: number, share: string): string {
  if (power === 2) return builder.node("Mul", [x, share]);
  const sign = builder.node("Mul", [builder.node("Sign", [x]), share]);
  if (power === 1) return sign;
  return builder.node("Mul", [builder.node("Pow", [builder.node("Abs", [x]), builder.scalar(power - 1, x)]), sign]);
}

export const globalAveragePool: Gradient = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0] as string;
  const shape = builder.shapeOf(x);
  const each = builder.node("Mul", [outputGradient(context), builder.scalar(1 / elementCount(shape.slice(2)), x)]);
  return [expanded(builder, each, shape)];
};

/** To the largest pixel of each channel; those that are equal share. */
export const globalMaxPool: Gradient = (context) => {
  const { node, builder } = context;
  const [x, y] = [node.inputs[0], node.outputs[0]] as [string, string];
  const isTaken = builder.node("Equal", [x, y]);
  const marks = builder.node("Where", [isTaken, builder.scalar(1, x), builder.scalar(0, x)]);
  const spatial = builder.shapeOf(x).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  return [builder.node("Mul", [marks, builder.node("Div", [outputGradient(context), reduceSum(builder, marks, spatial)])])];
};
