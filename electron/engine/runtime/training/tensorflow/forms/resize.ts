/**
 * @file Resize and Upsample: sizes are known, so resizing is a constant matrix along each axis.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { interpolationMatrix } from "../../../../autodiff/gradients/interpolation.ts";
import { resizesOf } from "../../../../autodiff/gradients/resize.ts";
import { inputAt } from "../../../../onnx/shapes/rule.ts";
import { elementCount } from "../../../../onnx/tensor-values.ts";
import { plainly, unsupported, type Form } from "../operation.ts";

const resize: Form = (context) => {
  const { api, node, version, hold } = context;
  const { shape } = inputAt(context, 0);
  const to = context.outputs[0]?.shape ?? [];
  const axes = resizesOf({ node, version, from: shape, to, numbersAt: (index) => context.constant(index) });
  const steps = axes.flatMap((axis, at) => {
    if (axis.coordinates === "tf_crop_and_resize") return unsupported(node, "it resizes a part of the picture");
    if (axis.from === axis.to && axis.scale === 1) return [];
    const matrix = interpolationMatrix(axis) ?? unsupported(node, `it resizes in a way that is not known (${axis.coordinates})`);
    return [{ at, matrix: hold(api.tensor2d(matrix as number[][])) }];
  });
  return plainly(context, [0], (x) =>
    steps.reduce(
      (value, { at, matrix }) => {
        const given = value.shape;
        const rows = api.reshape(value, [elementCount(given.slice(0, at)), given[at] as number, elementCount(given.slice(at + 1))]);
        return api.reshape(api.matMul(api.expandDims(matrix), rows), given.with(at, matrix.shape[0] as number));
      },
      api.clone(x as Tensor),
    ),
  );
};

export const resizeForms: Readonly<Record<string, Form>> = { Resize: resize, Upsample: resize };
