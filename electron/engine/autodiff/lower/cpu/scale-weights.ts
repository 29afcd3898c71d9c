/**
 * @file The gradient that a BatchNormalization over a batch hands to the convolution in front of it begins with scale / deviation, one number a channel. A convolution's gradients are linear in
 * it: scaled weights, and a scaled gradient of the weights, spare a pass over the picture.
 */
import { floatOf } from "../../../onnx/attributes.ts";
import { int, type GraphBuilder } from "../../../onnx/graph-builder.ts";
import type { Model } from "../../../onnx/model.ts";
import { isOurs } from "../../../onnx/shapes/training.ts";
import { Readers, rewrite } from "../rewrite.ts";

/** Shapes must be static. */
export function scaleWeights(model: Model): Model {
  const readers = new Readers(model.graph);
  /** Gradient without its scale -> scale / deviation. */
  const factors = new Map<string, string>();
  return rewrite(model, "scaled/", ({ builder, node }) => {
    const [name = ""] = node.outputs;
    const [one = "", other = ""] = node.inputs;
    if (isOurs(node, "BatchNormalizationGradient")) {
      const takers = readers.all(name, (reader) =>
        (isOurs(reader, "ConvInputGradient") && reader.inputs[0] === name && reader.inputs[1] !== name) ||
        (isOurs(reader, "ConvWeightGradient") && reader.inputs[0] !== name && reader.inputs[1] === name)); // prettier-ignore
      if (takers === null || takers.length === 0) return null;
      const [, , scale = "", , variance = ""] = node.inputs;
      const widened = builder.node("Add", [variance, builder.scalar(floatOf(node, "epsilon", 1e-5), variance)]);
      const [unscaled = "", ...rest] = builder.training(node.opType, node.inputs, 3, {
        ...Object.fromEntries(node.attributes),
        unscaled: int(1),
      });
      factors.set(unscaled, builder.node("Div", [scale, builder.node("Sqrt", [widened])]));
      return [unscaled, ...rest];
    }
    const factor = factors.get(isOurs(node, "ConvWeightGradient") ? other : one);
    if (factor === undefined) return null;
    if (isOurs(node, "ConvInputGradient"))
      return builder.training(node.opType, [one, scaledRows(builder, other, factor)], 1, Object.fromEntries(node.attributes));
    const [unscaled = ""] = builder.training(node.opType, node.inputs, 1, Object.fromEntries(node.attributes));
    return [scaledRows(builder, unscaled, factor)];
  });
}

/** [K, ...] times a number for each of the K. */
function scaledRows(builder: GraphBuilder, value: string, factor: string): string {
  const [rows = 1, ...rest] = builder.shapeOf(value);
  return builder.node("Mul", [value, builder.reshape(factor, [rows, ...rest.map(() => 1)])]);
}
