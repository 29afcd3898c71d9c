/**
 * @file Matrix products: transposed, batched and broadcast factors are read where they lie.
 */
import { floatOf, intOf } from "../../../../onnx/attributes.ts";
import { elementCount } from "../../../../onnx/tensor-values.ts";
import { byteOffset, plainStrides, type Place } from "../place.ts";
import type { Plan } from "../plan.ts";
import type { Handler } from "./handler.ts";

export const matMul: Handler = (plan, operation) => {
  const [a = "", b = ""] = operation.inputs;
  const [y = ""] = operation.outputs;
  const [left, right] = [plan.typeOf(a).shape, plan.typeOf(b).shape];
  if (left.length < 2 || right.length < 2 || plan.typeOf(a).elementType !== "float32") return false;
  const to = plan.placeFor(y);
  emitProduct(plan, plan.placeOf(a), plan.placeOf(b), to);
  plan.bind(y, to);
  return true;
};

export const gemm: Handler = (plan, operation) => {
  const [a = "", b = "", c = ""] = operation.inputs;
  const [y = ""] = operation.outputs;
  const { node } = operation;
  if (plan.typeOf(a).elementType !== "float32") return false;
  const turned = (place: Place, attribute: string): Place =>
    intOf(node, attribute, 0) === 0 ? place : { ...place, shape: place.shape.toReversed(), strides: place.strides.toReversed() };
  const to = plan.placeFor(y);
  emitProduct(plan, turned(plan.placeOf(a), "transA"), turned(plan.placeOf(b), "transB"), to);
  const [alpha, beta] = [floatOf(node, "alpha", 1), floatOf(node, "beta", 1)];
  if (alpha !== 1) plan.pointwise("mul", [to, plan.number(alpha)], to);
  if (c !== "" && beta !== 0) {
    let term = plan.placeOf(c);
    if (beta !== 1) {
      const scaled = plan.place("float32", term.shape);
      plan.pointwise("mul", [term, plan.number(beta)], scaled);
      term = scaled;
    }
    plan.pointwise("add", [to, term], to);
  }
  plan.bind(y, to);
  return true;
};

/** to [..., rows, columns] = a [..., rows, depth] b [..., depth, columns] */
function emitProduct(plan: Plan, a: Place, b: Place, to: Place): void {
  const [rows = 1, columns = 1] = to.shape.slice(-2);
  const depth = a.shape.at(-1) as number;
  const batchShape = to.shape.slice(0, -2);
  const batch = elementCount(batchShape);
  const rowsOnly = batch > 1 && batchStride(b, batchShape) === 0 ? mergedRows(a, batchShape) : null;
  // One matrix for all: a single product with more rows.
  if (rowsOnly !== null)
    return emitBatched(plan, { batch: 1, rows: batch * rows, columns, depth, a: rowsOnly, b: factorOf(b, 0), to, reads: [a, b] });
  const spread = (place: Place): { readonly place: Place; readonly stride: number } => {
    const stride = batchStride(place, batchShape);
    if (stride !== null) return { place, stride };
    const shape = [...batchShape, ...place.shape.slice(-2)];
    const whole = plan.place("float32", shape);
    plan.pointwise("identity", [place], whole);
    return { place: whole, stride: elementCount(place.shape.slice(-2)) };
  };
  const [left, right] = [spread(nonNegative(plan, a)), spread(nonNegative(plan, b))];
  emitBatched(plan, { batch, rows, columns, depth, a: factorOf(left.place, left.stride), b: factorOf(right.place, right.stride), to, reads: [left.place, right.place] }); // prettier-ignore
}

type Factor = () => number[];

function factorOf(place: Place, batchDistance: number): Factor {
  return () => [byteOffset(place), batchDistance, ...place.strides.slice(-2)];
}

interface Product {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly a: Factor;
  readonly b: Factor;
  readonly to: Place;
  readonly reads: readonly Place[];
}

function emitBatched(plan: Plan, { batch, rows, columns, depth, a, b, to, reads }: Product): void {
  plan.emit({ kind: "product", reads, writes: [to], numbers: () => [batch, rows, columns, depth, ...a(), ...b(), byteOffset(to)] });
}

function nonNegative(plan: Plan, place: Place): Place {
  return place.strides.every((stride) => stride >= 0) ? place : plan.plain(place);
}

/** One distance from matrix to matrix, null where there is none. */
function batchStride(place: Place, batchShape: readonly number[]): number | null {
  const own = place.shape.slice(0, -2);
  if (elementCount(own) === 1) return 0;
  if (own.length !== batchShape.length || own.some((size, axis) => size !== batchShape[axis])) return null;
  const last = own.findLastIndex((size) => size !== 1);
  const stride = place.strides[last] as number;
  let expected = stride;
  for (let axis = last; axis >= 0; axis--) {
    if (own[axis] === 1) continue;
    if (place.strides[axis] !== expected) return null;
    expected *= own[axis] as number;
  }
  return stride;
}

/** The rows of all matrices at one distance. */
function mergedRows(place: Place, batchShape: readonly number[]): Factor | null {
  const rows = place.shape.at(-2) as number;
  const [row = 0, column = 0] = place.strides.slice(-2);
  const shape = [...batchShape, rows];
  const expected = plainStrides(shape).map((stride) => stride * row);
  const isMerged = place.shape.length - 1 === shape.length && row >= 0 && column >= 0 && shape.every((size, axis) => size === 1 || place.strides[axis] === expected[axis]); // prettier-ignore
  return isMerged ? () => [byteOffset(place), 0, row, column] : null;
}
