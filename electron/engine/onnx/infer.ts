/**
 * @file Static types of every value of a graph, for inputs of given shapes, and the numbers of those that are known before anything runs.
 */
import { UserError } from "../base/errors.ts";
import type { Model } from "./model.ts";
import type { StaticType } from "./shapes/rule.ts";
import { TypeTable, type Types } from "./type-table.ts";

/**
 * @param shapes of inputs by name; an input that is not named keeps the shape it has in the file
 * Throws UserError `onnx-unsupported` for an operator without a rule, `onnx-shape` for shapes that do not fit or are known only at run time.
 */
export function inferTypes(model: Model, shapes: ReadonlyMap<string, readonly number[]>): Types {
  const table = beginTypes(model, shapes);
  model.graph.nodes.forEach((node, index) => {
    table.addNode(node, index);
  });
  return table;
}

/** With the types of the initializers and inputs: what is there before the first node. */
export function beginTypes(model: Model, shapes: ReadonlyMap<string, readonly number[]>): TypeTable {
  const { graph } = model;
  const table = new TypeTable(model.opsets.get("") ?? 1);
  for (const tensor of graph.initializers) table.addTensor(tensor);
  for (const { name, type } of graph.inputs) {
    if (table.types.has(name)) continue;
    const given = shapes.get(name) ?? type?.shape;
    const isFixed = (shape: typeof given): shape is readonly number[] => shape?.every((size) => typeof size === "number") === true;
    if (!type || !isFixed(given))
      throw new UserError("onnx-shape", `The input ${name} has the shape ${JSON.stringify(given ?? null)}; expected numbers only.`);
    const fixed: StaticType = { elementType: type.elementType, shape: given };
    table.addInput(name, fixed);
  }
  return table;
}
