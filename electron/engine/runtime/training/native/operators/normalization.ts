/**
 * @file BatchNormalization over the batch, with what fuse.ts put behind it, its gradient, BatchNormalization at rest, and LayerNormalization.
 */
import { floatOf, intOf } from "../../../../onnx/attributes.ts";
import { noLimits, type Operation } from "../operation.ts";
import type { Place } from "../place.ts";
import type { Plan } from "../plan.ts";
import { at } from "../steps.ts";
import type { Handler } from "./handler.ts";
import { reduceTo } from "./reductions.ts";

export const normalize: Handler = (plan, operation) => {
  const [x = "", scale = "", bias = "", residual = ""] = operation.inputs;
  const [y = "", mean = "", variance = ""] = operation.outputs;
  if (plan.typeOf(x).elementType !== "float32") return false;
  const picture = picturePlace(plan, plan.placeOf(x));
  const other = residual === "" ? null : picturePlace(plan, plan.placeOf(residual));
  const [factor, term] = [plan.plain(plan.placeOf(scale)), plan.plain(plan.placeOf(bias))];
  // In the place of the residual, or of x, where nobody needs those afterwards.
  const to = other !== null && plan.isFree(other) ? other : plan.isFree(picture) ? picture : pictureFor(plan, y);
  const [means, variances] = [plan.placeFor(mean), plan.placeFor(variance)];
  const numbers = (): number[] => [
    ...shapeNumbers(plan, operation, x),
    at(picture),
    at(factor),
    at(term),
    at(other),
    at(to),
    at(means),
    at(variances),
  ];
  plan.emit({
    kind: "normalization",
    reads: [picture, factor, term, ...(other === null ? [] : [other])],
    writes: [to, means, variances],
    numbers,
  });
  plan.bind(y, to);
  plan.bind(mean, means);
  plan.bind(variance, variances);
  return true;
};

export const normalizeGradient: Handler = (plan, operation) => {
  const [g = "", x = "", scale = "", mean = "", variance = "", bias = "", y = ""] = operation.inputs;
  const [dx = "", dScale = "", dBias = "", passed = ""] = operation.outputs;
  if (plan.typeOf(x).elementType !== "float32") return false;
  const [gradient, picture] = [picturePlace(plan, plan.placeOf(g)), picturePlace(plan, plan.placeOf(x))];
  const [factor, means, variances] = [scale, mean, variance].map((name) => plan.plain(plan.placeOf(name))) as [Place, Place, Place];
  const term = bias === "" ? null : plan.plain(plan.placeOf(bias));
  const result = y === "" ? null : picturePlace(plan, plan.placeOf(y));
  const through = passed === "" ? null : plan.isFree(gradient) ? gradient : pictureFor(plan, passed);
  const free = [...(through === null ? [gradient] : []), picture].find((each) => plan.isFree(each));
  const to = free ?? pictureFor(plan, dx);
  const [scaleGradient, biasGradient] = [plan.placeFor(dScale), plan.placeFor(dBias)];
  const given = [gradient, picture, factor, means, variances];
  const numbers = (): number[] => [
    ...shapeNumbers(plan, operation, x),
    ...[...given, term, result, through, to, scaleGradient, biasGradient].map(at),
  ];
  plan.emit({
    kind: "normalizationBack",
    reads: [...given, ...[term, result].filter((each) => each !== null)],
    writes: [to, scaleGradient, biasGradient, ...(through === null ? [] : [through])],
    numbers,
  });
  plan.bind(dx, to);
  plan.bind(dScale, scaleGradient);
  plan.bind(dBias, biasGradient);
  if (through !== null) plan.bind(passed, through);
  return true;
};

/** y = x * factor + term with numbers per channel. */
export const batchNormalization: Handler = (plan, operation) => {
  const [x = "", scale = "", bias = "", mean = "", variance = ""] = operation.inputs;
  const [y = ""] = operation.outputs;
  if (plan.typeOf(x).elementType !== "float32" || operation.outputs.length > 1) return false;
  const picture = plan.placeOf(x);
  const [a, b, m, v] = [scale, bias, mean, variance].map((name) => plan.placeOf(name)) as [Place, Place, Place, Place];
  const { shape } = a;
  const factor = plan.place("float32", shape);
  plan.pointwise("add", [v, plan.number(floatOf(operation.node, "epsilon", 1e-5))], factor);
  plan.pointwise("sqrt", [factor], factor);
  plan.pointwise("div", [a, factor], factor);
  const term = plan.place("float32", shape);
  plan.pointwise("mul", [m, factor], term);
  plan.pointwise("sub", [b, term], term);
  const perChannel = (place: Place): Place => {
    const spatial = picture.shape.slice(2).map(() => 1);
    return { ...place, shape: [...shape, ...spatial], strides: [...place.strides, ...spatial] };
  };
  const to = plan.isFree(picture) ? picture : pictureFor(plan, y);
  plan.pointwise("mul", [picture, perChannel(factor)], to);
  plan.pointwise("add", [to, perChannel(term)], to);
  plan.bind(y, to);
  return true;
};

/** Each row by its own mean and deviation (Ba, Kiros and Hinton 2016). */
export const layerNormalization: Handler = (plan, operation) => {
  const [x = "", scale = "", bias = ""] = operation.inputs;
  const [y = "", mean = "", inverse = ""] = operation.outputs;
  const { elementType, shape } = plan.typeOf(x);
  if (elementType !== "float32") return false;
  const from = plan.placeOf(x);
  const given = intOf(operation.node, "axis", -1);
  const first = given < 0 ? given + shape.length : given;
  const axes = shape.flatMap((_, axis) => (axis < first ? [] : [axis]));
  const means = reduceTo(plan, "mean", from, axes);
  const to = plan.place("float32", shape);
  plan.pointwise("sub", [from, means], to);
  const squares = reduceTo(plan, "sumSquare", to, axes);
  const spread = plan.place("float32", squares.shape, squares.strides);
  const length = axes.reduce((product, axis) => product * (shape[axis] as number), 1);
  plan.pointwise("mul", [squares, plan.number(1 / length)], spread);
  plan.pointwise("add", [spread, plan.number(floatOf(operation.node, "epsilon", 1e-5))], spread);
  plan.pointwise("sqrt", [spread], spread);
  plan.pointwise("reciprocal", [spread], spread);
  plan.pointwise("mul", [to, spread], to);
  plan.pointwise("mul", [to, plan.placeOf(scale)], to);
  if (bias !== "") plan.pointwise("add", [to, plan.placeOf(bias)], to);
  plan.bind(y, to);
  if (mean !== "") plan.bind(mean, means);
  if (inverse !== "") plan.bind(inverse, spread);
  return true;
};

/** [rows, channels]: pictures with their channels innermost. */
function picturePlace(plan: Plan, place: Place): Place {
  return place.shape.length < 3 ? plan.plain(place) : plan.channelsLast(place);
}

function pictureFor(plan: Plan, name: string): Place {
  return plan.placeFor(name, plan.typeOf(name).shape.length < 3 ? "plain" : "channelsLast");
}

function shapeNumbers(plan: Plan, { node, limits = noLimits }: Operation, x: string): number[] {
  const { shape } = plan.typeOf(x);
  const channels = shape[1] as number;
  const rows = shape.reduce((product, size) => product * size, 1) / channels;
  return [rows, channels, floatOf(node, "epsilon", 1e-5), limits.low, limits.high];
}
