/**
 * @file Attributes of a node by name and kind. An attribute of another kind than the operator has is a damaged file.
 */
import { UserError } from "../base/errors.ts";
import type { Attribute, Node, Tensor } from "./model.ts";

type Kind = Exclude<Attribute["kind"], "other">;

/** The end of "everything", and other numbers beyond 2^53, become the nearest number JavaScript has. */
export function intOf<T extends number | null>(node: Node, name: string, absent: T): number | T {
  const attribute = find(node, name, "int");
  return attribute === null ? absent : Number(attribute.value);
}

export function intsOf<T extends readonly number[] | null>(node: Node, name: string, absent: T): number[] | T {
  const attribute = find(node, name, "ints");
  return attribute === null ? absent : Array.from(attribute.value, Number);
}

export function floatOf<T extends number | null>(node: Node, name: string, absent: T): number | T {
  const attribute = find(node, name, "float");
  return attribute === null ? absent : attribute.value;
}

export function floatsOfAttribute(node: Node, name: string): number[] | null {
  const attribute = find(node, name, "floats");
  return attribute === null ? null : [...attribute.value];
}

export function textOf<T extends string | null>(node: Node, name: string, absent: T): string | T {
  const attribute = find(node, name, "string");
  return attribute === null ? absent : new TextDecoder().decode(attribute.value);
}

export function tensorOf(node: Node, name: string): Tensor | null {
  return find(node, name, "tensor")?.value ?? null;
}

function find<K extends Kind>(node: Node, name: string, kind: K): Extract<Attribute, { kind: K }> | null {
  const attribute = node.attributes.get(name);
  if (attribute === undefined) return null;
  if (attribute.kind !== kind)
    throw new UserError(
      "onnx-damaged",
      `${node.opType} node "${node.name}" has an attribute ${name} of kind ${attribute.kind}; expected ${kind}.`,
    );
  return attribute as Extract<Attribute, { kind: K }>;
}
