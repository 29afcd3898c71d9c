/**
 * @file Weights as float16: half the file. They become float32 again as the file is opened, so every runtime computes as before, on weights that are right to about 1/2000.
 */
import { elementTypes } from "../element-type.ts";
import { int } from "../graph-builder.ts";
import type { Model, Node, Tensor } from "../model.ts";
import { newNode } from "../new-node.ts";
import { elementCount, floatsOf, tensorFrom } from "../tensor-values.ts";

/** Smaller ones are not worth a node; among them are the statistics of norms, which can be beyond float16. */
const fewestNumbers = 1024;
/** The largest float16. */
const largestHalf = 65504;

export function halfWeights(model: Model): Model {
  const casts: Node[] = [];
  const initializers = model.graph.initializers.map((tensor): Tensor => {
    if (tensor.elementType !== "float32" || elementCount(tensor.dimensions) < fewestNumbers) return tensor;
    const values = floatsOf(tensor);
    if (values.some((value) => !(Math.abs(value) <= largestHalf))) return tensor;
    const name = `${tensor.name}/half`;
    casts.push(
      newNode({ opType: "Cast", inputs: [name], outputs: [tensor.name], attributes: { to: int(elementTypes.indexOf("float32")) } }),
    );
    return tensorFrom(name, "float16", tensor.dimensions, values);
  });
  return { ...model, graph: { ...model.graph, initializers, nodes: [...casts, ...model.graph.nodes] } };
}
