/**
 * @file Sums, means and extremes over axes, and Softmax.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { intOf, intsOf } from "../../../../onnx/attributes.ts";
import { axisOf, inputAt, numbersAt } from "../../../../onnx/shapes/rule.ts";
import { heldAxis, relayout } from "../layout.ts";
import type { TensorflowApi } from "../load.ts";
import { plainly, type Form, type FormContext } from "../operation.ts";

type Reduce = (api: TensorflowApi, x: Tensor, axes: number[]) => Tensor;

/** @param reduce keeps the axes as 1 */
const over =
  (reduce: Reduce): Form =>
  (context) => {
    const { api, node } = context;
    const { shape } = inputAt(context, 0);
    const given = intsOf(node, "axes", null) ?? (context.inputs.length > 1 ? numbersAt(context, 1) : null);
    const isAll = given === null || given.length === 0;
    if (isAll && intOf(node, "noop_with_empty_axes", 0) === 1) return plainly(context, [0], (x) => api.clone(x as Tensor));
    const axes = isAll ? shape.map((_, axis) => axis) : given.map((axis) => axisOf(node, axis, shape.length));
    return reduction(context, axes, reduce);
  };

/** The result is held as the picture was where it still has its axes. */
function reduction(context: FormContext, axes: readonly number[], reduce: Reduce): ReturnType<Form> {
  const { api, node } = context;
  const { shape } = inputAt(context, 0);
  const layout = context.layoutOf(0);
  const keeps = intOf(node, "keepdims", 1) !== 0;
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const result = [...(context.outputs[0]?.shape ?? [])];
  const held = axes.map((axis) => heldAxis(axis, layout));
  return {
    takes: [{ input: 0, layout }],
    gives: [keeps ? layout : "plain"],
    run: ([x]) => {
      const reduced = reduce(api, x as Tensor, held);
      if (keeps) return [reduced];
      const plain = layout === "plain" ? reduced : relayout(api, reduced, { shape: kept, from: layout, to: "plain" });
      return [api.reshape(plain, result)];
    },
  };
}

const place =
  (find: (api: TensorflowApi, x: Tensor, axis: number) => Tensor): Form =>
  (context) => {
    const { api, node } = context;
    const axis = axisOf(node, intOf(node, "axis", 0), inputAt(context, 0).shape.length);
    const result = [...(context.outputs[0]?.shape ?? [])];
    return plainly(context, [0], (x) => api.reshape(find(api, x as Tensor, axis), result));
  };

/** Before operator set 13 over all axes from the given one on, since then over that one. */
const softmax =
  (isLogarithm: boolean): Form =>
  (context) => {
    const { api, node, version } = context;
    const { shape } = inputAt(context, 0);
    const isOld = version < 13;
    const axis = axisOf(node, intOf(node, "axis", isOld ? 1 : -1), shape.length);
    const width = shape.slice(axis).reduce((product, size) => product * size, 1);
    if (isOld || axis === shape.length - 1)
      return plainly(context, [0], (x) => {
        const rows = isOld ? api.reshape(x as Tensor, [-1, width]) : (x as Tensor);
        return api.reshape(isLogarithm ? api.logSoftmax(rows) : api.softmax(rows), [...shape]);
      });
    return plainly(context, [0], (x) => {
      const shifted = api.sub(x as Tensor, api.max(x as Tensor, axis, true));
      const powers = api.exp(shifted);
      const sum = api.sum(powers, axis, true);
      return isLogarithm ? api.sub(shifted, api.log(sum)) : api.div(powers, sum);
    });
  };

export const reductionForms: Readonly<Record<string, Form>> = {
  ArgMax: place((api, x, axis) => api.argMax(x, axis)),
  ArgMin: place((api, x, axis) => api.argMin(x, axis)),
  LogSoftmax: softmax(true),
  ReduceL1: over((api, x, axes) => api.sum(api.abs(x), axes, true)),
  ReduceL2: over((api, x, axes) => api.sqrt(api.sum(api.square(x), axes, true))),
  ReduceLogSum: over((api, x, axes) => api.log(api.sum(x, axes, true))),
  ReduceLogSumExp: over((api, x, axes) => api.logSumExp(x, axes, true)),
  ReduceMax: over((api, x, axes) => api.max(x, axes, true)),
  ReduceMean: over((api, x, axes) => api.mean(x, axes, true)),
  ReduceMin: over((api, x, axes) => api.min(x, axes, true)),
  ReduceProd: over((api, x, axes) => api.prod(x, axes, true)),
  ReduceSum: over((api, x, axes) => api.sum(x, axes, true)),
  ReduceSumSquare: over((api, x, axes) => api.sum(api.square(x), axes, true)),
  Softmax: softmax(false),
};
