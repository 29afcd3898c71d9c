/**
 * @file Convolutions, BatchNormalization at rest, and global means: [batch, channels, ...spatial]. These are the plain forms, right for every stride,
 * padding, dilation and number of groups; quicker ones for special shapes come beside them.
 */
import { floatOf, intOf } from "../../onnx/attributes.ts";
import { int, ints, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { convolutionWindow, reachOf, type Window } from "../../onnx/shapes/spatial.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { outputGradient, reduceSum, type Gradient } from "../gradient.ts";

export const conv: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, weights, bias = ""] = node.inputs as readonly [string, string, string | undefined];
  const g = outputGradient(context);
  const window = convolutionWindow(node, builder.shapeOf(x), builder.shapeOf(weights));
  const groups = intOf(node, "group", 1);
  return [
    wanted[0] === true ? imageGradient(builder, { x, weights, g, window, groups }) : null,
    wanted[1] === true ? weightGradient(builder, { x, weights, g, window, groups }) : null,
    ...(bias === "" ? [] : [wanted[2] === true ? perChannel(builder, g) : null]),
  ];
};

interface Convolution {
  readonly x: string;
  readonly weights: string;
  readonly g: string;
  readonly window: Window;
  readonly groups: number;
}

/** The transposed convolution, made as large as the picture was. */
function imageGradient(builder: GraphBuilder, { x, weights, g, window, groups }: Convolution): string {
  const { strides, dilations, pads } = window;
  const sizes = builder.shapeOf(x).slice(2);
  const steps = builder.shapeOf(g).slice(2);
  // Pixels at the end that no window reached have the gradient 0.
  const extra = sizes.map((size, at) => {
    return (
      size -
      ((strides[at] as number) * ((steps[at] as number) - 1) +
        reachOf(window, at) -
        (pads[at] as number) -
        (pads[at + sizes.length] as number))
    );
  });
  return builder.node("ConvTranspose", [g, weights], {
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints(pads),
    group: int(groups),
    output_padding: ints(extra),
  });
}

/** For each place of the kernel, the picture as that place saw it, times the gradient: a product of matrices. */
function weightGradient(builder: GraphBuilder, { x, weights, g, window, groups }: Convolution): string {
  const { strides, dilations, pads, kernel } = window;
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const [outputs = 1] = builder.shapeOf(weights);
  const steps = builder.shapeOf(g).slice(2);
  const rank = steps.length;
  const padded = pads.every((size) => size === 0)
    ? x
    : builder.node("Pad", [x, builder.list([0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)])]);
  const pixels = elementCount(steps);
  const gradient = builder.node("Reshape", [g, builder.list([batch, groups, outputs / groups, pixels])]);
  const spatial = builder.list(steps.map((_, at) => at + 2));
  const parts = places(kernel).map((place) => {
    const starts = place.map((at, axis) => at * (dilations[axis] as number));
    const ends = starts.map((start, axis) => start + ((steps[axis] as number) - 1) * (strides[axis] as number) + 1);
    const seen = builder.node("Slice", [padded, builder.list(starts), builder.list(ends), spatial, builder.list(strides)]);
    const rows = builder.node("Reshape", [seen, builder.list([batch, groups, channels / groups, pixels])]);
    const product = builder.node("MatMul", [gradient, builder.node("Transpose", [rows], { perm: ints([0, 1, 3, 2]) })]);
    return builder.node("Reshape", [reduceSum(builder, product, [0]), builder.list([outputs, channels / groups, 1])]);
  });
  const joined = parts.length === 1 ? (parts[0] as string) : builder.node("Concat", parts, { axis: int(2) });
  return builder.node("Reshape", [joined, builder.list(builder.shapeOf(weights))]);
}

/** Every place of a kernel, row-major. */
function places(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (known, size) => known.flatMap((place) => Array.from({ length: size }, (_, at) => [...place, at])),
    [[]],
  );
}

/** Summed over everything but the channels: [channels]. */
function perChannel(builder: GraphBuilder, value: string): string {
  const shape = builder.shapeOf(value);
  const axes = shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return builder.node("Reshape", [reduceSum(builder, value, axes), builder.list([shape[1] as number])]);
}

/** Statistics that are given have no gradient: y = scale (x - mean) / sqrt(variance + epsilon) + bias. */
export const batchNormalization: Gradient = (context) => {
  const { node, builder, wanted } = context;
  const [x, scale, , mean, variance] = node.inputs as readonly [string, string, string, string, string];
  const g = outputGradient(context);
  const rank = builder.shapeOf(x).length;
  const spread = (value: string): string => builder.node("Reshape", [value, builder.list([-1, ...Array<number>(rank - 2).fill(1)])]);
  const widened = builder.node("Add", [variance, builder.scalar(floatOf(node, "epsilon", 1e-5), variance)]);
  const inverse = builder.node("Reciprocal", [builder.node("Sqrt", [widened])]);
  const normal = (): string => builder.node("Mul", [builder.node("Sub", [x, spread(mean)]), spread(inverse)]);
  return [
    wanted[0] === true ? builder.node("Mul", [g, spread(builder.node("Mul", [scale, inverse]))]) : null,
    wanted[1] === true ? perChannel(builder, builder.node("Mul", [g, normal()])) : null,
    wanted[2] === true ? perChannel(builder, g) : null,
  ];
};

export const globalAveragePool: Gradient = (context) => {
  const { node, builder } = context;
  const x = node.inputs[0] as string;
  const shape = builder.shapeOf(x);
  const each = builder.node("Mul", [outputGradient(context), builder.scalar(1 / elementCount(shape.slice(2)), x)]);
  return [builder.node("Expand", [each, builder.list(shape)])];
};
