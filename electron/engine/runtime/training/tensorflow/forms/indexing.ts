/**
 * @file Operators that take and put numbers at places that other tensors name, and those that make numbers from places. TensorFlow.js counts places in
 * 32 bits and from the beginning only.
 */
import type { Tensor, Tensor1D } from "@tensorflow/tfjs";

import { intOf, tensorOf, textOf } from "../../../../onnx/attributes.ts";
import { axisOf, inputAt, numbersAt } from "../../../../onnx/shapes/rule.ts";
import { elementCount, floatsOf } from "../../../../onnx/tensor-values.ts";
import { has, plainly, unsupported, type Form, type FormContext } from "../operation.ts";

/** Places counted from the end, which are negative, counted from the beginning. */
function fromBeginning({ api, kernels }: FormContext, places: Tensor, size: number): Tensor {
  return kernels.select(api.less(places, api.scalar(0, "int32")), api.add(places, api.scalar(size, "int32")), places);
}

/** The same for places that name several axes: [..., axes]. */
function fromBeginnings(context: FormContext, indices: number): (places: Tensor) => Tensor {
  const { api, kernels, hold } = context;
  const depth = inputAt(context, indices).shape.at(-1) ?? 1;
  const sizes = hold(api.tensor1d([...inputAt(context, 0).shape.slice(0, depth)], "int32"));
  return (places) => kernels.select(api.less(places, api.scalar(0, "int32")), api.add(places, sizes), places);
}

const gather: Form = (context) => {
  const { api, node } = context;
  const { shape } = inputAt(context, 0);
  const axis = axisOf(node, intOf(node, "axis", 0), shape.length);
  const result = [...(context.outputs[0]?.shape ?? [])];
  const count = elementCount(inputAt(context, 1).shape);
  return plainly(context, [0, 1], (x, places) => {
    const flat = api.reshape(fromBeginning(context, places as Tensor, shape[axis] as number), [count]) as Tensor1D;
    return api.reshape(api.gather(x as Tensor, flat, axis), result);
  });
};

/** Where in the flat tensor each named number lies, from its place along the axis alone: [base of each, length of a step]. */
function alongAxis(shape: readonly number[], named: readonly number[], axis: number): { readonly bases: number[]; readonly step: number } {
  const steps = shape.map((_, at) => elementCount(shape.slice(at + 1)));
  const inner = named.map((_, at) => elementCount(named.slice(at + 1)));
  const bases = Array.from({ length: elementCount(named) }, (_, index) =>
    named.reduce(
      (sum, size, at) => (at === axis ? sum : sum + (Math.floor(index / (inner[at] as number)) % size) * (steps[at] as number)),
      0,
    ),
  );
  return { bases, step: steps[axis] as number };
}

function flatPlaces(context: FormContext, indices: number): (places: Tensor) => Tensor1D {
  const { api, node, hold } = context;
  const { shape } = inputAt(context, 0);
  const axis = axisOf(node, intOf(node, "axis", 0), shape.length);
  const { bases, step } = alongAxis(shape, inputAt(context, indices).shape, axis);
  const base = hold(api.tensor1d(bases, "int32"));
  return (places) => {
    const flat = api.reshape(fromBeginning(context, places, shape[axis] as number), [bases.length]);
    return api.add(api.mul(flat, api.scalar(step, "int32")), base) as Tensor1D;
  };
}

const gatherElements: Form = (context) => {
  const { api } = context;
  const result = [...(context.outputs[0]?.shape ?? [])];
  const flat = flatPlaces(context, 1);
  return plainly(context, [0, 1], (x, places) => api.reshape(api.gather(api.reshape(x as Tensor, [-1]), flat(places as Tensor)), result));
};

const scatterElements: Form = (context) => {
  const { api, node } = context;
  const { shape } = inputAt(context, 0);
  const flat = flatPlaces(context, 1);
  const isSum = sumsUp(node);
  return plainly(context, [0, 1, 2], (x, places, updates) => {
    const at = api.reshape(flat(places as Tensor), [-1, 1]);
    const made = put(context, { to: api.reshape(x as Tensor, [-1]), at, updates: api.reshape(updates as Tensor, [-1]), isSum });
    return api.reshape(made, [...shape]);
  });
};

const gatherNd: Form = (context) => {
  const { api, node } = context;
  if (intOf(node, "batch_dims", 0) !== 0) return unsupported(node, "it has batch_dims");
  const counted = fromBeginnings(context, 1);
  return plainly(context, [0, 1], (x, places) => api.gatherND(x as Tensor, counted(places as Tensor)));
};

const scatterNd: Form = (context) => {
  const isSum = sumsUp(context.node);
  const counted = fromBeginnings(context, 1);
  return plainly(context, [0, 1, 2], (x, places, updates) =>
    put(context, { to: x as Tensor, at: counted(places as Tensor), updates: updates as Tensor, isSum }),
  );
};

