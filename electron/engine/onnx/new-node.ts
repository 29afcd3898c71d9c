/**
 * @file A node of our own.
 */
import type { Attribute, Node } from "./model.ts";

export interface NodeParts {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** "" is ONNX's own. */
  readonly domain?: string;
  /** That of the first output if not given. */
  readonly name?: string;
}

export function newNode({ opType, inputs, outputs, attributes = {}, domain = "", name = outputs[0] as string }: NodeParts): Node {
  return {
    name,
    opType,
    domain,
    inputs,
    outputs,
    attributes: new Map(Object.entries(attributes)),
    docString: "",
    overload: "",
    unknown: new Uint8Array(0),
  };
}
