/**
 * @file The types of a graph's values, found node by node in the order of the graph: when a file is read, and when a graph is built. A shape that
 * depends on numbers is found because the arithmetic on shapes is folded on the way.
 */
import { UserError } from "../base/errors.ts";
import { describe } from "./check-graph.ts";
import { constantOf, foldNode, mostElements, valuesOf, type Known } from "./fold.ts";
import type { Node, Tensor } from "./model.ts";
import { elementwiseRules } from "./shapes/elementwise.ts";
import { layoutRules } from "./shapes/layout.ts";
import { productRules } from "./shapes/products.ts";
import type { Rule, StaticType } from "./shapes/rule.ts";
import { spatialRules } from "./shapes/spatial.ts";
import { trainingDomain, trainingRules } from "./shapes/training.ts";
import { elementCount, holdsNumbers } from "./tensor-values.ts";

export interface Types {
  /** Of every value by its name. */
  readonly types: ReadonlyMap<string, StaticType>;
  /** Of small values that do not depend on the inputs' numbers. */
  readonly known: ReadonlyMap<string, Known>;
}

const ruleTable = { ...elementwiseRules, ...spatialRules, ...productRules, ...layoutRules };
const rules: Readonly<Record<string, Rule>> = ruleTable;

/** Every operator whose shapes are known. */
export type OperatorName = keyof typeof ruleTable | "Constant";

const rulesOf: Readonly<Record<string, Readonly<Record<string, Rule>>>> = { "": rules, [trainingDomain]: trainingRules };

/** Before it, shapes broadcast by an attribute. */
const oldestVersion = 7;

/** True where shapes of this operator are known. */
export function hasShapeRule(opType: string): boolean {
  return opType === "Constant" || opType in rules;
}

export class TypeTable implements Types {
  readonly types = new Map<string, StaticType>();
  readonly known = new Map<string, Known>();
  readonly #version: number;

  /** @param version of ONNX's own operators */
  constructor(version: number) {
    if (version < oldestVersion)
      throw new UserError(
        "onnx-unsupported",
        `The model is written for version ${version} of ONNX's operators; expected ${oldestVersion} or newer. Export it again.`,
      );
    this.#version = version;
  }

  addInput(name: string, type: StaticType): void {
    this.types.set(name, type);
  }

  addTensor(tensor: Tensor): void {
    const type: StaticType = { elementType: tensor.elementType, shape: tensor.dimensions };
    this.types.set(tensor.name, type);
    const isSmall = elementCount(tensor.dimensions) <= mostElements && tensor.external === null;
    if (isSmall && holdsNumbers(tensor.elementType)) this.known.set(tensor.name, { ...type, values: valuesOf(tensor) });
  }

  /** @param index of the node in its graph, for messages */
  addNode(node: Node, index: number): void {
    const { types, values } = this.#outputsOf(node, index);
    node.outputs.forEach((name, at) => {
      if (name === "") return;
      const type = types[at];
      if (type === undefined) throw new UserError("onnx-shape", `${describe(node, index)} has more outputs than its operator.`);
      this.types.set(name, type);
      if (at === 0 && values !== null) this.known.set(name, { ...type, values });
    });
  }

  #outputsOf(node: Node, index: number): { readonly types: readonly StaticType[]; readonly values: readonly number[] | null } {
    const rule = rulesOf[node.domain]?.[node.opType];
    if (node.domain === "" && node.opType === "Constant") return constantOutput(node, index);
    if (rule === undefined)
      throw new UserError(
        "onnx-unsupported",
        `${describe(node, index)}: the operator ${node.domain === "" ? "" : `${node.domain}.`}${node.opType} is not supported.`,
      );
    const inputs = node.inputs.map((name) => this.types.get(name) ?? null);
    const constants = node.inputs.map((name) => this.known.get(name) ?? null);
    const outputs = rule({ node, version: this.#version, inputs, constant: (at) => constants[at]?.values ?? null });
    return { types: outputs, values: foldNode({ node, inputs: constants, types: inputs, outputs }) };
  }
}

function constantOutput(node: Node, index: number): { readonly types: readonly StaticType[]; readonly values: readonly number[] | null } {
  const constant = constantOf(node);
  if (constant !== null) return { types: [{ elementType: constant.elementType, shape: constant.shape }], values: constant.values };
  const value = node.attributes.get("value");
  if (value?.kind === "tensor") return { types: [{ elementType: value.value.elementType, shape: value.value.dimensions }], values: null };
  throw new UserError("onnx-unsupported", `${describe(node, index)} holds no tensor of numbers.`);
}
