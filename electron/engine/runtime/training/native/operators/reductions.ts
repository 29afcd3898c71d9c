/**
 * @file Sums, means and their kin over axes, global means, Softmax.
 */
import { intOf, intsOf } from "../../../../onnx/attributes.ts";
import { byteOffset, channelsLastStrides, plainStrides, type Place } from "../place.ts";
import type { Operation } from "../operation.ts";
import type { Plan } from "../plan.ts";
import { at, reductionCode, walkNumbers, walkOver, type ReductionKind } from "../steps.ts";
import type { Handler } from "./handler.ts";

export function reduction(kind: ReductionKind): Handler {
  return (plan, operation) => {
    const [x = ""] = operation.inputs;
    const axes = axesOf(plan, operation, plan.typeOf(x).shape.length);
    if (plan.typeOf(x).elementType !== "float32" || axes === null) return false;
    return emitReduction(plan, operation, kind, axes);
  };
}

export const globalAveragePool: Handler = (plan, operation) => {
  const [x = ""] = operation.inputs;
  if (plan.typeOf(x).elementType !== "float32") return false;
  const axes = plan.typeOf(x).shape.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  return emitReduction(plan, operation, "mean", axes);
};

export function softmax(isLog: boolean): Handler {
  return (plan, operation) => {
    const [x = ""] = operation.inputs;
    const { elementType, shape } = plan.typeOf(x);
    if (elementType !== "float32" || shape.length === 0) return false;
    const axis = axisAt(intOf(operation.node, "axis", plan.version < 13 ? 1 : -1), shape.length);
    const from = plan.placeOf(x);
    if (plan.version < 13) {
      // All axes from this one on together.
      const flat = plan.plain(from);
      const length = shape.slice(axis).reduce((product, size) => product * size, 1);
      return emitSoftmax(plan, operation, { from: flat, to: plan.placeFor(operation.outputs[0] as string), length, isLog });
    }
    const order = [...shape.keys()].filter((each) => each !== axis).concat(axis);
    const turned: Place = {
      ...from,
      shape: order.map((each) => shape[each] as number),
      strides: order.map((each) => from.strides[each] as number),
    };
    const rows = plan.plain(turned);
    const to = plan.place("float32", rows.shape);
    const back: Place = { ...to, shape, strides: shape.map((_, each) => to.strides[order.indexOf(each)] as number) };
    return emitSoftmax(plan, operation, { from: rows, to, length: shape[axis] as number, isLog, bound: back });
  };
}

interface SoftmaxStep {
  readonly from: Place;
  readonly to: Place;
  readonly length: number;
  readonly isLog: boolean;
  readonly bound?: Place;
}

function emitSoftmax(plan: Plan, operation: Operation, { from, to, length, isLog, bound = to }: SoftmaxStep): true {
  const rows = from.shape.reduce((product, size) => product * size, 1) / length;
  plan.emit({ kind: "softmax", reads: [from], writes: [to], numbers: () => [rows, length, isLog ? 1 : 0, at(from), at(to)] });
  plan.bind(operation.outputs[0] as string, bound);
  return true;
}

/** A new place for what is left; the axes taken stay as 1. */
export function reduceTo(plan: Plan, kind: ReductionKind, from: Place, axes: readonly number[]): Place {
  const isTaken = (_: unknown, axis: number): boolean => axes.includes(axis);
  const isKept = (_: unknown, axis: number): boolean => !axes.includes(axis);
  // What is left lies in the order it had, so that neighbours stay neighbours.
  const shape = from.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const isPicture = shape.length > 2 && (from.strides[1] as number) < (from.strides.at(-1) as number);
  const result = plan.place("float32", shape, isPicture ? channelsLastStrides(shape) : plainStrides(shape));
  const kept = walkOver(shape.filter(isKept), [result.strides.filter(isKept), from.strides.filter(isKept)]);
  const taken = walkOver(from.shape.filter(isTaken), [from.strides.filter(isTaken)]);
  const numbers = (): number[] => [
    reductionCode(kind),
    ...walkNumbers(kept),
    ...walkNumbers(taken),
    byteOffset(from),
    ...(kept.strides[1] ?? []),
    ...(taken.strides[0] ?? []),
    byteOffset(result),
  ];
  plan.emit({ kind: "reduction", reads: [from], writes: [result], numbers });
  return result;
}

function emitReduction(plan: Plan, operation: Operation, kind: ReductionKind, axes: readonly number[]): true {
  const [x = ""] = operation.inputs;
  const [y = ""] = operation.outputs;
  const result = reduceTo(plan, kind, plan.placeOf(x), axes);
  const { shape: wanted } = plan.typeOf(y);
  const keepsAxes = wanted.length === result.shape.length;
  plan.bind(y, keepsAxes ? result : { ...result, shape: wanted, strides: result.strides.filter((_, axis) => !axes.includes(axis)) });
  return true;
}

/** null: known only when it runs. */
function axesOf(plan: Plan, { node, inputs }: Operation, rank: number): number[] | null {
  const name = inputs[1] ?? "";
  const given = name === "" ? intsOf(node, "axes", null) : plan.knownValues(name);
  if (name !== "" && given === null) return null;
  const all = Array.from({ length: rank }, (_, axis) => axis);
  if (given === null || given.length === 0) return intOf(node, "noop_with_empty_axes", 0) === 1 ? [] : all;
  return given.map((axis) => axisAt(axis, rank));
}

function axisAt(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
