/**
 * @file Cuts a network where training begins: the part before depends on no trained weight, so what it makes of a view never changes and can be kept.
 */
import type { Graph, Model, Node, ValueInfo } from "../../onnx/model.ts";
import { removeDeadNodes } from "../../onnx/passes/remove-dead-nodes.ts";
import { simplify } from "../../onnx/simplify.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import type { Network } from "./network.ts";

export interface SplitNetwork {
  /** From a picture to the values at the cut, one output each. */
  readonly frozen: Model;
  /** From those values to the embedding; its inputs in the order of the outputs of `frozen`. */
  readonly trained: Network;
  /** Numbers a view leaves at the cut. */
  readonly numbersPerView: number;
}

const products = new Set(["Conv", "ConvTranspose", "MatMul", "Gemm"]);
/** A second number of rows: a value whose first size follows it is one row per picture. */
const trialRows = 7;

/**
 * Null where nothing is frozen.
 * @param rows of every batch that passes: shapes inside may be made for it
 * @param size of a view
 */
export function splitNetwork(network: Network, trainable: ReadonlySet<string>, rows: number, size: number): SplitNetwork | null {
  const shapesFor = (count: number): Map<string, readonly number[]> =>
    new Map(network.inputs.map(({ name, shape }) => [name, [count, ...shape.map((each) => each ?? size)]]));
  const { model, types } = simplify(network.model, shapesFor(rows));
  const shapeOf = (name: string): readonly number[] => types.types.get(name)?.shape ?? [];
  const { types: trial } = simplify(network.model, shapesFor(trialRows)).types;
  const isRowPerPicture = (name: string): boolean =>
    types.types.get(name)?.elementType === "float32" && shapeOf(name)[0] === rows && trial.get(name)?.shape[0] === trialRows;
  const inputNames = new Set(network.inputs.map(({ name }) => name));
  const seen = reachedFrom(model.graph.nodes, inputNames);
  const depending = reachedFrom(model.graph.nodes, trainable);
  const makers = new Map(model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const isAfter = (node: Node): boolean => node.outputs.some((name) => depending.has(name));
  const crossingNow = (): string[] => {
    const used = [...model.graph.nodes.filter(isAfter).flatMap(({ inputs }) => inputs), network.embedding];
    return [...new Set(used)].filter((name) => seen.has(name) && !depending.has(name));
  };
  let crossing = crossingNow();
  /** The nodes from values that are kept as well to this one, where they are cheap: norms, reshapes. Null where there are none. */
  const cheapWay = (name: string): string[] | null => {
    const maker = makers.get(name);
    if (maker === undefined || products.has(maker.opType)) return null;
    const way = [...maker.outputs];
    for (const input of maker.inputs) {
      if (!seen.has(input) || depending.has(input) || crossing.includes(input)) continue;
      const before = cheapWay(input);
      if (before === null) return null;
      way.push(...before);
    }
    return way;
  };
  for (;;) {
    // What is kept is kept by picture: windows of attention, and tokens that stand before pictures, are made anew behind the cut.
    const wrong = crossing.find((name) => !isRowPerPicture(name));
    const anew =
      wrong === undefined ? crossing.map(cheapWay).find((way) => way !== null && way.length > 0) : (makers.get(wrong)?.outputs ?? []);
    if (anew === undefined || anew === null) break;
    for (const name of anew) depending.add(name);
    crossing = crossingNow();
  }
  if (crossing.length === 0 || crossing.some((name) => inputNames.has(name))) return null;
  const after = model.graph.nodes.filter((node) => isAfter(node) || !node.outputs.some((name) => seen.has(name)));
  const before = model.graph.nodes.filter((node) => !isAfter(node));
  const infoOf = (name: string): ValueInfo => {
    const { elementType, shape } = types.types.get(name) as { elementType: "float32"; shape: readonly number[] };
    return { name, type: { elementType, shape }, docString: "", otherType: null };
  };
  const part = (nodes: readonly Node[], inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): Model => {
    const graph: Graph = { ...model.graph, nodes, inputs, outputs, valueInfos: [] };
    return { ...model, graph: removeDeadNodes(graph) };
  };
  const cut = crossing.map(infoOf);
  return {
    frozen: part(
      before,
      model.graph.inputs.map(({ name }) => infoOf(name)),
      cut,
    ),
    trained: {
      model: part(after, cut, model.graph.outputs),
      inputs: cut.map(({ name }) => ({ name, shape: shapeOf(name).slice(1) })),
      embedding: network.embedding,
      dimensions: network.dimensions,
      featureMap: network.featureMap !== null && depending.has(network.featureMap) ? network.featureMap : null,
    },
    numbersPerView: crossing.reduce((sum, name) => sum + elementCount(shapeOf(name).slice(1)), 0),
  };
}

/** All values that follow from some of these. */
function reachedFrom(nodes: readonly Node[], names: ReadonlySet<string>): Set<string> {
  const reached = new Set(names);
  for (const { inputs, outputs } of nodes) if (inputs.some((name) => reached.has(name))) for (const name of outputs) reached.add(name);
  return reached;
}
