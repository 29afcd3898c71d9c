/**
 * @file Image encoders of a few nodes, as strangers would bring them: a convolution, and behind it whatever a test wants.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { createRandom } from "#engine/base/random.ts";
import { GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import type { Model, ValueInfo } from "#engine/onnx/model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { modelOf } from "../onnx/small-models.ts";

export interface SmallEncoder {
  readonly layout?: "NCHW" | "NHWC";
  /** Pictures per run; a text: free under that name. */
  readonly batch?: number | string;
  readonly size?: number;
  /** Height and width are free. */
  readonly freeSize?: boolean;
  readonly opset?: number;
  /** From the picture, NCHW, to the outputs. */
  tail(builder: GraphBuilder, image: string): readonly string[];
}

/** Stands for a free batch while the graph is built. */
const builtBatch = 3;

export function smallEncoder({ layout = "NCHW", batch = "batch", size = 16, freeSize = false, opset = 17, tail }: SmallEncoder): Model {
  const builder = new GraphBuilder(opset);
  const count = typeof batch === "number" ? batch : builtBatch;
  const given = builder.input("image", "float32", layout === "NCHW" ? [count, 3, size, size] : [count, size, size, 3]);
  const image = layout === "NCHW" ? given : builder.node("Transpose", [given], { perm: ints([0, 3, 1, 2]) });
  const graph = builder.finish(tail(builder, image));
  const loosened = (value: ValueInfo): ValueInfo => {
    const shape = (value.type?.shape ?? []).map((each, at) => {
      if (at === 0) return batch;
      return freeSize && each === size ? `side${at}` : each;
    });
    return { ...value, type: { elementType: value.type?.elementType ?? "float32", shape } };
  };
  const outputs = graph.outputs.map((value) => ({ ...value, type: null }));
  return { ...modelOf({ ...graph, inputs: graph.inputs.map(loosened), outputs }), opsets: new Map([["", opset]]) };
}

/** Numbers of a normal distribution, the same every time. */
export function weights(builder: GraphBuilder, shape: readonly number[], seed = 1): string {
  const random = createRandom(seed);
  const count = shape.reduce((product, size) => product * size, 1);
  const values = Array.from({ length: count }, () => random.normal() / Math.sqrt(count / (shape[0] as number)));
  return builder.tensor(tensorFrom(`weights_${shape.join("x")}_${seed}`, "float32", shape, values));
}

/** [batch, channels, size / 2, size / 2] */
export function convolved(builder: GraphBuilder, image: string, channels = 32): string {
  const attributes = { kernel_shape: ints([3, 3]), strides: ints([2, 2]), pads: ints([1, 1, 1, 1]) };
  return builder.node("Relu", [builder.node("Conv", [image, weights(builder, [channels, 3, 3, 3])], attributes)]);
}

/** [batch, channels] */
export function averaged(builder: GraphBuilder, map: string): string {
  return builder.node("Flatten", [builder.node("GlobalAveragePool", [map])], { axis: int(1) });
}

/** With a bias, as a classifier's last layer. */
export function linear(builder: GraphBuilder, rows: string, outputs: number): string {
  const inputs = builder.shapeOf(rows)[1] as number;
  return builder.node("Gemm", [rows, weights(builder, [outputs, inputs], 2), weights(builder, [outputs], 3)], { transB: int(1) });
}

/** Writes it and gives its path. */
export function saved(model: Model, folder: string, name = "model.onnx"): string {
  const path = join(folder, name);
  writeFileSync(path, writeModel(model));
  return path;
}

/** With an output under another name. */
export function renamed(model: Model, from: string, to: string): Model {
  const { graph } = model;
  const swap = (name: string): string => (name === from ? to : name);
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(swap), outputs: node.outputs.map(swap) })),
      outputs: graph.outputs.map((value) => ({ ...value, name: swap(value.name) })),
    },
  };
}
