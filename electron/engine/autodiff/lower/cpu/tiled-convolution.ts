/**
 * @file Convolutions and their gradients as products of matrices along the axes of a picture (tiles.ts). Each product takes the last axis of a value and puts what it makes of it
 * in front (or the other way round), so that nothing is cut out, padded or moved beside it: [N, C, H, W] becomes [points and tiles of H, points and tiles of W, N, C], in which
 * the channels meet.
 */
import { ints, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { reduceSum, turned } from "../../gradient.ts";
import { constantOf, type Matrix, type TiledAxis } from "./tiles.ts";

export interface TiledKernel {
  readonly rows: TiledAxis;
  readonly columns: TiledAxis;
}

/** @param x [N, C, H, W] @param weights [K, C, kh, kw] @returns [N, K, ...]; with `isTurned`, weights [C, K, kh, kw] */
export function tiledConvolution(builder: GraphBuilder, x: string, weights: string, kernel: TiledKernel, isTurned = false): string {
  const seen = before(builder, x, kernel);
  const taps = tapsOf(builder, weights, kernel);
  const products = builder.node("MatMul", [seen, isTurned ? taps : turned(builder, taps)]);
  return afterwards(builder, products, builder.shapeOf(x)[0] as number, kernel.rows.after as Matrix, kernel.columns.after as Matrix);
}

/**
 * The gradient by the picture of a kernel whose tiles are single pixels, for any stride: what each place of the kernel sends back to where it looked.
 * @param g [N, K, h, w] @param weights [K, C, kh, kw] @returns [N, C, H, W]
 */
export function tiledInputGradient(builder: GraphBuilder, g: string, weights: string, kernel: TiledKernel): string {
  const sent = builder.node("MatMul", [pixelsFirst(builder, g), tapsOf(builder, weights, kernel)]);
  return afterwards(builder, sent, builder.shapeOf(g)[0] as number, kernel.rows.before, kernel.columns.before);
}

/**
 * The gradient by the weights.
 * @param x [N, C, H, W] @param g [N, K, h, w] @returns [K, C, kh, kw]
 */
export function tiledWeightGradient(builder: GraphBuilder, x: string, g: string, { rows, columns }: TiledKernel): string {
  // Twice as large, and half of that in the end: else this would be the same value as the convolution's and lie in memory from there to here.
  const double = 2;
  const seen = before(builder, x, { rows, columns }, double);
  const asked = rows.after === null ? pixelsFirst(builder, g) : before(builder, g, { rows: transposedRoles(rows), columns: transposedRoles(columns) }); // prettier-ignore
  const products = builder.node("MatMul", [turned(builder, asked), seen]);
  const [, , , outputs = 1, channels = 1] = builder.shapeOf(products);
  const summed = rows.tiles === 1 ? products : reduceSum(builder, products, [1]);
  const places = builder.reshape(summed, [rows.points, columns.points, outputs, channels]);
  const kernelOf = (axis: TiledAxis): string => constantOf(builder, axis.kernel, 1 / double);
  return lastFromFirst(builder, lastFromFirst(builder, places, kernelOf(rows)), kernelOf(columns));
}

/** The gradient is asked for with what the products are put together with. */
function transposedRoles(axis: TiledAxis): TiledAxis {
  return { ...axis, before: axis.after as Matrix };
}

/** [N, C, H, W] -> [points, tiles, points, tiles * N, C] */
function before(builder: GraphBuilder, x: string, { rows, columns }: TiledKernel, factor = 1): string {
  const [batch = 1, channels = 1] = builder.shapeOf(x);
  const across = firstFromLast(builder, x, constantOf(builder, columns.before, factor));
  const down = firstFromLast(builder, across, constantOf(builder, rows.before, factor));
  return builder.reshape(down, [rows.points, rows.tiles, columns.points, columns.tiles * batch, channels]);
}

/** [points, tiles, points, tiles * N, C] -> [N, C, h, w] */
function afterwards(builder: GraphBuilder, products: string, batch: number, rows: Matrix, columns: Matrix): string {
  const channels = builder.shapeOf(products).at(-1) as number;
  const whole = builder.reshape(products, [rows.rows, columns.rows, batch, channels]);
  return lastFromFirst(builder, lastFromFirst(builder, whole, constantOf(builder, rows)), constantOf(builder, columns));
}

/** [K, C, kh, kw] -> [points, 1, points, K, C] */
function tapsOf(builder: GraphBuilder, weights: string, { rows, columns }: TiledKernel): string {
  const [outputs = 1, channels = 1] = builder.shapeOf(weights);
  const across = firstFromLast(builder, weights, constantOf(builder, columns.kernel));
  const both = firstFromLast(builder, across, constantOf(builder, rows.kernel));
  return builder.reshape(both, [rows.points, 1, columns.points, outputs, channels]);
}

/** [N, K, h, w] -> [1, h, 1, w * N, K] */
function pixelsFirst(builder: GraphBuilder, g: string): string {
  const [batch = 1, outputs = 1, height = 1, width = 1] = builder.shapeOf(g);
  const moved = builder.node("Transpose", [builder.reshape(g, [batch * outputs, height * width])], { perm: ints([1, 0]) });
  return builder.reshape(moved, [1, height, 1, width * batch, outputs]);
}

/** [...rest, i] by [o, i] -> [o, ...rest] */
function firstFromLast(builder: GraphBuilder, value: string, by: string): string {
  const shape = builder.shapeOf(value);
  const rest = shape.slice(0, -1);
  const flat = builder.reshape(value, [elementCount(rest), shape.at(-1) as number]);
  return builder.reshape(builder.node("MatMul", [by, turned(builder, flat)]), [builder.shapeOf(by)[0] as number, ...rest]);
}

/** [i, ...rest] by [i, o] -> [...rest, o] */
function lastFromFirst(builder: GraphBuilder, value: string, by: string): string {
  const [first = 1, ...rest] = builder.shapeOf(value);
  const flat = builder.reshape(value, [first, elementCount(rest)]);
  return builder.reshape(builder.node("MatMul", [turned(builder, flat), by]), [...rest, builder.shapeOf(by)[1] as number]);
}
