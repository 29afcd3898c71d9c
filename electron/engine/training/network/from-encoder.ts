/**
 * @file An encoder of the registry as a network that can be trained: its file read, functions put in place, reduced to what makes the embedding.
 */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

import { UserError } from "../../base/errors.ts";
import type { EncoderCard } from "../../encoders/encoder-card.ts";
import { checkModel } from "../../onnx/check-graph.ts";
import { readExternalData } from "../../onnx/external-data.ts";
import { inlineFunctions } from "../../onnx/inline-functions.ts";
import type { Model } from "../../onnx/model.ts";
import { resolveControlFlow } from "../../onnx/passes/resolve-control-flow.ts";
import { readModel } from "../../onnx/read.ts";
import { simplify } from "../../onnx/simplify.ts";
import { freeBatch } from "./free-batch.ts";
import type { Network } from "./network.ts";
import { withOwnWeights } from "./own-weights.ts";

/** Throws a UserError where the file is no model that can be trained. */
export function networkOfEncoder(card: EncoderCard): Network {
  const model = withOwnWeights(inlineFunctions(readExternalData(readModel(readFileSync(card.modelPath)), dirname(card.modelPath))));
  checkModel(model);
  const output = model.graph.outputs.find(({ name }) => name === card.output.name);
  if (output === undefined) throw new UserError("encoder-card", `${card.modelPath} has no output "${card.output.name}".`);
  const { name, layout, size, batch } = card.input;
  const shape = layout === "NHWC" ? [size, size, 3] : [3, size, size];
  // Copies of parts of the graph are made by node: what stands within If and Loop would be missed.
  const plain = resolveControlFlow(model, new Map([[name, [batch ?? 2, ...shape]]]));
  const only: Model = { ...plain, graph: { ...plain.graph, outputs: [output] } };
  const reduced = batch === null ? only : freeBatch(only, { input: name, output: output.name, shape: [batch, ...shape] });
  // Once over, so that what cannot be trained is told before anything else begins.
  const { types } = simplify(reduced, new Map([[name, [1, ...shape]]]));
  const dimensions = types.types.get(output.name)?.shape.at(-1) ?? card.output.dimensions;
  return {
    model: reduced,
    inputs: [{ name, shape: layout === "NHWC" ? [null, null, 3] : [3, null, null] }],
    embedding: output.name,
    dimensions,
    featureMap: lastFeatureMap(reduced, types.types, output.name),
  };
}

/** The last [N, channels, height, width] on the way to the embedding that is more than one pixel. */
function lastFeatureMap(model: Model, types: ReadonlyMap<string, { readonly shape: readonly number[] }>, embedding: string): string | null {
  const wanted = new Set([embedding]);
  for (const node of [...model.graph.nodes].reverse()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    const [output = ""] = node.outputs;
    const { shape = [] } = types.get(output) ?? {};
    if (shape.length === 4 && (shape[2] ?? 1) * (shape[3] ?? 1) > 1) return output;
    for (const name of node.inputs) wanted.add(name);
  }
  return null;
}
