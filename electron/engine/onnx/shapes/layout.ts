/** @file Operators that move numbers and compute none. */
import { intOf, intsOf, tensorOf } from "../attributes.ts";
import { elementCount } from "../tensor-values.ts";
import { axisOf, broadcast, inputAt, numbersAt, refuse, type Rule, type RuleContext } from "./rule.ts";

/** An axes list of an attribute (older operator sets) or of an input. */
function axesOf(context: RuleContext, index: number): readonly number[] | null {
  return intsOf(context.node, "axes", null) ?? numbersAt(context, index);
}

const reshape: Rule = (context) => {
  const image = inputAt(context, 0);
  const asked = intsOf(context.node, "shape", null) ?? numbersAt(context, 1) ?? refuse(context.node, "has no shape");
  const zeroIsZero = intOf(context.node, "allowzero", 0) === 1;
  const shape = asked.map((size, at) => (size === 0 && !zeroIsZero ? (image.shape[at] ?? 0) : size));
  const free = shape.indexOf(-1);
  const count = elementCount(image.shape);
  if (free >= 0) shape[free] = count / shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  if (elementCount(shape) !== count || !shape.every(Number.isInteger))
    refuse(context.node, `reshapes [${image.shape.join(", ")}] to [${asked.join(", ")}]`);
  return [{ ...image, shape }];
};

const transpose: Rule = (context) => {
  const image = inputAt(context, 0);
  const order = intsOf(
    context.node,
    "perm",
    image.shape.map((_, at) => image.shape.length - 1 - at),
  );
  return [{ ...image, shape: order.map((axis) => image.shape[axis] ?? refuse(context.node, `has no dimension ${axis}`)) }];
};

const squeeze: Rule = (context) => {
  const image = inputAt(context, 0);
  const axes = axesOf(context, 1)?.map((axis) => axisOf(context.node, axis, image.shape.length));
  return [{ ...image, shape: image.shape.filter((size, at) => (axes === undefined ? size !== 1 : !axes.includes(at))) }];
};

const unsqueeze: Rule = (context) => {
  const image = inputAt(context, 0);
  const given = axesOf(context, 1) ?? refuse(context.node, "has no axes");
  const rank = image.shape.length + given.length;
  const axes = given.map((axis) => axisOf(context.node, axis, rank));
  const rest = [...image.shape];
  return [{ ...image, shape: Array.from({ length: rank }, (_, at) => (axes.includes(at) ? 1 : (rest.shift() as number))) }];
};

const flatten: Rule = (context) => {
  const image = inputAt(context, 0);
  const axis = intOf(context.node, "axis", 1);
  const cut = axis < 0 ? axis + image.shape.length : axis;
  return [{ ...image, shape: [elementCount(image.shape.slice(0, cut)), elementCount(image.shape.slice(cut))] }];
};

const concat: Rule = (context) => {
  const inputs = context.inputs.filter((input) => input !== null);
  const first = inputAt(context, 0);
  const axis = axisOf(context.node, intOf(context.node, "axis", 1), first.shape.length);
  return [
    {
      ...first,
      shape: first.shape.map((size, at) => (at === axis ? inputs.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0) : size)),
    },
  ];
};

const split: Rule = (context) => {
  const image = inputAt(context, 0);
  const axis = axisOf(context.node, intOf(context.node, "axis", 0), image.shape.length);
  const total = image.shape[axis] as number;
  const count = context.node.outputs.length;
  const each = Math.ceil(total / count);
  const sizes =
    intsOf(context.node, "split", null) ??
    numbersAt(context, 1) ??
    Array.from({ length: count }, (_, at) => Math.max(0, Math.min(each, total - at * each)));
  return sizes.map((size) => ({ ...image, shape: image.shape.map((whole, at) => (at === axis ? size : whole)) }));
};

const slice: Rule = (context) => {
  const image = inputAt(context, 0);
  const { node } = context;
  const starts = intsOf(node, "starts", null) ?? numbersAt(context, 1) ?? refuse(node, "has no starts");
  const ends = intsOf(node, "ends", null) ?? numbersAt(context, 2) ?? refuse(node, "has no ends");
  const axes = intsOf(node, "axes", null) ?? numbersAt(context, 3) ?? starts.map((_, at) => at);
  const steps = numbersAt(context, 4) ?? starts.map(() => 1);
  const shape = [...image.shape];
  axes.forEach((given, at) => {
    const axis = axisOf(node, given, shape.length);
    shape[axis] = sliceLength(image.shape[axis] as number, starts[at] as number, ends[at] as number, steps[at] as number);
  });
  return [{ ...image, shape }];
};

