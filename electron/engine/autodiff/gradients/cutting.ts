/** @file Slice and Pad: what was cut away gets zeros, what was added gives nothing, and what was repeated is added up. */
import { intsOf, textOf } from "../../onnx/attributes.ts";
import type { GraphBuilder } from "../../onnx/graph-builder.ts";
import { axisOf } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { noGradient, outputGradient, type Gradient, type GradientContext } from "../gradient.ts";
import { alongAxis, type Matrix } from "./along-axis.ts";

export const slice: Gradient = (context) => {
  const { node, builder } = context;
  const shape = builder.shapeOf(node.inputs[0] as string);
  const numbers = (name: string, index: number): readonly number[] | null =>
    intsOf(node, name, null) ?? builder.knownValues(node.inputs[index] ?? "");
  const starts = numbers("starts", 1) ?? [];
  const axes = (numbers("axes", 3) ?? starts.map((_, at) => at)).map((axis) => axisOf(node, axis, shape.length));
  const steps = numbers("steps", 4) ?? starts.map(() => 1);
  const begins = shape.map(() => 0);
  const ends = shape.map(() => 0);
  let g = outputGradient(context);
  axes.forEach((axis, at) => {
    const [start, step, size] = [starts[at] as number, steps[at] as number, shape[axis] as number];
    const count = builder.shapeOf(g)[axis] as number;
    if (step < 0) g = reversed(builder, g, axis);
    const stride = Math.abs(step);
    const first = Math.min(Math.max(start < 0 ? start + size : start, 0), step > 0 ? size : size - 1);
    if (stride > 1) g = withGaps(builder, g, { axis, stride });
    const length = count === 0 ? 0 : (count - 1) * stride + 1;
    begins[axis] = step > 0 ? first : first - length + 1;
    ends[axis] = size - (begins[axis] as number) - length;
  });
  return [padded(builder, g, [...begins, ...ends])];
};

function reversed(builder: GraphBuilder, value: string, axis: number): string {
  const lists = [[-1], [Number.MIN_SAFE_INTEGER], [axis], [-1]].map((list) => builder.list(list));
  return builder.node("Slice", [value, ...lists]);
}

/** `stride` - 1 zeros between neighbours along an axis. */
function withGaps(builder: GraphBuilder, value: string, { axis, stride }: { readonly axis: number; readonly stride: number }): string {
  const shape = builder.shapeOf(value);
  const count = shape[axis] as number;
  if (count < 2) return value;
  const [outer, inner] = [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis + 1))];
  const apart = builder.node("Pad", [builder.reshape(value, [outer, count, 1, inner]), builder.list([0, 0, 0, 0, 0, 0, stride - 1, 0])]);
  const wide = builder.reshape(apart, [outer, count * stride, inner]);
  const cut = builder.node("Slice", [wide, builder.list([0]), builder.list([(count - 1) * stride + 1]), builder.list([1])]);
  return builder.reshape(cut, shape.with(axis, (count - 1) * stride + 1));
}

function padded(builder: GraphBuilder, value: string, pads: readonly number[]): string {
  return pads.every((size) => size === 0) ? value : builder.node("Pad", [value, builder.list(pads)]);
}

export const pad: Gradient = (context) => {
  const { node, builder } = context;
  const shape = builder.shapeOf(node.inputs[0] as string);
  const pads = intsOf(node, "pads", null) ?? builder.knownValues(node.inputs[1] ?? "") ?? [];
  const axes = builder.knownValues(node.inputs[3] ?? "")?.map((axis) => axisOf(node, axis, shape.length)) ?? shape.map((_, axis) => axis);
  const before = axes.map((_, at) => pads[at] as number);
  const after = axes.map((_, at) => pads[at + axes.length] as number);
  if (textOf(node, "mode", "constant") !== "constant") return repeatedPad(context, { axes, before, after });
  const g = outputGradient(context);
  if ([...before, ...after].every((size) => size >= 0)) {
    const ends = axes.map((axis, at) => (before[at] as number) + (shape[axis] as number));
    return [builder.node("Slice", [g, builder.list(before), builder.list(ends), builder.list(axes)])];
  }
  // Where it cut, the gradient is padded, and the other way round.
  const turned = Array<number>(shape.length * 2).fill(0);
  axes.forEach((axis, at) => {
    turned[axis] = -(before[at] as number);
    turned[axis + shape.length] = -(after[at] as number);
  });
  return [builder.node("Pad", [g, builder.list(turned)])];
};

interface Pads {
  readonly axes: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Padding with pixels of the picture: each adds its gradient to the pixel it repeats. */
function repeatedPad(context: GradientContext, { axes, before, after }: Pads): readonly (string | null)[] {
  const { node, builder } = context;
  const shape = builder.shapeOf(node.inputs[0] as string);
  const mode = textOf(node, "mode", "constant");
  const sources = { edge: edgeSource, reflect: mirrorSource, wrap: wrappedSource };
  if (!(mode in sources)) noGradient(node, `has the mode ${mode}`);
  const source = sources[mode as keyof typeof sources];
  let g = outputGradient(context);
  axes.forEach((axis, at) => {
    const [low, high, size] = [before[at] as number, after[at] as number, shape[axis] as number];
    if (low === 0 && high === 0) return;
    const pixels = Array.from({ length: low + size + high }, (_, place) => source(place - low, size));
    const matrix: Matrix = Array.from({ length: size }, (_, pixel) => pixels.map((from) => (from === pixel ? 1 : 0)));
    g = alongAxis(builder, g, { axis, matrix });
  });
  return [g];
}

function edgeSource(place: number, size: number): number {
  return Math.min(Math.max(place, 0), size - 1);
}

function mirrorSource(place: number, size: number): number {
  const period = Math.max(2 * (size - 1), 1);
  const within = ((place % period) + period) % period;
  return within < size ? within : period - within;
}

function wrappedSource(place: number, size: number): number {
  return ((place % size) + size) % size;
}
