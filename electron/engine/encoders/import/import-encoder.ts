/**
 * @file Takes a stranger's ONNX file in: read within limits, its picture and its embedding found, tried on two pictures, and only then put into the
 * data directory as one folder with everything in it. The file that was named is left as it is.
 */
import { basename, resolve } from "node:path";

import { UserError } from "../../base/errors.ts";
import { inferTypes } from "../../onnx/infer.ts";
import type { Model } from "../../onnx/model.ts";
import type { StaticType } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { writeModel } from "../../onnx/write.ts";
import type { RegisteredEncoder } from "../registry.ts";
import { cardOfImport } from "./card-of-import.ts";
import { findEmbedding, type InferredGraph } from "./embedding-tensor.ts";
import { findImageInput, inputShape, type ImageInput } from "./image-input.ts";
import { readPreprocessing } from "./preprocessing.ts";
import { promoteEmbedding } from "./promote.ts";
import { putEncoder } from "./put-encoder.ts";
import { readStrangersModel } from "./read-stranger.ts";

export interface ImportRequest {
  /** Path of the ONNX file. */
  readonly file: string;
  readonly dataFolder: string;
  readonly threads: number;
  readonly name?: string | undefined;
  /** The tensor that is the embedding. */
  readonly output?: string | undefined;
  /** Path of a JSON file with the preprocessing. */
  readonly preprocess?: string | undefined;
}

export interface ImportedEncoder {
  readonly encoder: RegisteredEncoder;
  /** What was found and assumed, a sentence each. */
  readonly notes: readonly string[];
}

/** Throws UserErrors whose messages begin with the file's path. */
export async function importEncoder(request: ImportRequest): Promise<ImportedEncoder> {
  const file = resolve(request.file);
  try {
    return await takeIn(file, request);
  } catch (thrown) {
    if (thrown instanceof UserError && !thrown.message.startsWith(file))
      throw new UserError(thrown.code, `${file}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}

async function takeIn(file: string, request: ImportRequest): Promise<ImportedEncoder> {
  const { model, sha256 } = readStrangersModel(file);
  const preprocessing = readPreprocessing(file, request.preprocess === undefined ? null : resolve(request.preprocess), sha256);
  const input = findImageInput(model, preprocessing);
  const inferred = inferFor(model, input);
  const embedding = findEmbedding(inferred, { tensor: request.output ?? preprocessing.output, pooling: preprocessing.pooling });
  const type = inferred.types.types.get(embedding.tensor) as StaticType;
  const promoted = promoteEmbedding(model, input, embedding, type);
  const bytes = writeModel(promoted.model);
  const name = request.name ?? preprocessing.name ?? basename(file).replace(/\.onnx$/i, "");
  const card = cardOfImport({ ...promoted, input, embedding, bytes, name, file, sha256, preprocessing });
  const encoder = await putEncoder(card, bytes, request);
  const { size, layout, colour, batch } = encoder.card.input;
  return {
    encoder,
    notes: [
      `The embedding is ${embedding.why}: ${embedding.dimensions} numbers.`,
      `Pictures of ${size} px${input.sizeIsFree ? " (the model leaves the size free)" : ""}, ${layout}, ${colour}, ${batch === null ? "any number at a time" : `${batch} at a time`}.`,
      `Preprocessing: ${preprocessing.why}.`,
    ],
  };
}

/** Prime, so that a dimension of this size is the batch and nothing else. */
const trialBatch = 7;
/** Numbers in any one tensor for one picture: a gigabyte, where ordinary encoders have a few megabytes. */
const mostNumbers = 2 ** 28;

/** Types for a batch that stands out; a graph that says any number but has another one written into it is read with 1. */
function inferFor(model: Model, input: ImageInput): InferredGraph {
  const infer = (batch: number): InferredGraph => {
    const types = inferTypes(model, new Map([[input.name, inputShape(input, batch)]]));
    for (const [name, { shape }] of types.types)
      if (elementCount(shape) / batch > mostNumbers)
        throw new UserError(
          "encoder-too-large",
          `The tensor ${name} has the shape [${shape.join(", ")}] for ${batch} pictures; expected at most ${mostNumbers} numbers for each.`,
        );
    return { graph: model.graph, types, batch };
  };
  if (input.batch !== null) return infer(input.batch);
  try {
    return infer(trialBatch);
  } catch (thrown) {
    if (!(thrown instanceof UserError) || thrown.code !== "onnx-shape") throw thrown;
    return infer(1);
  }
}
