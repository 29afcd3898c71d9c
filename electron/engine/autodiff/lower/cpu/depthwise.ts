/**
 * @file Convolutions in which each channel is for itself, as products of matrices: of a small picture every pixel meets every pixel of the output through a matrix that holds the
 * channel's kernel along its diagonals (Toeplitz). That is more arithmetic and much less moving about than runtimes' own code for tiny pictures, and the only one for gradients.
 */
import { ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { turned } from "../../gradient.ts";
import { beforeTranspose } from "./transpose.ts";
import { constantOf, type AxisShape, type Matrix } from "./tiles.ts";

export interface DepthwiseShape {
  readonly rows: AxisShape;
  readonly columns: AxisShape;
}

/** @param x [N, C, H, W] @param weights [C, 1, kh, kw] @returns [N, C, h, w] */
export function depthwiseConvolution(builder: GraphBuilder, x: string, weights: string, shape: DepthwiseShape): string {
  return channelsSecond(builder, builder.node("MatMul", [channelsFirst(builder, x), diagonals(builder, weights, shape)]), [
    shape.rows.output,
    shape.columns.output,
  ]);
}

/** @param g [N, C, h, w] @param weights [C, 1, kh, kw] @returns [N, C, H, W] */
export function depthwiseInputGradient(builder: GraphBuilder, g: string, weights: string, shape: DepthwiseShape): string {
  return channelsSecond(builder, builder.node("MatMul", [channelsFirst(builder, g), turned(builder, diagonals(builder, weights, shape))]), [
    shape.rows.input,
    shape.columns.input,
  ]);
}

/** @param x [N, C, H, W] @param g [N, C, h, w] @returns [C, 1, kh, kw] */
export function depthwiseWeightGradient(builder: GraphBuilder, x: string, g: string, shape: DepthwiseShape): string {
  const pairs = builder.node("MatMul", [turned(builder, channelsFirst(builder, x)), channelsFirst(builder, g)]);
  return fromDiagonals(builder, pairs, placesOf(shape), [shape.rows.kernel, shape.columns.kernel]);
}

/** [C, 1, kh, kw] -> [C, pixels in, pixels out] */
function diagonals(builder: GraphBuilder, weights: string, shape: DepthwiseShape): string {
  const [channels = 1, , ...kernel] = builder.shapeOf(weights);
  const { rows, columns } = shape;
  const spread = builder.node("MatMul", [builder.reshape(weights, [channels, elementCount(kernel)]), constantOf(builder, placesOf(shape))]);
  return builder.reshape(spread, [channels, rows.input * columns.input, rows.output * columns.output]);
}

/** [C, pixels in, pixels out] -> [C, 1, kernel] */
export function fromDiagonals(builder: GraphBuilder, pairs: string, places: Matrix, kernel: readonly number[]): string {
  const [channels = 1, ...pixels] = builder.shapeOf(pairs);
  const flat = builder.reshape(pairs, [channels, elementCount(pixels)]);
  return builder.reshape(builder.node("MatMul", [flat, turned(builder, constantOf(builder, places))]), [channels, 1, ...kernel]);
}

/** [places of the kernel, pixels in * pixels out]: 1 where that place joins the two. */
function placesOf({ rows, columns }: DepthwiseShape): Matrix {
  const outputs = rows.output * columns.output;
  return {
    name: `diagonals/${[rows, columns].map(nameOf).join("/")}`,
    rows: rows.kernel * columns.kernel,
    columns: rows.input * columns.input * outputs,
    valueAt: (place, at) => {
      const [from, to] = [Math.floor(at / outputs), at % outputs];
      const down = joins(rows, Math.floor(place / columns.kernel), Math.floor(from / columns.input), Math.floor(to / columns.output));
      return down && joins(columns, place % columns.kernel, from % columns.input, to % columns.output) ? 1 : 0;
    },
  };
}

export function joins({ pad, stride, dilation }: AxisShape, place: number, from: number, to: number): boolean {
  return from === to * stride + place * dilation - pad;
}

export function nameOf({ input, output, pad, kernel, stride, dilation }: AxisShape): string {
  return [input, output, pad, kernel, stride, dilation].join("-");
}

/** [N, C, H, W] -> [C, N, H * W] */
function channelsFirst(builder: GraphBuilder, value: string): string {
  const [batch = 1, channels = 1, ...pixels] = builder.shapeOf(value);
  const laidOut = [channels, batch, elementCount(pixels)];
  const before = beforeTranspose(builder, value, [1, 0, ...pixels.map((_, at) => at + 2)]);
  if (before !== null) return builder.reshape(before, laidOut);
  return builder.node("Transpose", [builder.reshape(value, [batch, channels, elementCount(pixels)])], { perm: ints([1, 0, 2]) });
}

/** [C, N, pixels] -> [N, C, ...pixels] */
function channelsSecond(builder: GraphBuilder, value: string, pixels: readonly number[]): string {
  const [channels = 1, batch = 1] = builder.shapeOf(value);
  const axes = pixels.map((_, at) => at + 2);
  return builder.node("Transpose", [builder.reshape(value, [channels, batch, ...pixels])], { perm: ints([1, 0, ...axes]) });
}
