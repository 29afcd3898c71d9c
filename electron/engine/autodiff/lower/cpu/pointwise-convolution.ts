/** @file Convolutions, and their gradients, that see every pixel for itself. */
import { intOf, intsOf } from "../../../onnx/attributes.ts";
import type { Node } from "../../../onnx/model.ts";
import type { Types } from "../../../onnx/type-table.ts";

/** Of Conv, ConvInputGradient or ConvWeightGradient: a kernel of one pixel, all channels together. */
export function isPointwiseConvolution(node: Node, types: Types["types"]): boolean {
  const weights = types.get(node.inputs[1] ?? "")?.shape ?? [];
  const kernel = node.opType === "ConvWeightGradient" ? intsOf(node, "kernel_shape", []) : weights.slice(2);
  const all = (name: string, value: number): boolean => intsOf(node, name, []).every((size) => size === value);
  const isPlain = all("pads", 0) && all("strides", 1) && intOf(node, "group", 1) === 1;
  return kernel.length > 0 && kernel.every((size) => size === 1) && isPlain;
}
