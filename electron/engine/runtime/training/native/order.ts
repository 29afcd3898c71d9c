/**
 * @file Puts what makes a new state right behind the last node that reads the old one: then the new one takes the old one's place, and a gradient is
 * forgotten as soon as its step is done.
 */
import type { Node } from "../../../onnx/model.ts";
import { trainingDomain } from "../../../onnx/shapes/training.ts";
import type { StepGraph } from "../executor.ts";

const stateSteps = new Set(["SgdStep", "AdamStep", "Average"]);

export function orderForState({ model, state }: StepGraph): Node[] {
  const { nodes } = model.graph;
  const readers = new Map<string, number[]>();
  const makers = new Map<string, number>();
  nodes.forEach((node, index) => {
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), index]);
    for (const name of node.outputs) makers.set(name, index);
  });
  const held = new Set(state.map(({ input }) => input));
  /** Those that cannot wait: somebody needs what they make before the old state is out of use. */
  const staying = new Set<number>();
  const moves = (index: number): boolean => isStateStep(nodes[index] as Node) && !staying.has(index);
  let keys: number[] = [];
  for (let isSettled = false; !isSettled;) {
    isSettled = true;
    keys = nodes.map((_, index) => index);
    nodes.forEach((node, index) => {
      if (!moves(index)) return;
      const before = node.inputs.flatMap((name) => makers.get(name) ?? []).map((maker) => keys[maker] as number);
      const others = node.inputs
        .filter((name) => held.has(name))
        .flatMap((name) => readers.get(name) ?? [])
        .filter((reader) => reader !== index && !moves(reader));
      const key = Math.max(-1, ...before, ...others) + 1e-6;
      const behind = node.outputs.flatMap((name) => readers.get(name) ?? []).filter((reader) => !moves(reader));
      if (behind.every((reader) => reader > key)) keys[index] = key;
      else {
        staying.add(index);
        isSettled = false;
      }
    });
  }
  return nodes
    .map((node, index) => ({ node, key: keys[index] as number, index }))
    .sort((a, b) => a.key - b.key || a.index - b.index)
    .map(({ node }) => node);
}

function isStateStep(node: Node): boolean {
  return node.domain === trainingDomain && stateSteps.has(node.opType);
}
