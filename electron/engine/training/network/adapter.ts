/**
 * @file A linear layer behind the embedding: the least that can be trained, on what a frozen encoder says of some views of each picture.
 */
import { float, int, ints, GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Node } from "../../onnx/model.ts";
import { tensorFrom } from "../../onnx/tensor-values.ts";
import { freshPrefix } from "./fresh-prefix.ts";
import type { Network } from "./network.ts";

export const adapterWeights = "adapter/weights";
export const adapterBias = "adapter/bias";

/** unit(embedding) weights + bias; the weights are zeros until they are set. */
export function withAdapter(network: Network, outputs: number): Network {
  const version = network.model.opsets.get("") ?? 17;
  const { dimensions } = network;
  const builder = new GraphBuilder(version, freshPrefix(network.model.graph, "adapter"));
  const embedding = builder.input(network.embedding, "float32", [1, dimensions]);
  const length =
    version >= 18
      ? builder.node("ReduceL2", [embedding, builder.list([1])], { keepdims: int(1) })
      : builder.node("ReduceL2", [embedding], { axes: ints([1]), keepdims: int(1) });
  const unit = builder.node("Div", [embedding, builder.node("Max", [length, builder.scalar(1e-12, embedding)])]);
  const weights = builder.tensor(tensorFrom(adapterWeights, "float32", [dimensions, outputs], new Float32Array(dimensions * outputs)));
  const bias = builder.tensor(tensorFrom(adapterBias, "float32", [outputs], new Float32Array(outputs)));
  const adapted = builder.node("Gemm", [unit, weights, bias], { alpha: float(1) });
  const { nodes, initializers } = builder.finish([adapted]);
  const { graph } = network.model;
  return {
    ...network,
    model: {
      ...network.model,
      graph: {
        ...graph,
        nodes: [...graph.nodes, ...(nodes as readonly Node[])],
        initializers: [...graph.initializers, ...initializers],
        outputs: [{ name: adapted, type: { elementType: "float32", shape: ["batch", outputs] }, docString: "", otherType: null }],
      },
    },
    embedding: adapted,
    dimensions: outputs,
  };
}
