/**
 * @file Means and maxima over windows of a picture. Borders are written out, so that every kind of padding is the same to the kernels.
 */
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";

import { intOf, intsOf } from "../../../../onnx/attributes.ts";
import { inputAt } from "../../../../onnx/shapes/rule.ts";
import { convolutionWindow } from "../../../../onnx/shapes/spatial.ts";
import { elementCount } from "../../../../onnx/tensor-values.ts";
import { unsupported, type Form, type FormContext } from "../operation.ts";

interface Pool {
  readonly kernel: [number, number];
  readonly strides: [number, number];
  readonly pads: readonly number[];
  /** Pixels behind the end that the last window of `ceil_mode` reaches beyond the padding. */
  readonly beyond: readonly number[];
}

function poolOf(context: FormContext): Pool {
  const { node } = context;
  const { shape } = inputAt(context, 0);
  if (shape.length !== 4) return unsupported(node, `it pools ${shape.length - 2} axes; TensorFlow.js pools 2 here`);
  const kernel = intsOf(node, "kernel_shape", []);
  const { strides, pads, dilations } = convolutionWindow(node, shape, [1, 1, ...kernel]);
  if (dilations.some((size) => size !== 1)) return unsupported(node, "its window is dilated");
  const made = context.outputs[0]?.shape.slice(2) ?? [];
  const beyond = made.map((count, at) => {
    const end = (count - 1) * (strides[at] as number) + (kernel[at] as number);
    return Math.max(0, end - ((shape[at + 2] as number) + (pads[at] as number) + (pads[at + 2] as number)));
  });
  return { kernel: kernel as [number, number], strides: strides as [number, number], pads, beyond };
}

function bordered({ api }: FormContext, x: Tensor, { pads, beyond }: Pool, value: number): Tensor4D {
  const [top = 0, left = 0, bottom = 0, right = 0] = pads;
  const ends = [bottom + (beyond[0] ?? 0), right + (beyond[1] ?? 0)] as const;
  if (top + left + ends[0] + ends[1] === 0) return x as Tensor4D;
  return api.pad(x as Tensor4D, [[0, 0], [top, ends[0]], [left, ends[1]], [0, 0]], value); // prettier-ignore
}

const maxPool: Form = (context) => {
  const { api, node } = context;
  if ((node.outputs[1] ?? "") !== "") return unsupported(node, "it tells the places of its maxima");
  const pool = poolOf(context);
  return {
    takes: [{ input: 0, layout: "pixels" }],
    gives: ["pixels"],
    run: ([x]) => [api.maxPool(bordered(context, x as Tensor, pool, -3.4e38), pool.kernel, pool.strides, "valid")],
  };
};

const averagePool: Form = (context) => {
  const { api, node, hold } = context;
  const pool = poolOf(context);
  const { kernel, strides } = pool;
  const factor = hold(api.tensor(factors(context, pool, intOf(node, "count_include_pad", 0) === 1)));
  return {
    takes: [{ input: 0, layout: "pixels" }],
    gives: ["pixels"],
    run: ([x]) => [api.mul(api.avgPool(bordered(context, x as Tensor, pool, 0), kernel, strides, "valid"), factor)],
  };
};

/** [1, height, width, 1]: numbers in a window over numbers that count. */
function factors(context: FormContext, { kernel, strides, pads }: Pool, countsPads: boolean): number[][][][] {
  const sizes = inputAt(context, 0).shape.slice(2);
  const counts = sizes.map((size, at) => {
    const [before, after] = [pads[at] as number, pads[at + 2] as number];
    const [low, high] = countsPads ? [0, before + size + after] : [before, before + size];
    return Array.from({ length: context.outputs[0]?.shape[at + 2] ?? 0 }, (_, step) => {
      const start = step * (strides[at] as number);
      return Math.min(start + (kernel[at] as number), high) - Math.max(start, low);
    });
  });
  const [rows = [], columns = []] = counts;
  return [rows.map((row) => columns.map((column) => [elementCount(kernel) / (row * column)]))];
}

/** Over all pixels. */
const globally =
  (take: (context: FormContext, x: Tensor, axes: number[]) => Tensor): Form =>
  (context) => {
    const { shape } = inputAt(context, 0);
    const isPicture = shape.length === 4;
    const axes = shape.flatMap((_, axis) => (axis < 2 ? [] : [isPicture ? axis - 1 : axis]));
    const layout = isPicture ? "pixels" : "plain";
    return { takes: [{ input: 0, layout }], gives: [layout], run: ([x]) => [take(context, x as Tensor, axes)] };
  };

export const poolingForms: Readonly<Record<string, Form>> = {
  AveragePool: averagePool,
  GlobalAveragePool: globally(({ api }, x, axes) => api.mean(x, axes, true)),
  GlobalMaxPool: globally(({ api }, x, axes) => api.max(x, axes, true)),
  MaxPool: maxPool,
};
