/**
 * @file Whitening as nodes of an ONNX graph behind an embedding, so that what is exported whitens by itself: unit length, one Gemm, unit length.
 */
import { reduceBy } from "../../autodiff/gradient.ts";
import { BugError } from "../../base/errors.ts";
import { int, type GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Whitening } from "./whitening.ts";

/** Vectors shorter than this stay as they are instead of becoming NaN. */
const leastLength = 1e-12;

/** @param embedding a value of [n, dimensions]  @returns the name of the whitened one, [n, axisCount], unit length */
export function addWhitening(builder: GraphBuilder, embedding: string, whitening: Whitening): string {
  const { dimensions, axisCount, matrix } = whitening;
  const shape = builder.shapeOf(embedding);
  if (shape.length !== 2 || shape[1] !== dimensions)
    throw new BugError(`${embedding} is [${shape.join(", ")}]; a whitening of ${dimensions} numbers goes behind [n, ${dimensions}]`);
  const { elementType } = builder.typeOf(embedding);
  const weights = builder.constant(elementType, [dimensions, axisCount], [...matrix]);
  const bias = builder.constant(elementType, [axisCount], biasOf(whitening));
  return addUnitLength(builder, builder.node("Gemm", [addUnitLength(builder, embedding), weights, bias]));
}

/** - mean matrix: (x - mean) M = x M - mean M. */
function biasOf({ dimensions, axisCount, mean, matrix }: Whitening): number[] {
  return Array.from({ length: axisCount }, (_, axis) => {
    let sum = 0;
    for (let row = 0; row < dimensions; row++) sum -= mean[row] * matrix[row * axisCount + axis];
    return sum;
  });
}

/**
 * Unit vectors side by side, made unit length, as `joinVectors` does.
 * @param one, other values of [n, ...], each of unit length
 * @param share of the other in a cosine, 0 to 1
 */
export function addJoined(builder: GraphBuilder, one: string, other: string, share = 0.5): string {
  const weighed = (value: string, part: number): string =>
    share === 0.5 ? value : builder.node("Mul", [value, builder.scalar(Math.sqrt(part), value)]);
  return addUnitLength(builder, builder.node("Concat", [weighed(one, 1 - share), weighed(other, share)], { axis: int(1) }));
}

/** x / |x| along the last axis of [n, d]. */
export function addUnitLength(builder: GraphBuilder, value: string): string {
  const length = reduceBy(builder, "ReduceL2", value, [1]);
  return builder.node("Div", [value, builder.node("Max", [length, builder.scalar(leastLength, value)])]);
}