/** How many elements `start:end:step` takes of `size`, as numpy counts them. */
export function sliceLength(size: number, start: number, end: number, step: number): number {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, low), high);
  // Before the first of a backward slice is written as -size - 1 or less, which is below zero however it is counted.
  return Math.max(0, Math.ceil((clamp(end) - clamp(start)) / step));
}

const gather: Rule = (context) => {
  const [image, places] = [inputAt(context, 0), inputAt(context, 1)];
  const axis = axisOf(context.node, intOf(context.node, "axis", 0), image.shape.length);
  return [{ ...image, shape: [...image.shape.slice(0, axis), ...places.shape, ...image.shape.slice(axis + 1)] }];
};

const gatherElements: Rule = (context) => [{ ...inputAt(context, 0), shape: inputAt(context, 1).shape }];

const gatherNd: Rule = (context) => {
  const [image, places] = [inputAt(context, 0), inputAt(context, 1)];
  const batch = intOf(context.node, "batch_dims", 0);
  return [{ ...image, shape: [...places.shape.slice(0, -1), ...image.shape.slice(batch + (places.shape.at(-1) ?? 0))] }];
};

const unchanged: Rule = (context) => [inputAt(context, 0)];

const expand: Rule = (context) => {
  const image = inputAt(context, 0);
  return [{ ...image, shape: broadcast(context.node, [image.shape, numbersAt(context, 1) ?? refuse(context.node, "has no shape")]) }];
};

const tile: Rule = (context) => {
  const image = inputAt(context, 0);
  const repeats = numbersAt(context, 1) ?? refuse(context.node, "has no repeats");
  return [{ ...image, shape: image.shape.map((size, at) => size * (repeats[at] ?? 1)) }];
};

const pad: Rule = (context) => {
  const image = inputAt(context, 0);
  const { node } = context;
  const pads = intsOf(node, "pads", null) ?? numbersAt(context, 1) ?? refuse(node, "has no pads");
  const axes = (numbersAt(context, 3) ?? image.shape.map((_, at) => at)).map((axis) => axisOf(node, axis, image.shape.length));
  const shape = [...image.shape];
  axes.forEach((axis, at) => (shape[axis] = (shape[axis] as number) + (pads[at] as number) + (pads[at + axes.length] as number)));
  return [{ ...image, shape }];
};

const range: Rule = (context) => {
  const [start, limit, delta] = [0, 1, 2].map((index) => numbersAt(context, index)?.[0] ?? refuse(context.node, "lacks a bound")) as [
    number,
    number,
    number,
  ];
  return [{ elementType: inputAt(context, 0).elementType, shape: [Math.max(0, Math.ceil((limit - start) / delta))] }];
};

const oneHot: Rule = (context) => {
  const places = inputAt(context, 0);
  const depth = numbersAt(context, 1)?.[0] ?? refuse(context.node, "has no depth");
  const axis = axisOf(context.node, intOf(context.node, "axis", -1), places.shape.length + 1);
  return [{ elementType: inputAt(context, 2).elementType, shape: [...places.shape.slice(0, axis), depth, ...places.shape.slice(axis)] }];
};

const topK: Rule = (context) => {
  const image = inputAt(context, 0);
  const count = intOf(context.node, "k", null) ?? numbersAt(context, 1)?.[0] ?? refuse(context.node, "has no k");
  const axis = axisOf(context.node, intOf(context.node, "axis", -1), image.shape.length);
  const shape = image.shape.map((size, at) => (at === axis ? count : size));
  return [
    { ...image, shape },
    { elementType: "int64", shape },
  ];
};

const shapeOf: Rule = (context) => {
  const rank = inputAt(context, 0).shape.length;
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + rank : at, 0), rank);
  return [{ elementType: "int64", shape: [Math.max(0, clamp(intOf(context.node, "end", rank)) - clamp(intOf(context.node, "start", 0)))] }];
};

export const layoutRules = {
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  Concat: concat,
  Split: split,
  Slice: slice,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  ScatterND: unchanged,
  ScatterElements: unchanged,
  Expand: expand,
  Tile: tile,
  Pad: pad,
  Range: range,
  OneHot: oneHot,
  TopK: topK,
  Shape: shapeOf,
  Size: () => [{ elementType: "int64", shape: [] }],
  ConstantOfShape: (context) => [
    {
      elementType: tensorOf(context.node, "value")?.elementType ?? "float32",
      shape: numbersAt(context, 0) ?? refuse(context.node, "has no shape"),
    },
  ],
} as const satisfies Readonly<Record<string, Rule>>;
