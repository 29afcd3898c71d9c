/**
 * @file Transposes that undo one another: pictures that one form lays out anew lie like that already where the form before it did the same.
 */
import { intsOf } from "../../../onnx/attributes.ts";
import type { GraphBuilder } from "../../../onnx/graph-builder.ts";
import type { PartialLowering } from "../lower.ts";

export const transpose: PartialLowering = ({ builder, node, inputs: [value = ""] }) => {
  const order = intsOf(node, "perm", [] as readonly number[]);
  // Of a Transpose with the inverse order, what it was given.
  const inverse = order.map((_, axis) => order.indexOf(axis));
  const before = beforeTranspose(builder, value, inverse);
  return before === null ? null : [before];
};

/** What a Transpose of this order made the value of; null where none did. */
export function beforeTranspose(builder: GraphBuilder, value: string, order: readonly number[]): string | null {
  const maker = builder.makerOf(value);
  if (maker?.opType !== "Transpose" || maker.domain !== "" || intsOf(maker, "perm", []).join() !== order.join()) return null;
  return maker.inputs[0] as string;
}
