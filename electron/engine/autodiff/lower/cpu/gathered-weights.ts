/**
 * @file The gradient of a convolution's weights where the picture has few channels, as it comes in: what every place of the kernel sees lies side by side, and meets the gradient in one product.
 */
import { int, ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import type { Window } from "../../../onnx/shapes/spatial.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { reduceSum, turned } from "../../gradient.ts";
import { places } from "../convolution-weights.ts";

/** @param x [N, C, H, W] @param g [N, K, h, w] @returns [K, C, kh, kw] */
export function gatheredWeightGradient(builder: GraphBuilder, x: string, g: string, { kernel, strides, dilations, pads }: Window): string {
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const [, outputs = 1, ...steps] = builder.shapeOf(g);
  const padded = pads.every((size) => size === 0)
    ? x
    : builder.node("Pad", [x, builder.list([0, 0, ...pads.slice(0, 2), 0, 0, ...pads.slice(2)])]);
  const seen = places(kernel).map((place) => {
    const starts = place.map((at, axis) => at * (dilations[axis] as number));
    const ends = starts.map((start, axis) => start + ((steps[axis] as number) - 1) * (strides[axis] as number) + 1);
    return builder.node("Slice", [padded, builder.list(starts), builder.list(ends), builder.list([2, 3]), builder.list(strides)]);
  });
  const count = elementCount(kernel);
  const together = builder.reshape(seen.length === 1 ? (seen[0] as string) : builder.node("Concat", seen, { axis: int(1) }), [batch, count * channels, elementCount(steps)]); // prettier-ignore
  const products = builder.node("MatMul", [builder.reshape(g, [batch, outputs, elementCount(steps)]), turned(builder, together)]);
  const sum = builder.reshape(reduceSum(builder, products, [0]), [outputs, count, channels]);
  return builder.reshape(builder.node("Transpose", [sum], { perm: ints([0, 2, 1]) }), [outputs, channels, ...kernel]);
}
