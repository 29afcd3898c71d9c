/**
 * @file Steps of optimizers and averages of many small tensors as one step of one long list: a graphics card is handed every operator by itself, which takes longer than what a
 * small one computes (an EfficientNet's step: 229 updates of up to 14 operators each), and even a processor looks at each. Large tensors stay for themselves, since the list is copied together and apart again.
 */
import { GraphBuilder, int } from "../../onnx/graph-builder.ts";
import { inferTypes } from "../../onnx/infer.ts";
import { namesTaken } from "../../onnx/inner-graphs.ts";
import type { Model, Node } from "../../onnx/model.ts";
import { attributesKey } from "../../onnx/passes/merge-equal-nodes.ts";
import { trainingDomain } from "../../onnx/shapes/training.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import type { Types } from "../../onnx/type-table.ts";
import { withNodesOf } from "./rewrite.ts";

/** How many of an operator's inputs, from the first on, are as long as the tensor it updates; the rest are numbers for all of them. */
const lists: Readonly<Record<string, number>> = { SgdStep: 3, AdamStep: 4, Average: 2 };

/** Numbers in a tensor that is still packed. */
const largest = 2 ** 14;

export function packUpdates(model: Model): Model {
  const types = inferTypes(model, new Map());
  const groups = new Map<string, string[]>();
  for (const node of model.graph.nodes) {
    const key = keyOf(node, types);
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), node.outputs[0] as string]);
  }
  // Each group gives names of its own: those of the groups before it are in the graph.
  return [...groups.values()].reduce((packed, members, at) => packGroup(packed, new Set(members), `packed/${at}/`), model);
}

/** Equal for updates that one step can do; null for what is no update of a small tensor. */
function keyOf(node: Node, types: Types): string | null {
  const count = node.domain === trainingDomain ? lists[node.opType] : undefined;
  if (count === undefined) return null;
  const shape = (name: string | undefined): string => (types.types.get(name ?? "")?.shape ?? []).join();
  const first = shape(node.inputs[0]);
  if (node.inputs.slice(1, count).some((name) => shape(name) !== first)) return null;
  const numbers = node.inputs.slice(count);
  if (numbers.some((name) => shape(name) !== "") || elementCount(first.split(",").map(Number)) > largest) return null;
  return JSON.stringify([node.opType, numbers, attributesKey(node)]);
}

/** @param firstOutputs of the members, which name them @param prefix of what is made */
function packGroup(model: Model, firstOutputs: ReadonlySet<string>, prefix: string): Model {
  const { graph } = model;
  const members = independent(model, firstOutputs);
  if (members.length < 2) return model;
  const builder = GraphBuilder.beside(model, prefix);
  const standsFor = new Map<string, string>();
  const renamed = (node: Node): Node => ({ ...node, inputs: node.inputs.map((name) => standsFor.get(name) ?? name) });
  // What takes an updated tensor waits until the list is there: after the last member.
  const late = new Set<string>();
  const waiting: Node[] = [];
  let left = members.length;
  for (const node of graph.nodes) {
    if (members.includes(node)) {
      for (const name of node.outputs) late.add(name);
      if (--left > 0) continue;
      pack(builder, members).forEach((made, original) => standsFor.set(original, made));
      for (const each of waiting) builder.add(renamed(each));
      late.clear();
    } else if (namesTaken(node).some((name) => late.has(name))) {
      for (const name of node.outputs) late.add(name);
      waiting.push(node);
    } else builder.add(renamed(node));
  }
  return withNodesOf(model, builder);
}

/** Those members that no other member leads to. */
function independent({ graph }: Model, firstOutputs: ReadonlySet<string>): Node[] {
  const leaving = new Set(graph.outputs.map(({ name }) => name));
  const reached = new Set<string>();
  const members: Node[] = [];
  for (const node of graph.nodes) {
    const isReached = namesTaken(node).some((name) => reached.has(name));
    const isMember = firstOutputs.has(node.outputs[0] ?? "") && !isReached && !node.outputs.some((name) => leaving.has(name));
    if (isMember) members.push(node);
    if (isMember || isReached) for (const name of node.outputs) reached.add(name);
  }
  return members;
}

/** Gives what stands for each output of the members. */
function pack(builder: GraphBuilder, members: readonly Node[]): Map<string, string> {
  const [first] = members as [Node];
  const count = lists[first.opType] as number;
  const shapes = members.map(({ inputs }) => builder.shapeOf(inputs[0] as string));
  const lengths = shapes.map(elementCount);
  const joined = Array.from({ length: count }, (_, at) =>
    builder.node(
      "Concat",
      members.map(({ inputs }, member) => shaped(builder, inputs[at] as string, [lengths[member] as number])),
      { axis: int(0) },
    ),
  );
  const made = builder.training(
    first.opType,
    [...joined, ...first.inputs.slice(count)],
    first.outputs.length,
    Object.fromEntries(first.attributes),
  );
  const standsFor = new Map<string, string>();
  let from = 0;
  members.forEach(({ outputs }, member) => {
    const to = from + (lengths[member] as number);
    outputs.forEach((name, at) => {
      const part = builder.node("Slice", [made[at] as string, builder.list([from]), builder.list([to]), builder.list([0])]);
      standsFor.set(name, shaped(builder, part, shapes[member] as readonly number[]));
    });
    from = to;
  });
  return standsFor;
}

/** Most of what is packed is a list already. */
function shaped(builder: GraphBuilder, value: string, shape: readonly number[]): string {
  return builder.shapeOf(value).join() === shape.join() ? value : builder.reshape(value, shape);
}
