/**
 * @file Convolutions in which each channel is for itself, as products of matrices: of a small picture every pixel meets every pixel of the output through a matrix that holds the
 * channel's kernel along its diagonals (Toeplitz). That is more arithmetic and much less moving about than runtimes' own code for tiny pictures, and the only one for gradients.
 */
import { int, ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { turned } from "../../gradient.ts";
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

/**
 * The same where pictures are too large for pixels to meet one and all: the columns meet, row by row of the kernel.
 * @param x [N, C, H, W] @param g [N, C, h, w] @returns [C, 1, kh, kw]
 */
export function depthwiseWeightGradientByRows(builder: GraphBuilder, x: string, g: string, { rows, columns }: DepthwiseShape): string {
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  // [C, H, N, W]
  const lines = (value: string): string => builder.node("Transpose", [value], { perm: ints([1, 2, 0, 3]) });
  const [seen, asked] = [lines(x), lines(g)];
  const places = alongColumns(columns);
  const parts = Array.from({ length: rows.kernel }, (_, row) => {
    const offset = row * rows.dilation - rows.pad;
    const from = Math.max(0, Math.ceil(-offset / rows.stride));
    const to = Math.min(rows.output - 1, Math.floor((rows.input - 1 - offset) / rows.stride));
    if (to < from) return builder.constant("float32", [channels, 1, columns.kernel], Array<number>(channels * columns.kernel).fill(0));
    const first = from * rows.stride + offset;
    const cut = (value: string, start: number, end: number, step: number): string =>
      builder.node("Slice", [value, builder.list([start]), builder.list([end]), builder.list([1]), builder.list([step])]);
    const flat = (value: string, width: number): string => builder.reshape(value, [channels, (to - from + 1) * batch, width]);
    const above = flat(cut(seen, first, first + (to - from) * rows.stride + 1, rows.stride), columns.input);
    const below = flat(from === 0 && to === rows.output - 1 ? asked : cut(asked, from, to + 1, 1), columns.output);
    return fromDiagonals(builder, builder.node("MatMul", [turned(builder, above), below]), places, [1, columns.kernel]);
  });
  return builder.reshape(
    builder.node(
      "Concat",
      parts.map((part) => builder.reshape(part, [channels, 1, columns.kernel])),
      { axis: int(1) },
    ),
    [channels, 1, rows.kernel, columns.kernel],
  );
}

/** [C, 1, kh, kw] -> [C, pixels in, pixels out] */
function diagonals(builder: GraphBuilder, weights: string, shape: DepthwiseShape): string {
  const [channels = 1, , ...kernel] = builder.shapeOf(weights);
  const { rows, columns } = shape;
  const spread = builder.node("MatMul", [builder.reshape(weights, [channels, elementCount(kernel)]), constantOf(builder, placesOf(shape))]);
  return builder.reshape(spread, [channels, rows.input * columns.input, rows.output * columns.output]);
}

/** [C, pixels in, pixels out] -> [C, 1, kernel] */
function fromDiagonals(builder: GraphBuilder, pairs: string, places: Matrix, kernel: readonly number[]): string {
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

function alongColumns(columns: AxisShape): Matrix {
  return {
    name: `diagonals/${nameOf(columns)}`,
    rows: columns.kernel,
    columns: columns.input * columns.output,
    valueAt: (place, at) => (joins(columns, place, Math.floor(at / columns.output), at % columns.output) ? 1 : 0),
  };
}

function joins({ pad, stride, dilation }: AxisShape, place: number, from: number, to: number): boolean {
  return from === to * stride + place * dilation - pad;
}

function nameOf({ input, output, pad, kernel, stride, dilation }: AxisShape): string {
  return [input, output, pad, kernel, stride, dilation].join("-");
}

/** [N, C, H, W] -> [C, N, H * W] */
function channelsFirst(builder: GraphBuilder, value: string): string {
  const [batch = 1, channels = 1, ...pixels] = builder.shapeOf(value);
  return builder.node("Transpose", [builder.reshape(value, [batch, channels, elementCount(pixels)])], { perm: ints([1, 0, 2]) });
}

/** [C, N, pixels] -> [N, C, ...pixels] */
function channelsSecond(builder: GraphBuilder, value: string, pixels: readonly number[]): string {
  const [channels = 1, batch = 1] = builder.shapeOf(value);
  return builder.reshape(builder.node("Transpose", [value], { perm: ints([1, 0, 2]) }), [batch, channels, ...pixels]);
}
