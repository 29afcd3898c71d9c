/**
 * @file A pair like CLIP in miniature: an image half and a text half of a few nodes that meet in one space, so small that what belongs together is known. Pictures are
 * told by their mean colour; the words "red", "green", "blue" point where such pictures lie.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { float, GraphBuilder, int, ints } from "#engine/onnx/graph-builder.ts";
import type { Graph, Model, ValueInfo } from "#engine/onnx/model.ts";
import { tensorFrom } from "#engine/onnx/tensor-values.ts";
import { writeModel } from "#engine/onnx/write.ts";
import { modelOf } from "../unit/onnx/small-models.ts";
import { clipTokenizer } from "./small-tokenizers.ts";

export const pairDimensions = 32;
const side = 32;

/** Colour c minus the mean of all, in the places c, c + 3, c + 6 ... of the vector. */
function spread(count: number): number[] {
  return Array.from({ length: 3 * pairDimensions }, (_, at) => (at % pairDimensions % 3 === Math.floor(at / pairDimensions) ? 1 : -0.5) * count); // prettier-ignore
}

/** Means of the colours over the picture, as a vector. */
export function imageHalf(): Model {
  const builder = new GraphBuilder(17);
  const image = builder.input("pixel_values", "float32", [3, 3, side, side]);
  const means = builder.node("Flatten", [builder.node("GlobalAveragePool", [image])], { axis: int(1) });
  const matrix = builder.tensor(tensorFrom("image_projection", "float32", [3, pairDimensions], spread(1)));
  // A black picture must have a vector too.
  const lifted = builder.node("Add", [builder.node("MatMul", [means, matrix]), builder.constant("float32", [1], [0.01])]);
  return free(builder.finish([named(builder, lifted, "image_embeds")]), "pixel_values", ["batch", 3, side, side]);
}

export interface TextHalf {
  readonly dimensions?: number;
  /** A number: every text is filled up to so many tokens. */
  readonly length?: number | "tokens";
  readonly batch?: number | "batch";
  readonly mask?: boolean;
  readonly elementType?: "int64" | "int32";
}

/** The mean of its tokens' vectors; "red", "green" and "blue" have a colour's, other tokens nearly none, each its own. */
export function textHalf({
  dimensions = pairDimensions,
  length = "tokens",
  batch = "batch",
  mask = false,
  elementType = "int64",
}: TextHalf = {}): Model {
  // prettier-ignore
  const { vocab } = clipTokenizer()["model"] as { vocab: Record<string, number> };
  const count = Object.keys(vocab).length;
  const colours = ["red</w>", "green</w>", "blue</w>"].map((word) => vocab[word]);
  const table = Array.from({ length: count * dimensions }, (_, at) => {
    const [token, place] = [Math.floor(at / dimensions), at % dimensions];
    const colour = colours.indexOf(token);
    return colour >= 0 ? (place % 3 === colour ? 1 : -0.5) : 0.01 * Math.sin(token * 7 + place * 3);
  });
  const builder = new GraphBuilder(17);
  const [rows, tokens] = [typeof batch === "number" ? batch : 3, typeof length === "number" ? length : 5];
  const ids = builder.input("input_ids", elementType, [rows, tokens]);
  const vectors = builder.node("Gather", [builder.tensor(tensorFrom("table", "float32", [count, dimensions], table)), ids], {
    axis: int(0),
  });
  let sum = vectors;
  if (mask) {
    const there = builder.node("Cast", [builder.input("attention_mask", elementType, [rows, tokens])], { to: int(1) });
    sum = builder.node("Mul", [vectors, builder.node("Unsqueeze", [there, builder.list([2])])]);
  }
  const mean = builder.node("ReduceMean", [sum], { axes: ints([1]), keepdims: int(0) });
  const scaled = builder.node("LeakyRelu", [mean], { alpha: float(1) });
  named(builder, vectors, "last_hidden_state");
  const graph = builder.finish([named(builder, scaled, "text_embeds"), "last_hidden_state"]);
  return free(graph, "input_ids", [batch, length], dimensions);
}

/** Both halves and the tokenizer in a folder. */
export function savePair(
  folder: string,
  text: TextHalf = {},
): { readonly image: string; readonly text: string; readonly tokenizer: string; readonly preprocess: string } {
  // prettier-ignore
  mkdirSync(folder, { recursive: true });
  const write = (name: string, content: Uint8Array | string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  return {
    image: write("vision_model.onnx", writeModel(imageHalf())),
    text: write("text_model.onnx", writeModel(textHalf(text))),
    tokenizer: write("tokenizer.json", JSON.stringify(clipTokenizer())),
    preprocess: write("preprocess.json", JSON.stringify({ range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1] })),
  };
}

function named(builder: GraphBuilder, value: string, name: string): string {
  builder.add({ name: "", opType: "Identity", domain: "", inputs: [value], outputs: [name], attributes: new Map(), docString: "", overload: "", unknown: new Uint8Array(0) }); // prettier-ignore
  return name;
}

/** With sizes as an exporter leaves them. */
function free(graph: Graph, input: string, shape: readonly (number | string)[], width = pairDimensions): Model {
  const loosened = (value: ValueInfo): ValueInfo => ({
    ...value,
    type: { elementType: value.type?.elementType ?? "float32", shape: value.name === input || value.name === "attention_mask" ? shape : (value.type?.shape ?? null) }, // prettier-ignore
  });
  const outputs = graph.outputs.map((value): ValueInfo => ({
    ...value,
    type: { elementType: "float32", shape: value.name === "last_hidden_state" ? [shape[0] as string, shape[1] as string, width] : [shape[0] as string, width] }, // prettier-ignore
  }));
  return { ...modelOf({ ...graph, inputs: graph.inputs.map(loosened), outputs }), opsets: new Map([["", 17]]) };
}