function sumsUp(node: FormContext["node"]): boolean {
  const reduction = textOf(node, "reduction", "none");
  if (reduction !== "none" && reduction !== "add") return unsupported(node, `it joins numbers by "${reduction}"`);
  return reduction === "add";
}

/** The updates at their places, in the place of what was there or added to it. */
function put({ api, kernels }: FormContext, given: { to: Tensor; at: Tensor; updates: Tensor; isSum: boolean }): Tensor {
  const { to, at, updates, isSum } = given;
  // There is no kernel that puts: what is put is summed up, and how often a place is named.
  const sum = api.scatterND(at, updates, [...to.shape] as [number]);
  if (isSum) return api.add(to, sum);
  const count = api.scatterND(at, api.onesLike(updates), [...to.shape] as [number]);
  const isNamed = api.greater(count, 0);
  return kernels.select(isNamed, api.cast(api.div(sum, api.maximum(count, 1)), to.dtype), to);
}

const oneHot: Form = (context) => {
  const { api, node } = context;
  const depth = numbersAt(context, 1)?.[0] ?? 0;
  const rank = inputAt(context, 0).shape.length + 1;
  const axis = axisOf(node, intOf(node, "axis", -1), rank);
  const order = Array.from({ length: rank }, (_, at) => (at < axis ? at : at === axis ? rank - 1 : at - 1));
  return plainly(context, [0, 2], (places, values) => {
    const [off, on] = api.split(api.reshape(values as Tensor, [2]), 2) as [Tensor, Tensor];
    const indices = fromBeginning(context, api.cast(places as Tensor, "int32"), depth);
    const hot = api.oneHot(indices as Tensor1D, depth);
    const made = context.kernels.select(api.cast(hot, "bool"), on, off);
    return axis === rank - 1 ? made : api.transpose(made, order);
  });
};

const topK: Form = (context) => {
  const { api, node } = context;
  const { shape } = inputAt(context, 0);
  const axis = axisOf(node, intOf(node, "axis", -1), shape.length);
  const count = context.outputs[0]?.shape[axis] ?? 1;
  const isLargest = intOf(node, "largest", 1) !== 0;
  const order = shape.map((_, at) => (at === axis ? shape.length - 1 : at === shape.length - 1 ? axis : at));
  const turn = (x: Tensor): Tensor => (axis === shape.length - 1 ? x : api.transpose(x, order));
  return plainly(context, [0], (x) => {
    const value = turn(isLargest ? (x as Tensor) : api.neg(x as Tensor));
    const { values, indices } = api.topk(value, count, true);
    const found = [turn(isLargest ? values : api.neg(values)), turn(indices)];
    return found.slice(0, node.outputs.length);
  });
};

const cumulativeSum: Form = (context) => {
  const { api, node } = context;
  const axis = axisOf(node, numbersAt(context, 1)?.[0] ?? 0, inputAt(context, 0).shape.length);
  const [isExclusive, isReverse] = [intOf(node, "exclusive", 0) === 1, intOf(node, "reverse", 0) === 1];
  return plainly(context, [0], (x) => api.cumsum(x as Tensor, axis, isExclusive, isReverse));
};

const trilu: Form = (context) => {
  const { api, node, hold, kernels } = context;
  const [rows = 1, columns = 1] = inputAt(context, 0).shape.slice(-2);
  const shift = has(context, 1) ? (numbersAt(context, 1)?.[0] ?? 0) : 0;
  const isUpper = intOf(node, "upper", 1) === 1;
  const kept = Array.from({ length: rows * columns }, (_, at) => {
    const distance = (at % columns) - Math.floor(at / columns);
    return isUpper ? distance >= shift : distance <= shift;
  });
  const mask = hold(api.tensor2d(kept, [rows, columns], "bool"));
  return plainly(context, [0], (x) => kernels.select(mask, x as Tensor, api.scalar(0, (x as Tensor).dtype)));
};

const constantOfShape: Form = (context) => {
  const value = tensorOf(context.node, "value");
  const number = value === null ? 0 : (floatsOf(value)[0] ?? 0);
  const { shape = [], elementType } = context.outputs[0] ?? {};
  const type = elementType === "float32" ? "float32" : elementType === "bool" ? "bool" : "int32";
  return plainly(context, [], () => context.api.fill([...shape] as [number], number, type));
};

export const indexingForms: Readonly<Record<string, Form>> = {
  ConstantOfShape: constantOfShape,
  CumSum: cumulativeSum,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  OneHot: oneHot,
  ScatterElements: scatterElements,
  ScatterND: scatterNd,
  TopK: topK,
  Trilu: trilu,
};
