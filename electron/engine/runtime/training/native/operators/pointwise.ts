/**
 * @file Operators on each number alone and on numbers that broadcast. What comes out lies as the first input of its shape does.
 */
import { floatOf, intOf, textOf } from "../../../../onnx/attributes.ts";
import type { ElementType } from "../../../../onnx/element-type.ts";
import { limitsOf } from "../fuse.ts";
import type { Limits, Operation } from "../operation.ts";
import { channelsLastStrides, isChannelsLast, isElementKind, isPlain, plainStrides, type Place } from "../place.ts";
import type { Plan } from "../plan.ts";
import type { PointwiseKind } from "../steps.ts";
import type { Handler } from "./handler.ts";

/** Same kind for every type; joined two by two where there are more inputs. */
export function pointwise(kind: PointwiseKind): Handler {
  return (plan, operation) => {
    const { inputs } = operation;
    if (!inputs.every((name) => isElementKind(plan.typeOf(name).elementType))) return false;
    const places = inputs.map((name) => plan.placeOf(name));
    const [y = ""] = operation.outputs;
    if (places.length <= 2) return emit(plan, operation, { kind, from: places });
    const to = resultPlace(plan, y, places, false);
    plan.pointwise(kind, places.slice(0, 2), to);
    for (const place of places.slice(2)) plan.pointwise(kind, [to, place], to);
    plan.bind(y, to);
    return true;
  };
}

/** Only for float32: whole numbers have other rules. */
export function floatPointwise(kind: PointwiseKind): Handler {
  return (plan, operation) => plan.typeOf(operation.inputs[0] as string).elementType === "float32" && pointwise(kind)(plan, operation);
}

export const where: Handler = (plan, operation) => {
  if (!operation.inputs.every((name) => isElementKind(plan.typeOf(name).elementType))) return false;
  return emit(plan, operation, { kind: "where", from: operation.inputs.map((name) => plan.placeOf(name)) });
};

export const clip: Handler = (plan, operation) => {
  const limits = limitsOf(operation.node, plan.types);
  const [x = ""] = operation.inputs;
  if (limits === null || plan.typeOf(x).elementType !== "float32") return false;
  return emit(plan, operation, { kind: "clip", from: [plan.placeOf(x)], limits });
};

export const reluGradient: Handler = (plan, operation) =>
  emit(plan, operation, { kind: "between", from: operation.inputs.map((name) => plan.placeOf(name)), limits: { low: 0, high: Infinity } });

export const clipGradient: Handler = (plan, operation) => {
  const { node } = operation;
  const limits = { low: floatOf(node, "min", -Infinity), high: floatOf(node, "max", Infinity) };
  return emit(plan, operation, { kind: "between", from: operation.inputs.map((name) => plan.placeOf(name)), limits });
};

/** float32 to whole numbers cuts towards zero, as everywhere. */
export const cast: Handler = (plan, operation) => {
  const [x = ""] = operation.inputs;
  const types: ElementType[] = [plan.typeOf(x).elementType, plan.typeOf(operation.outputs[0] as string).elementType];
  return types.every(isElementKind) && emit(plan, operation, { kind: "identity", from: [plan.placeOf(x)] });
};

export const leakyRelu: Handler = (plan, operation) =>
  withNumbers(plan, operation, { kind: "leakyRelu", low: floatOf(operation.node, "alpha", 0.01), high: 0 });

export const hardSigmoid: Handler = (plan, operation) =>
  withNumbers(plan, operation, {
    kind: "hardSigmoid",
    low: floatOf(operation.node, "alpha", 0.2),
    high: floatOf(operation.node, "beta", 0.5),
  });

/** The exact form. */
export const gelu: Handler = (plan, operation) =>
  textOf(operation.node, "approximate", "none") === "none" && floatPointwise("gelu")(plan, operation);

/** The sign follows the divisor; `fmod` follows what is divided. */
export const mod: Handler = (plan, operation) => intOf(operation.node, "fmod", 0) === 0 && pointwise("mod")(plan, operation);

function withNumbers(plan: Plan, operation: Operation, { kind, low, high }: { readonly kind: PointwiseKind } & Limits): boolean {
  const [x = ""] = operation.inputs;
  return plan.typeOf(x).elementType === "float32" && emit(plan, operation, { kind, from: [plan.placeOf(x)], limits: { low, high } });
}

interface Pointwise {
  readonly kind: PointwiseKind;
  readonly from: readonly Place[];
  readonly limits?: Limits;
}

function emit(plan: Plan, operation: Operation, { kind, from, limits }: Pointwise): boolean {
  const [y = ""] = operation.outputs;
  const to = resultPlace(plan, y, from, true);
  plan.pointwise(kind, from, to, limits);
  plan.bind(y, to);
  return true;
}

/** In the place of an input that nobody needs afterwards, if it has the shape, the kind and lies without gaps. */
function resultPlace(plan: Plan, y: string, from: readonly Place[], mayReuse: boolean): Place {
  const { elementType, shape } = plan.typeOf(y);
  const whole = from.filter((place) => place.shape.length === shape.length && place.shape.every((size, axis) => size === shape[axis]));
  const free = whole.find(
    (place) =>
      mayReuse && place.kind === elementType && plan.isFree(place) && (isPlain(place) || isChannelsLast(place)) && isAlone(place, from),
  );
  if (free !== undefined) return free;
  const isPicture = whole.some((place) => isChannelsLast(place) && !isPlain(place));
  return plan.place(elementType as Place["kind"], shape, isPicture ? channelsLastStrides(shape) : plainStrides(shape));
}

/** No other input looks at the same stretch in another way: it would see what is written. */
function isAlone(place: Place, from: readonly Place[]): boolean {
  return from.every(
    (other) =>
      other.stretch !== place.stretch ||
      (other.offset === place.offset &&
        other.strides.length === place.strides.length &&
        other.strides.every((stride, axis) => stride === place.strides[axis])),
  );
}
