/** @file A constant matrix put to work along one axis: what resizing, padding and their gradients are. */
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { elementCount } from "../../onnx/tensor-values.ts";

/** Rows of equal length. */
export type Matrix = readonly (readonly number[])[];

/** [..., n, ...] -> [..., m, ...] by a matrix [m, n]. */
export function alongAxis(
  builder: GraphBuilder,
  value: string,
  { axis, matrix }: { readonly axis: number; readonly matrix: Matrix },
): string {
  const shape = builder.shapeOf(value);
  const { elementType } = builder.typeOf(value);
  const [outputs, inputs] = [matrix.length, shape[axis] as number];
  // The last axis is multiplied from the right; others from the left, with what follows them as columns.
  if (axis === shape.length - 1) {
    const turned = transposed(matrix);
    return builder.node("MatMul", [value, builder.constant(elementType, [inputs, outputs], turned.flat())]);
  }
  const weights = builder.constant(elementType, [outputs, inputs], matrix.flat());
  if (axis === shape.length - 2) return builder.node("MatMul", [weights, value]);
  const rows = builder.reshape(value, [elementCount(shape.slice(0, axis)), inputs, elementCount(shape.slice(axis + 1))]);
  return builder.reshape(builder.node("MatMul", [weights, rows]), shape.with(axis, outputs));
}

export function transposed(matrix: Matrix): Matrix {
  return Array.from({ length: matrix[0]?.length ?? 0 }, (_, column) => matrix.map((row) => row[column] as number));
}
