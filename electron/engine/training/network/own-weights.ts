/**
 * @file Every use of a weight gets a weight of its own. Exporters write vectors that happen to be equal once (the zeros of many shifts, the ones of many
 * scales, as they are before training): the old one of PyTorch names the others by Identity nodes, the new one uses the one in many places. Left so, they
 * would be trained as one, and two norms would write to the same running statistics.
 */
import type { Graph, Model, Node, Tensor } from "../../onnx/model.ts";
import { elementCount } from "../../onnx/tensor-values.ts";

export function withOwnWeights(model: Model): Model {
  const named = withoutNames(model.graph);
  return { ...model, graph: withoutSharing(named) };
}

/** Identity nodes of initializers become initializers, and so do Constant nodes of many floats: some exporters write all weights as such. */
function withoutNames(graph: Graph): Graph {
  const tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const nodes = graph.nodes.filter((node) => {
    const [name = ""] = node.outputs;
    const tensor = outputs.has(name) ? null : tensorOf(node, tensors);
    if (tensor !== null) tensors.set(name, { ...tensor, name });
    return tensor === null;
  });
  return { ...graph, nodes, initializers: [...tensors.values()] };
}

function tensorOf({ opType, domain, inputs, attributes }: Node, tensors: ReadonlyMap<string, Tensor>): Tensor | null {
  if (domain !== "") return null;
  if (opType === "Identity") return tensors.get(inputs[0] ?? "") ?? null;
  const value = opType === "Constant" ? attributes.get("value") : undefined;
  return value?.kind === "tensor" && value.value.elementType === "float32" && elementCount(value.value.dimensions) > 1 ? value.value : null;
}

/** Vectors that several nodes take are copied; larger tensors that are shared were shared on purpose. */
function withoutSharing(graph: Graph): Graph {
  const vectors = new Map(graph.initializers.flatMap((tensor) => (isVector(tensor) ? [[tensor.name, tensor] as const] : [])));
  const taken = new Set([...graph.initializers.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  const used = new Set<string>();
  const copies: Tensor[] = [];
  const nodes = graph.nodes.map((node): Node => {
    const inputs = node.inputs.map((name) => {
      const vector = vectors.get(name);
      if (vector === undefined) return name;
      if (!used.has(name)) {
        used.add(name);
        return name;
      }
      let copy = name;
      for (let at = 2; taken.has(copy); at++) copy = `${name}/${at}`;
      taken.add(copy);
      copies.push({ ...vector, name: copy });
      return copy;
    });
    return { ...node, inputs };
  });
  return { ...graph, nodes, initializers: [...graph.initializers, ...copies] };
}

/** [n, 1, 1] and the like too. */
function isVector({ elementType, dimensions }: Tensor): boolean {
  return elementType === "float32" && dimensions.filter((size) => size > 1).length === 1;
}
