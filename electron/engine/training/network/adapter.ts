/**
 * @file A linear layer behind the embedding: the least that can be trained, on what a frozen encoder says of some views of each picture.
 */
import { float, GraphBuilder } from "../../onnx/graph-builder.ts";
import type { Node } from "../../onnx/model.ts";
import { tensorFrom } from "../../onnx/tensor-values.ts";
import { freshPrefix } from "./fresh-prefix.ts";
import { addUnitLength } from "../whiten/whitening-nodes.ts";
import type { Network } from "./network.ts";

export const adapterWeights = "adapter/weights";
export const adapterBias = "adapter/bias";

/** unit(embedding) weights + bias; the weights are zeros until they are set. */
export function withAdapter(network: Network, outputs: number): Network {
  const version = network.model.opsets.get("") ?? 17;
  const { dimensions } = network;
  const builder = new GraphBuilder(version, freshPrefix(network.model.graph, "adapter"));
  const embedding = builder.input(network.embedding, "float32", [1, dimensions]);
  const unit = addUnitLength(builder, embedding);
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
