/**
 * @file Static types of every value of a graph, for inputs of given shapes, and the numbers of those that are known before anything runs. One
 * pass in the order of the nodes; a shape that depends on numbers is found because the arithmetic on shapes is folded on the way.
 */
import { UserError } from "../base/errors.ts";
import { describe } from "./check-graph.ts";
import { constantOf, foldNode, mostElements, valuesOf, type Known } from "./fold.ts";
import type { Model, Node } from "./model.ts";
import { elementwiseRules } from "./shapes/elementwise.ts";
import { layoutRules } from "./shapes/layout.ts";
import { productRules } from "./shapes/products.ts";
import type { Rule, StaticType } from "./shapes/rule.ts";
import { spatialRules } from "./shapes/spatial.ts";
import { elementCount } from "./tensor-values.ts";

export interface Inferred {
  /** Of every value by its name. */
  readonly types: ReadonlyMap<string, StaticType>;
  /** Of small values that do not depend on the inputs' numbers. */
  readonly known: ReadonlyMap<string, Known>;
}

const rules: Readonly<Record<string, Rule>> = { ...elementwiseRules, ...spatialRules, ...productRules, ...layoutRules };

/** Before it, shapes broadcast by an attribute. */
const oldestVersion = 7;

/** True where shapes of this operator are known. */
export function hasShapeRule(opType: string): boolean {
  return opType === "Constant" || opType in rules;
}

/**
 * @param shapes of inputs by name; an input that is not named keeps the shape it has in the file
 * Throws UserError `onnx-unsupported` for an operator without a rule, `onnx-shape` for shapes that do not fit or are known only at run time.
 */
export function inferTypes(model: Model, shapes: ReadonlyMap<string, readonly number[]>): Inferred {
  const { graph } = model;
  const types = new Map<string, StaticType>();
  const known = new Map<string, Known>();
  const version = model.opsets.get("") ?? 1;
  if (version < oldestVersion)
    throw new UserError(
      "onnx-unsupported",
      `The model is written for version ${version} of ONNX's operators; expected ${oldestVersion} or newer. Export it again.`,
    );
  for (const tensor of graph.initializers) {
    const type: StaticType = { elementType: tensor.elementType, shape: tensor.dimensions };
    types.set(tensor.name, type);
    const isSmall = elementCount(tensor.dimensions) <= mostElements && tensor.external === null && tensor.elementType !== "string";
    if (isSmall && isNumeric(tensor.elementType)) known.set(tensor.name, { ...type, values: valuesOf(tensor) });
  }
  for (const { name, type } of graph.inputs) {
    if (types.has(name)) continue;
    const given = shapes.get(name) ?? type?.shape;
    const isFixed = (shape: typeof given): shape is readonly number[] => shape?.every((size) => typeof size === "number") === true;
    if (!type || !isFixed(given))
      throw new UserError("onnx-shape", `The input ${name} has the shape ${JSON.stringify(given ?? null)}; expected numbers only.`);
    types.set(name, { elementType: type.elementType, shape: given });
  }
  graph.nodes.forEach((node, index) => {
    const outputs = outputsOf(node, index, version, types, known);
    node.outputs.forEach((name, at) => {
      if (name === "") return;
      const type = outputs.types[at];
      if (type === undefined) throw new UserError("onnx-shape", `${describe(node, index)} has more outputs than its operator.`);
      types.set(name, type);
      const { values } = outputs;
      if (at === 0 && values !== null) known.set(name, { ...type, values });
    });
  });
  return { types, known };
}

function outputsOf(
  node: Node,
  index: number,
  version: number,
  types: ReadonlyMap<string, StaticType>,
  known: ReadonlyMap<string, Known>,
): { readonly types: readonly StaticType[]; readonly values: readonly number[] | null } {
  const rule = node.domain === "" ? rules[node.opType] : undefined;
  if (node.domain === "" && node.opType === "Constant") return constantOutput(node, index);
  if (rule === undefined)
    throw new UserError(
      "onnx-unsupported",
      `${describe(node, index)}: the operator ${node.domain === "" ? "" : `${node.domain}.`}${node.opType} is not supported.`,
    );
  const inputs = node.inputs.map((name) => types.get(name) ?? null);
  const constants = node.inputs.map((name) => known.get(name) ?? null);
  const outputs = rule({ node, version, inputs, constant: (at) => constants[at]?.values ?? null });
  return { types: outputs, values: foldNode({ node, inputs: constants, types: inputs, outputs }) };
}

function constantOutput(node: Node, index: number): ReturnType<typeof outputsOf> {
  const constant = constantOf(node);
  if (constant !== null) return { types: [{ elementType: constant.elementType, shape: constant.shape }], values: constant.values };
  const value = node.attributes.get("value");
  if (value?.kind === "tensor") return { types: [{ elementType: value.value.elementType, shape: value.value.dimensions }], values: null };
  throw new UserError("onnx-unsupported", `${describe(node, index)} holds no tensor of numbers.`);
}

const numeric = new Set([
  "float32",
  "float64",
  "float16",
  "bfloat16",
  "int64",
  "uint64",
  "int32",
  "uint32",
  "int16",
  "uint16",
  "int8",
  "uint8",
  "bool",
]);

function isNumeric(type: string): boolean {
  return numeric.has(type);
}
