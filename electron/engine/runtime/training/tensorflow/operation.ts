/**
 * @file What a form is: the way TensorFlow does an ONNX operator. It is asked once per node, before anything runs, and says which inputs it needs and
 * how they must lie; what it gives back then runs at every step.
 */
import type { Tensor } from "@tensorflow/tfjs";

import { UserError } from "../../../base/errors.ts";
import type { Node } from "../../../onnx/model.ts";
import type { RuleContext, StaticType } from "../../../onnx/shapes/rule.ts";
import type { Kernels } from "./kernels.ts";
import type { Layout } from "./layout.ts";
import type { TensorflowApi } from "./load.ts";

export interface FormContext extends RuleContext {
  readonly api: TensorflowApi;
  readonly kernels: Kernels;
  readonly outputs: readonly StaticType[];
  /** How an input is held now. */
  layoutOf(input: number): Layout;
  /** Keeps a tensor for all steps; it goes when the executor is closed. */
  hold(tensor: Tensor): Tensor;
}

export interface Operand {
  /** Its place among the node's inputs. */
  readonly input: number;
  readonly layout: Layout;
}

export interface Operation {
  readonly takes: readonly Operand[];
  /** Of each output. */
  readonly gives: readonly Layout[];
  /** Gets what it takes, in order; each tensor it gives is a new one. What else it makes on the way is freed for it. */
  run(tensors: readonly Tensor[]): readonly Tensor[];
}

export type Form = (context: FormContext) => Operation;

/** The first inputs, as ONNX has them, to one output. */
export function plainly(
  context: FormContext,
  inputs: readonly number[],
  run: (...tensors: readonly Tensor[]) => Tensor | readonly Tensor[],
): Operation {
  return {
    takes: inputs.map((input) => ({ input, layout: "plain" })),
    gives: context.outputs.map(() => "plain"),
    run: (tensors) => {
      const made = run(...tensors);
      return Array.isArray(made) ? (made as readonly Tensor[]) : [made as Tensor];
    },
  };
}

/** True where the node has this input. */
export function has({ inputs }: RuleContext, index: number): boolean {
  return (inputs[index] ?? null) !== null;
}

export function unsupported(node: Node, why: string): never {
  throw new UserError(
    "executor-unsupported",
    `TensorFlow cannot run the ${node.opType} node "${node.name || (node.outputs[0] ?? "")}": ${why}.`,
  );
}
