/**
 * @file Cuts a network where training begins: the part before depends on no trained weight, so what it makes of a view never changes and can be kept.
 */
import type { Graph, Model, Node, ValueInfo } from "../../onnx/model.ts";
import { simplify } from "../../onnx/simplify.ts";
import type { Network } from "./network.ts";

export interface SplitNetwork {
  /** From a picture to the values at the cut, one output each. */
  readonly frozen: Model;
  /** From those values to the embedding; its inputs in the order of the outputs of `frozen`. */
  readonly trained: Network;
  /** Numbers a view leaves at the cut. */
  readonly numbersPerView: number;
}

/**
 * Null where nothing is frozen.
 * @param rows of every batch that passes: shapes inside may be made for it
 * @param size of a view
 */
export function splitNetwork(network: Network, trainable: ReadonlySet<string>, rows: number, size: number): SplitNetwork | null {
  const shapes = new Map(network.inputs.map(({ name, shape }) => [name, [rows, ...shape.map((each) => each ?? size)]]));
  const { model, types } = simplify(network.model, shapes);
  const depending = new Set(trainable);
  const after: Node[] = [];
  const before: Node[] = [];
  for (const node of model.graph.nodes) {
    const depends = node.inputs.some((name) => depending.has(name));
    if (depends) for (const name of node.outputs) depending.add(name);
    (depends ? after : before).push(node);
  }
  const made = new Set(before.flatMap(({ outputs }) => outputs));
  const inputNames = new Set(network.inputs.map(({ name }) => name));
  if (after.some(({ inputs }) => inputs.some((name) => inputNames.has(name)))) return null;
  const crossing = [...new Set([...after.flatMap(({ inputs }) => inputs), network.embedding])].filter((name) => made.has(name));
  if (crossing.length === 0) return null;
  const infoOf = (name: string): ValueInfo => {
    const { elementType, shape } = types.types.get(name) as { elementType: "float32"; shape: readonly number[] };
    return { name, type: { elementType, shape }, docString: "", otherType: null };
  };
  const free = (info: ValueInfo): ValueInfo => infoOf(info.name);
  const part = (nodes: readonly Node[], inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): Model => {
    const used = new Set(nodes.flatMap((node) => node.inputs));
    const initializers = model.graph.initializers.filter(({ name }) => used.has(name));
    const graph: Graph = { ...model.graph, nodes, initializers, inputs, outputs, valueInfos: [] };
    return { ...model, graph };
  };
  const cut = crossing.map(infoOf);
  return {
    frozen: part(before, model.graph.inputs.map(free), cut),
    trained: {
      model: part(after, cut, model.graph.outputs),
      inputs: cut.map(({ name }) => ({ name, shape: types.types.get(name)?.shape.slice(1) ?? [] })),
      embedding: network.embedding,
      dimensions: network.dimensions,
      featureMap:
        network.featureMap !== null && after.some(({ outputs }) => outputs.includes(network.featureMap as string))
          ? network.featureMap
          : null,
    },
    numbersPerView: crossing.reduce(
      (sum, name) => sum + (types.types.get(name)?.shape ?? []).slice(1).reduce((product, each) => product * each, 1),
      0,
    ),
  };
}
