/**
 * @file LogSoftmax in operators that ONNX Runtime's WebGPU provider has.
 */
import { intOf } from "../../../onnx/attributes.ts";
import { axisOf } from "../../../onnx/shapes/rule.ts";
import { elementCount } from "../../../onnx/tensor-values.ts";
import { reduceBy, reduceSum } from "../../gradient.ts";
import type { PartialLowering } from "../lower.ts";

/** x - max - ln(sum of exp(x - max)). Before operator set 13 over all axes from the given one on. */
export const logSoftmax: PartialLowering = ({ builder, node, inputs }) => {
  const x = inputs[0] as string;
  const shape = builder.shapeOf(x);
  const isOld = builder.version < 13;
  const axis = axisOf(node, intOf(node, "axis", isOld ? 1 : -1), shape.length);
  const rows = isOld ? builder.reshape(x, [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))]) : x;
  const over = isOld ? 1 : axis;
  const largest = reduceBy(builder, "ReduceMax", rows, [over]);
  const shifted = builder.node("Sub", [rows, largest]);
  const sum = reduceSum(builder, builder.node("Exp", [shifted]), [over]);
  const made = builder.node("Sub", [shifted, builder.node("Log", [sum])]);
  return [isOld ? builder.reshape(made, shape) : made];
};
