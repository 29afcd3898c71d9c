/**
 * @file Convolutions and their gradients over one or two axes: pictures have their channels innermost, one axis counts as pictures of one line.
 */
import { intOf, intsOf } from "../../../../onnx/attributes.ts";
import { convolutionWindow } from "../../../../onnx/shapes/spatial.ts";
import type { Operation } from "../operation.ts";
import type { Place } from "../place.ts";
import type { Plan } from "../plan.ts";
import { at, convolutionNumbers, type ConvolutionNumbers } from "../steps.ts";
import type { Handler } from "./handler.ts";

export const conv: Handler = (plan, operation) => {
  const [x = "", weights = "", bias = ""] = operation.inputs;
  const [y = ""] = operation.outputs;
  const shape = shapeOf(plan, operation, { x, weights: plan.typeOf(weights).shape, y });
  if (shape === null) return false;
  const [picture, kernel] = [plan.channelsLast(plan.placeOf(x)), plan.plain(plan.placeOf(weights))];
  const offset = bias === "" ? null : plan.plain(plan.placeOf(bias));
  const to = plan.placeFor(y, "channelsLast");
  const numbers = (): number[] => [...convolutionNumbers(shape), 1, 0, at(picture), at(kernel), at(offset), at(to)];
  plan.emit({ kind: "convolution", reads: [picture, kernel, ...(offset === null ? [] : [offset])], writes: [to], numbers });
  plan.bind(y, to);
  return true;
};

export const convInputGradient: Handler = (plan, operation) => {
  const [g = "", weights = ""] = operation.inputs;
  const [dx = ""] = operation.outputs;
  const shape = shapeOf(plan, operation, { x: dx, weights: plan.typeOf(weights).shape, y: g });
  if (shape === null) return false;
  const to = plan.placeFor(dx, "channelsLast");
  emitBack(plan, shape, { g, weights, to, adds: false });
  plan.bind(dx, to);
  return true;
};

/** Added to a gradient that is there, in its place if nobody else needs it. */
export const addInputGradient: Handler = (plan, operation) => {
  const [g = "", weights = "", known = ""] = operation.inputs;
  const [sum = ""] = operation.outputs;
  const shape = shapeOf(plan, operation, { x: sum, weights: plan.typeOf(weights).shape, y: g });
  if (shape === null) return false;
  const before = plan.placeOf(known);
  let to = plan.channelsLast(before);
  if (to === before && !plan.isFree(before)) {
    to = plan.placeFor(sum, "channelsLast");
    plan.copy(before, to);
  }
  emitBack(plan, shape, { g, weights, to, adds: true });
  plan.bind(sum, to);
  return true;
};

export const convWeightGradient: Handler = (plan, operation) => {
  const [x = "", g = ""] = operation.inputs;
  const [dWeights = ""] = operation.outputs;
  const shape = shapeOf(plan, operation, { x, weights: plan.typeOf(dWeights).shape, y: g });
  if (shape === null) return false;
  const [picture, gradient] = [plan.channelsLast(plan.placeOf(x)), plan.channelsLast(plan.placeOf(g))];
  const to = plan.placeFor(dWeights);
  const numbers = (): number[] => [...convolutionNumbers(shape), 1, at(picture), at(gradient), at(to)];
  plan.emit({ kind: "convolutionWeights", reads: [picture, gradient], writes: [to], numbers });
  plan.bind(dWeights, to);
  return true;
};

interface Back {
  readonly g: string;
  readonly weights: string;
  readonly to: Place;
  readonly adds: boolean;
}

function emitBack(plan: Plan, shape: ConvolutionNumbers, { g, weights, to, adds }: Back): void {
  const [gradient, kernel] = [plan.channelsLast(plan.placeOf(g)), plan.plain(plan.placeOf(weights))];
  const numbers = (): number[] => [...convolutionNumbers(shape), 1, adds ? 1 : 0, at(gradient), at(kernel), at(to)];
  plan.emit({ kind: "convolutionBack", reads: [gradient, kernel, ...(adds ? [to] : [])], writes: [to], numbers });
}

interface Named {
  readonly x: string;
  readonly weights: readonly number[];
  readonly y: string;
}

/** null for what the kernels do not do: more than two axes, other types, cropping pads. */
function shapeOf(plan: Plan, { node }: Operation, { x, weights, y }: Named): ConvolutionNumbers | null {
  const [picture, result] = [plan.typeOf(x), plan.typeOf(y)];
  const rank = picture.shape.length - 2;
  if (picture.elementType !== "float32" || rank < 1 || rank > 2) return null;
  const own = node.opType === "Conv" ? convolutionWindow(node, picture.shape, weights) : null;
  const ones = Array<number>(rank).fill(1);
  const pads = own?.pads ?? intsOf(node, "pads", Array<number>(2 * rank).fill(0));
  const strides = own?.strides ?? intsOf(node, "strides", ones);
  const dilations = own?.dilations ?? intsOf(node, "dilations", ones);
  const kernel = weights.slice(2);
  if (pads.some((pad) => pad < 0) || [...kernel, ...strides, ...dilations].some((size) => size > 64)) return null;
  return {
    batch: picture.shape[0] as number,
    size: two(picture.shape.slice(2), 1),
    channels: picture.shape[1] as number,
    outSize: two(result.shape.slice(2), 1),
    outChannels: result.shape[1] as number,
    kernel: two(kernel, 1),
    strides: two(strides, 1),
    dilations: two(dilations, 1),
    padsBefore: two(pads.slice(0, rank), 0),
    groups: intOf(node, "group", 1),
  };
}

function two(values: readonly number[], absent: number): [number, number] {
  return values.length === 1 ? [absent, values[0] as number] : [values[0] as number, values[1] as number];
}
