/**
 * @file What a plan is made of: the nodes of a step graph, some of them several in one (fuse.ts).
 */
import type { Node } from "../../../onnx/model.ts";

export interface Operation {
  /** Operator of the node, or of what several became. */
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whose attributes count. */
  readonly node: Node;
  /** Of a Relu or Clip that was taken in. */
  readonly limits?: Limits;
}

export interface Limits {
  readonly low: number;
  readonly high: number;
}

export const noLimits: Limits = { low: -Infinity, high: Infinity };

export function describeOperation({ node }: Operation): string {
  return `${node.opType} node "${node.name || (node.outputs[0] ?? "")}"`;
}
