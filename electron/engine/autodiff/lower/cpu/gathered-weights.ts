/**
 * @file The gradient of a convolution's weights where the picture has few channels, as it comes in: what every place of the kernel sees lies side by side, and meets the gradient in one product.
 */
import { int, ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import type { Window } from "../../../onnx/shapes/spatial.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { reduceSum, turned } from "../../gradient.ts";
import { seenByPlaces } from "../convolution-weights.ts";

/** @param x [N, C, H, W] @param g [N, K, h, w] @returns [K, C, kh, kw] */
export function gatheredWeightGradient(builder: GraphBuilder, x: string, g: string, window: Window): string {
  const { kernel } = window;
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const [, outputs = 1, ...steps] = builder.shapeOf(g);
  const seen = seenByPlaces(builder, x, window, steps);
  const count = elementCount(kernel);
  const together = builder.reshape(seen.length === 1 ? (seen[0] as string) : builder.node("Concat", seen, { axis: int(1) }), [batch, count * channels, elementCount(steps)]); // prettier-ignore
  const products = builder.node("MatMul", [builder.reshape(g, [batch, outputs, elementCount(steps)]), turned(builder, together)]);
  const sum = builder.reshape(reduceSum(builder, products, [0]), [outputs, count, channels]);
  return builder.reshape(builder.node("Transpose", [sum], { perm: ints([0, 2, 1]) }), [outputs, channels, ...kernel]);
}
