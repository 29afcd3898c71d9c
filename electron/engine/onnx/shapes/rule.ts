/**
 * @file What a rule of shape inference sees of a node, and what it tells: the types of its outputs, from those of its inputs and, where shapes
 * depend on numbers (Reshape), from constants.
 */
import { UserError } from "../../base/errors.ts";
import type { ElementType } from "../element-type.ts";
import type { Node } from "../model.ts";

export interface StaticType {
  readonly elementType: ElementType;
  readonly shape: readonly number[];
}

export interface RuleContext {
  readonly node: Node;
  /** Version of the operator set. */
  readonly version: number;
  /** null for an optional input that is left out. */
  readonly inputs: readonly (StaticType | null)[];
  /** The numbers of an input, where they are known before anything runs. */
  constant(index: number): readonly number[] | null;
}

/** Types of the outputs, at least as many as the node has. */
export type Rule = (context: RuleContext) => readonly StaticType[];

export function inputAt({ node, inputs }: RuleContext, index: number): StaticType {
  return inputs[index] ?? refuse(node, `has no input ${index}`);
}

/** The numbers of an input that must be known; null where the input is left out. */
export function numbersAt(context: RuleContext, index: number): readonly number[] | null {
  if ((context.inputs[index] ?? null) === null) return null;
  return (
    context.constant(index) ??
    refuse(context.node, `takes shapes from "${context.node.inputs[index] ?? ""}", which is known only when it runs`)
  );
}

export function refuse(node: Node, why: string): never {
  throw new UserError("onnx-shape", `${node.opType} node "${node.name || (node.outputs[0] ?? "")}" ${why}.`);
}

/** An axis counted from either end, 0 to rank - 1. */
export function axisOf(node: Node, axis: number, rank: number): number {
  if (axis < -rank || axis >= Math.max(rank, 1)) refuse(node, `has an axis ${axis} where there are ${rank} dimensions`);
  return axis < 0 ? axis + rank : axis;
}

/** One rule for several operators; their names stay known to the compiler. */
export function shared<const Name extends string>(names: readonly Name[], rule: Rule): Readonly<Record<NoInfer<Name>, Rule>> {
  return Object.fromEntries(names.map((name) => [name, rule])) as Record<Name, Rule>;
}

/** Numpy's broadcasting. */
export function broadcast(node: Node, shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, at) => {
    const sizes = new Set(shapes.map((shape) => shape[at - rank + shape.length] ?? 1));
    sizes.delete(1);
    if (sizes.size > 1) refuse(node, `joins shapes that do not fit: ${shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ")}`);
    return [...sizes][0] ?? 1;
  });
}
