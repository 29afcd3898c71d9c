/**
 * @file Reverse mode over a graph (Griewank and Walther, "Evaluating Derivatives", chapter 3): behind the forward nodes stand those that carry
 * the gradient of one number back to the values asked for. Only what lies on a way between the two gets any.
 */
import { BugError, UserError } from "../base/errors.ts";
import type { ElementType } from "../onnx/element-type.ts";
import type { GraphBuilder } from "../onnx/graph-builder.ts";
import { zerosLike, type Gradient } from "./gradient.ts";
import { trainingDomain } from "../onnx/shapes/training.ts";
import { gradients, trainingGradients, withoutGradient } from "./table.ts";

const tables: Readonly<Record<string, Readonly<Record<string, Gradient | undefined>>>> = {
  "": gradients,
  [trainingDomain]: trainingGradients,
};

/**
 * Adds the gradients of `loss` (one number) by each of `parameters` and gives their names, in order.
 * Throws UserError `no-gradient` for an operator on the way that has none.
 */
export function addGradients(builder: GraphBuilder, loss: string, parameters: readonly string[]): string[] {
  const { shape, elementType } = builder.typeOf(loss);
  if (shape.some((size) => size !== 1)) throw new BugError(`the loss ${loss} has the shape [${shape.join(", ")}]; expected one number`);
  const forward = [...builder.builtNodes];
  const depending = new Set(parameters);
  for (const { opType, inputs, outputs } of forward)
    if (!withoutGradient.has(opType) && inputs.some((name) => depending.has(name)))
      for (const name of outputs) if (name !== "" && isFloat(builder.typeOf(name).elementType)) depending.add(name);

  const found = new Map<string, string>([[loss, builder.constant(elementType, shape, [1])]]);
  const add = (value: string, gradient: string): void => {
    const known = found.get(value);
    found.set(value, known === undefined ? gradient : builder.node("Add", [known, gradient]));
  };
  for (const node of forward.reverse()) {
    const outputGradients = node.outputs.map((name) => found.get(name) ?? null);
    const wanted = node.inputs.map((name) => depending.has(name));
    if (withoutGradient.has(node.opType) || outputGradients.every((each) => each === null) || !wanted.some(Boolean)) continue;
    const gradient = tables[node.domain]?.[node.opType];
    if (gradient === undefined)
      throw new UserError(
        "no-gradient",
        `The operator ${node.opType} (node "${node.name || (node.outputs[0] ?? "")}") has no gradient, so nothing before it can be trained.`,
      );
    gradient({ node, builder, outputGradients, wanted }).forEach((each, index) => {
      if (each !== null && wanted[index] === true) add(node.inputs[index] as string, each);
    });
  }
  return parameters.map((name) => found.get(name) ?? zerosLike(builder, name));
}

/** Places and masks carry no gradient, whatever they were computed from. */
function isFloat(type: ElementType): boolean {
  return type.startsWith("float") || type === "bfloat16";
}
