/**
 * @file The gradient of a convolution by its weights: for each place of the kernel, the picture as that place saw it times the gradient.
 */
import { intOf } from "../../onnx/attributes.ts";
import { int, ints, type GraphBuilder } from "../../onnx/graph-builder.ts";
import { convolutionWindow, type Window } from "../../onnx/shapes/spatial.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { reduceSum } from "../gradient.ts";
import type { Lowering } from "./lower.ts";

export const convWeightGradient: Lowering = ({ builder, node, inputs }) => {
  const [x, g] = inputs as [string, string];
  const window = convolutionWindow(node, builder.shapeOf(x), []);
  const groups = intOf(node, "group", 1);
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const [, outputs = 1, ...steps] = builder.shapeOf(g);
  const pixels = elementCount(steps);
  const gradient = builder.reshape(g, [batch, groups, outputs / groups, pixels]);
  const parts = seenByPlaces(builder, x, window, steps).map((seen) => {
    // One channel for itself: a product of numbers, not of matrices of one row.
    if (channels === groups && outputs === groups)
      return builder.reshape(reduceSum(builder, builder.node("Mul", [seen, g]), [0, ...steps.map((_, at) => at + 2)]), [outputs, 1, 1]);
    const rows = builder.reshape(seen, [batch, groups, channels / groups, pixels]);
    const product = builder.node("MatMul", [gradient, builder.node("Transpose", [rows], { perm: ints([0, 1, 3, 2]) })]);
    return builder.reshape(reduceSum(builder, product, [0]), [outputs, channels / groups, 1]);
  });
  const joined = parts.length === 1 ? (parts[0] as string) : builder.node("Concat", parts, { axis: int(2) });
  return [builder.reshape(joined, [outputs, channels / groups, ...window.kernel])];
};

/** What each place of a kernel sees of the picture, in so many steps: [N, C, ...steps] each, row-major. */
export function seenByPlaces(builder: GraphBuilder, x: string, window: Window, steps: readonly number[]): string[] {
  const { kernel, strides, dilations, pads } = window;
  const rank = steps.length;
  const padded = pads.every((size) => size === 0)
    ? x
    : builder.node("Pad", [x, builder.list([0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)])]);
  const spatial = builder.list(steps.map((_, at) => at + 2));
  return places(kernel).map((place) => {
    const starts = place.map((at, axis) => at * (dilations[axis] as number));
    const ends = starts.map((start, axis) => start + ((steps[axis] as number) - 1) * (strides[axis] as number) + 1);
    const isAll = builder.shapeOf(padded).slice(2).every((size, axis) => starts[axis] === 0 && ends[axis] === size && strides[axis] === 1); // prettier-ignore
    return isAll ? padded : builder.node("Slice", [padded, builder.list(starts), builder.list(ends), spatial, builder.list(strides)]);
  });
}

/** Every place of a kernel, row-major. */
export function places(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (known, size) => known.flatMap((place) => Array.from({ length: size }, (_, at) => [...place, at])),
    [[]],
  );
}
