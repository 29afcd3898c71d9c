/**
 * @file The small arithmetic on shapes that exporters leave in a graph (Shape, Gather, Concat, Mul ...), done before anything runs, so that what
 * a Reshape asks for is known. Weights are not folded here: only tensors of at most `mostElements`.
 */
import { intOf, intsOf, floatOf, floatsOfAttribute, tensorOf } from "./attributes.ts";
import type { ElementType } from "./element-type.ts";
import type { Node, Tensor } from "./model.ts";
import { sliceLength } from "./shapes/layout.ts";
import { axisOf, broadcast, type StaticType } from "./shapes/rule.ts";
import { elementCount, floatsOf, integersOf, tensorFrom } from "./tensor-values.ts";

export interface Known extends StaticType {
  /** Row-major. */
  readonly values: readonly number[];
}

export const mostElements = 4096;

export interface FoldContext {
  readonly node: Node;
  readonly inputs: readonly (Known | null)[];
  /** Of the inputs, known or not. */
  readonly types: readonly (StaticType | null)[];
  /** As inferred. */
  readonly outputs: readonly StaticType[];
}

/** The values of a node's first output; null where they are not known before it runs, or are too many. */
export function foldNode(context: FoldContext): readonly number[] | null {
  const output = context.outputs[0];
  if (output === undefined || output.elementType === "string" || elementCount(output.shape) > mostElements) return null;
  const { node, types } = context;
  if (node.opType === "Shape") return types[0] ? shapeValues(node, types[0].shape) : null;
  if (node.opType === "Size") return types[0] ? [elementCount(types[0].shape)] : null;
  const evaluate = evaluators[node.opType];
  if (evaluate === undefined || node.outputs.length > 1) return null;
  // An input that is left out is no obstacle; one that is not known is.
  if (context.inputs.some((input, index) => input === null && (types[index] ?? null) !== null)) return null;
  return evaluate(context, output)?.map((value) => rounded(value, output.elementType)) ?? null;
}

/** What a Constant node holds. */
export function constantOf(node: Node): Known | null {
  const tensor = tensorOf(node, "value");
  if (tensor !== null) {
    const { elementType, dimensions } = tensor;
    const isKnown = elementType !== "string" && elementCount(dimensions) <= mostElements;
    return isKnown ? { elementType, shape: dimensions, values: valuesOf(tensor) } : null;
  }
  const int = intOf(node, "value_int", null);
  if (int !== null) return { elementType: "int64", shape: [], values: [int] };
  const ints = intsOf(node, "value_ints", null);
  if (ints !== null) return { elementType: "int64", shape: [ints.length], values: ints };
  const float = floatOf(node, "value_float", null);
  if (float !== null) return { elementType: "float32", shape: [], values: [float] };
  const floats = floatsOfAttribute(node, "value_floats");
  return floats === null ? null : { elementType: "float32", shape: [floats.length], values: floats };
}

/** A tensor's numbers: whole ones exactly (up to 2^53), others as float32. */
export function valuesOf(tensor: Tensor): number[] {
  return isFloat(tensor.elementType) ? [...floatsOf(tensor)] : integersOf(tensor);
}

type Evaluator = (context: FoldContext, output: StaticType) => readonly number[] | null;

function isFloat(type: ElementType): boolean {
  return type.startsWith("float") || type === "bfloat16";
}

function rounded(value: number, type: ElementType): number {
  if (type === "float32") return Math.fround(value);
  if (type === "bool") return value === 0 ? 0 : 1;
  return isFloat(type) ? (floatsOf(tensorFrom("", type, [1], [value]))[0] as number) : Math.trunc(value);
}

function shapeValues(node: Node, shape: readonly number[]): readonly number[] {
  return shape.slice(intOf(node, "start", 0), intOf(node, "end", shape.length));
}

const first: Evaluator = ({ inputs }) => (inputs[0] as Known).values;

function each(compute: (...values: number[]) => number): Evaluator {
  return ({ node, inputs }, output) => {
    const given = inputs.filter((input) => input !== null);
    const shape = broadcast(
      node,
      given.map((input) => input.shape),
    );
    return Array.from({ length: elementCount(output.shape) }, (_, at) =>
      compute(...given.map((input) => input.values[placeIn(input.shape, shape, at)] as number)),
    );
  };
}

/** Where element `at` of `shape` comes from in a tensor that was broadcast to it. */
function placeIn(own: readonly number[], shape: readonly number[], at: number): number {
  let place = 0;
  let stride = 1;
  let rest = at;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const index = rest % (shape[axis] as number);
    rest = Math.floor(rest / (shape[axis] as number));
    const size = own[axis - shape.length + own.length];
    if (size === undefined) continue;
    if (size !== 1) place += index * stride;
    stride *= size;
  }
  return place;
}

const concat: Evaluator = ({ node, inputs }) => {
  const given = inputs.filter((input) => input !== null);
  const rank = given[0]?.shape.length ?? 0;
  const axis = axisOf(node, intOf(node, "axis", 0), rank);
  const outer = elementCount(given[0]?.shape.slice(0, axis) ?? []);
  return Array.from({ length: outer }, (_, row) =>
    given.flatMap(({ shape, values }) => {
      const run = elementCount(shape.slice(axis));
      return values.slice(row * run, (row + 1) * run);
    }),
  ).flat();
};

