/**
 * @file Operators that only say where numbers lie: most become another look at the same memory and cost nothing.
 */
import { intOf, intsOf, textOf } from "../../../../onnx/attributes.ts";
import { isElementKind, isPlain, plainStrides, type Place } from "../place.ts";
import type { Operation } from "../operation.ts";
import type { Plan } from "../plan.ts";
import type { Handler } from "./handler.ts";

export const identity: Handler = (plan, operation) => {
  if (operation.outputs.length > 1) return false;
  return view(plan, operation, (place) => place);
};

/** Reshape, Flatten, Squeeze, Unsqueeze. */
export const reshape: Handler = (plan, operation) => {
  const { shape } = plan.typeOf(operation.outputs[0] as string);
  return view(plan, operation, (place) => {
    const kept = sameAxes(place, shape);
    if (kept !== null) return { ...place, shape, strides: kept };
    return { ...plan.plain(place), shape, strides: plainStrides(shape) };
  });
};

export const transpose: Handler = (plan, operation) =>
  view(plan, operation, (place) => {
    const order = intsOf(operation.node, "perm", place.shape.map((_, axis) => place.shape.length - 1 - axis)); // prettier-ignore
    return {
      ...place,
      shape: order.map((axis) => place.shape[axis] as number),
      strides: order.map((axis) => place.strides[axis] as number),
    };
  });

export const expand: Handler = (plan, operation) => {
  const { shape } = plan.typeOf(operation.outputs[0] as string);
  return view(plan, operation, (place) => {
    const missing = shape.length - place.shape.length;
    const strides = shape.map((_, axis) =>
      axis < missing || place.shape[axis - missing] === 1 ? 0 : (place.strides[axis - missing] as number),
    );
    return { ...place, shape, strides };
  });
};

export const slice: Handler = (plan, operation) => {
  const { shape } = plan.typeOf(operation.inputs[0] as string);
  const given = sliceNumbers(plan, operation, shape.length);
  if (given === null) return false;
  const { shape: cut } = plan.typeOf(operation.outputs[0] as string);
  return view(plan, operation, (place) => {
    let { offset } = place;
    const strides = [...place.strides];
    for (const { axis, start, step } of given) {
      const size = shape[axis] as number;
      const begin = start < 0 ? start + size : start;
      offset += Math.min(Math.max(begin, 0), step < 0 ? size - 1 : size) * (place.strides[axis] as number);
      strides[axis] = (place.strides[axis] as number) * step;
    }
    return { ...place, shape: cut, strides, offset };
  });
};

export const split: Handler = (plan, operation) => {
  const [x = ""] = operation.inputs;
  if (!isElementKind(plan.typeOf(x).elementType)) return false;
  const place = plan.placeOf(x);
  const axis = axisAt(intOf(operation.node, "axis", 0), place.shape.length);
  let { offset } = place;
  for (const name of operation.outputs) {
    const { shape } = plan.typeOf(name);
    plan.bind(name, { ...place, shape, offset });
    offset += (shape[axis] as number) * (place.strides[axis] as number);
  }
  return true;
};

export const concat: Handler = (plan, operation) => {
  const [y = ""] = operation.outputs;
  const { elementType, shape } = plan.typeOf(y);
  if (!isElementKind(elementType)) return false;
  const axis = axisAt(intOf(operation.node, "axis", 0), shape.length);
  const to = plan.placeFor(y);
  let { offset } = to;
  for (const name of operation.inputs) {
    const part = plan.placeOf(name);
    if (part.shape[axis] === 0) continue;
    plan.copy(part, { ...to, shape: part.shape, offset });
    offset += (part.shape[axis] as number) * (to.strides[axis] as number);
  }
  plan.bind(y, to);
  return true;
};

/** With one value all around. */
export const pad: Handler = (plan, operation) => {
  const [x = "", pads = "", value = "", axesName = ""] = operation.inputs;
  const [y = ""] = operation.outputs;
  const before = plan.knownValues(pads);
  if (textOf(operation.node, "mode", "constant") !== "constant" || before === null || before.some((size) => size < 0) || axesName !== "")
    return false;
  if (!isElementKind(plan.typeOf(y).elementType)) return false;
  const from = plan.placeOf(x);
  const to = plan.placeFor(y);
  const filling = value === "" ? plan.number(0) : plan.placeOf(value);
  plan.pointwise("identity", [filling], to);
  const offset = from.shape.reduce((sum, _, axis) => sum + (before[axis] as number) * (to.strides[axis] as number), to.offset);
  plan.copy(from, { ...to, shape: from.shape, offset });
  plan.bind(y, to);
  return true;
};

function view(plan: Plan, operation: Operation, look: (place: Place) => Place): boolean {
  const [x = ""] = operation.inputs;
  const [y = ""] = operation.outputs;
  if (!isElementKind(plan.typeOf(x).elementType)) return false;
  plan.bind(y, look(plan.placeOf(x)));
  return true;
}

/** Distances in a shape that differs only by axes of one element; null where numbers would have to move. */
function sameAxes(place: Place, shape: readonly number[]): number[] | null {
  if (isPlain(place)) return plainStrides(shape);
  const own = place.shape.flatMap((size, axis) => (size === 1 ? [] : [{ size, stride: place.strides[axis] as number }]));
  const wanted = shape.filter((size) => size !== 1);
  if (own.length !== wanted.length || own.some(({ size }, at) => size !== wanted[at])) return null;
  let next = 0;
  return shape.map((size) => (size === 1 ? 1 : (own[next++]?.stride as number)));
}

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
}

function sliceNumbers(plan: Plan, { node, inputs }: Operation, rank: number): Cut[] | null {
  const list = (index: number, attribute: string): readonly number[] | null => {
    const name = inputs[index] ?? "";
    return name === "" ? intsOf(node, attribute, null) : plan.knownValues(name);
  };
  const starts = list(1, "starts");
  if (starts === null || ((inputs[3] ?? "") !== "" && list(3, "axes") === null) || ((inputs[4] ?? "") !== "" && list(4, "steps") === null))
    return null;
  const axes = list(3, "axes") ?? starts.map((_, axis) => axis);
  const steps = list(4, "steps") ?? starts.map(() => 1);
  return starts.map((start, index) => ({ axis: axisAt(axes[index] as number, rank), start, step: steps[index] as number }));
}

function axisAt(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