const gather: Evaluator = ({ node, inputs }) => {
  const [source, places] = inputs as readonly [Known, Known];
  const axis = axisOf(node, intOf(node, "axis", 0), source.shape.length);
  const size = source.shape[axis] as number;
  const inner = elementCount(source.shape.slice(axis + 1));
  return Array.from({ length: elementCount(source.shape.slice(0, axis)) }, (_, outer) =>
    places.values.flatMap((given) => {
      const at = (outer * size + (given < 0 ? given + size : given)) * inner;
      return source.values.slice(at, at + inner);
    }),
  ).flat();
};

/** Along one axis after the other. */
const slice: Evaluator = ({ node, inputs }) => {
  const source = inputs[0] as Known;
  const list = (name: string, index: number): readonly number[] | null => intsOf(node, name, null) ?? inputs[index]?.values ?? null;
  const starts = list("starts", 1) ?? [];
  const ends = list("ends", 2) ?? [];
  const axes = list("axes", 3) ?? starts.map((_, at) => at);
  const steps = inputs[4]?.values ?? starts.map(() => 1);
  let { shape, values } = source as { shape: readonly number[]; values: readonly number[] };
  axes.forEach((given, at) => {
    const axis = axisOf(node, given, shape.length);
    const size = shape[axis] as number;
    const [start, step] = [starts[at] as number, steps[at] as number];
    const count = sliceLength(size, start, ends[at] as number, step);
    const begin = Math.min(Math.max(start < 0 ? start + size : start, 0), step > 0 ? size : size - 1);
    const inner = elementCount(shape.slice(axis + 1));
    const outer = elementCount(shape.slice(0, axis));
    const from = values;
    values = Array.from({ length: outer * count }, (_, index) => {
      const place = (Math.floor(index / count) * size + begin + (index % count) * step) * inner;
      return from.slice(place, place + inner);
    }).flat();
    shape = shape.map((whole, other) => (other === axis ? count : whole));
  });
  return values;
};

const transpose: Evaluator = ({ node, inputs }, { shape }) => {
  const source = inputs[0] as Known;
  const order = intsOf(node, "perm", null) ?? source.shape.map((_, at) => source.shape.length - 1 - at);
  const strides = order.map((axis) => elementCount(source.shape.slice(axis + 1)));
  return Array.from({ length: elementCount(shape) }, (_, at) => {
    let place = 0;
    let rest = at;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (rest % (shape[axis] as number)) * (strides[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    return source.values[place] as number;
  });
};

/** Integers are divided towards zero. */
function divide(output: StaticType): (one: number, other: number) => number {
  return (one, other) => (isFloat(output.elementType) ? one / other : other === 0 ? 0 : Math.trunc(one / other));
}

const evaluators: Readonly<Record<string, Evaluator>> = {
  Identity: first,
  Reshape: first,
  Squeeze: first,
  Unsqueeze: first,
  Flatten: first,
  Cast: first,
  CastLike: first,
  Concat: concat,
  Gather: gather,
  Slice: slice,
  Transpose: transpose,
  Expand: ({ inputs }, { shape }) => {
    const source = inputs[0] as Known;
    return Array.from({ length: elementCount(shape) }, (_, at) => source.values[placeIn(source.shape, shape, at)] as number);
  },
  ConstantOfShape: ({ node }, { shape }) => {
    const tensor = tensorOf(node, "value");
    return new Array<number>(elementCount(shape)).fill(tensor === null ? 0 : (valuesOf(tensor)[0] as number));
  },
  Range: ({ inputs }, { shape }) => {
    const [start, , delta] = inputs.map((input) => input?.values[0] ?? 0) as [number, number, number];
    return Array.from({ length: elementCount(shape) }, (_, at) => start + at * delta);
  },
  // To one number, as the number of elements is counted.
  ReduceProd: ({ inputs }, { shape }) =>
    elementCount(shape) === 1 ? [(inputs[0] as Known).values.reduce((product, value) => product * value, 1)] : null,
  Add: each((one, other) => one + other),
  Sub: each((one, other) => one - other),
  Mul: each((one, other) => one * other),
  Div: (context, output) => each(divide(output))(context, output),
  Mod: (context, output) => each(intOf(context.node, "fmod", 0) === 1 ? (one, other) => one % other : (one, other) => one - other * Math.floor(one / other))(context, output), // prettier-ignore
  Min: each(Math.min),
  Max: each(Math.max),
  Neg: each((value) => -value),
  Abs: each(Math.abs),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
  Sqrt: each(Math.sqrt),
  Pow: each((one, other) => one ** other),
  Equal: each((one, other) => (one === other ? 1 : 0)),
  Less: each((one, other) => (one < other ? 1 : 0)),
  LessOrEqual: each((one, other) => (one <= other ? 1 : 0)),
  Greater: each((one, other) => (one > other ? 1 : 0)),
  GreaterOrEqual: each((one, other) => (one >= other ? 1 : 0)),
  And: each((one, other) => one & other),
  Or: each((one, other) => one | other),
  Not: each((value) => 1 - value),
  Where: each((choice, one, other) => (choice === 0 ? other : one)),
};
