/**
 * @file Takes a stranger's ONNX file in: read within limits, its picture and its embedding found, tried on two pictures, and only then put into the
 * data directory as one folder with everything in it. The file that was named is left as it is.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { UserError } from "../../base/errors.ts";
import { inferTypes } from "../../onnx/infer.ts";
import type { Model } from "../../onnx/model.ts";
import type { StaticType } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { writeModel } from "../../onnx/write.ts";
import { readJsonFile } from "../card-fields.ts";
import { cardName } from "../encoder-card.ts";
import type { RegisteredEncoder } from "../registry.ts";
import { readTextTower } from "../text-tower.ts";
import { cardOfImport } from "./card-of-import.ts";
import { findEmbedding, type InferredGraph } from "./embedding-tensor.ts";
import { findImageInput, inputShape, type ImageInput } from "./image-input.ts";
import { readTextHalf, type TextImportRequest } from "./import-text.ts";
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
  /** The other half of a pair like CLIP: paths of the text model and of its tokenizer.json. */
  readonly text?: string | undefined;
  readonly tokenizer?: string | undefined;
  /** Tokens of a text that are read. */
  readonly context?: number | undefined;
  /** The tensor that is the embedding of a text. */
  readonly textOutput?: string | undefined;
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
    if (!(thrown instanceof UserError)) throw thrown;
    const whose = thrown.code === "text-failed" && request.text !== undefined ? resolve(request.text) : file;
    if (!thrown.message.startsWith(whose)) throw new UserError(thrown.code, `${whose}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}

async function takeIn(file: string, request: ImportRequest): Promise<ImportedEncoder> {
  const pair = pairOf(request) ?? pairBeside(file, request);
  const { model, sha256 } = readStrangersModel(file);
  const preprocessing = readPreprocessing(file, request.preprocess === undefined ? null : resolve(request.preprocess), sha256);
  const input = findImageInput(model, preprocessing);
  const inferred = inferFor(model, input);
  const embedding = findEmbedding(inferred, { tensor: request.output ?? preprocessing.output, pooling: preprocessing.pooling });
  const type = inferred.types.types.get(embedding.tensor) as StaticType;
  const promoted = promoteEmbedding(model, input, embedding, type);
  const bytes = writeModel(promoted.model);
  const name = request.name ?? preprocessing.name ?? basename(file).replace(/\.onnx$/i, "");
  const half = pair === null ? null : readTextHalf(pair, embedding.dimensions);
  const text = half?.tower ?? null;
  const card = cardOfImport({ ...promoted, input, embedding, bytes, name, file, sha256, preprocessing, text });
  const encoder = await putEncoder(card, bytes, { ...request, beside: half?.files ?? new Map() });
  const { size, layout, colour, batch } = encoder.card.input;
  return {
    encoder,
    notes: [
      `The embedding is ${embedding.why}: ${embedding.dimensions} numbers.`,
      `Pictures of ${size} px${input.sizeIsFree ? " (the model leaves the size free)" : ""}, ${layout}, ${colour}, ${batch === null ? "any number at a time" : `${batch} at a time`}.`,
      `Preprocessing: ${preprocessing.why}.`,
      ...(half?.notes ?? []),
      ...(half !== null && encoder.card.text?.input.fillsUp === true && !half.tower.input.fillsUp
        ? ["Every text is filled up to that: the model runs with no other length, whatever it says."]
        : []),
    ],
  };
}

/** Both files of the text half, or none. */
function pairOf({ text, tokenizer, context, textOutput, preprocess }: ImportRequest): TextImportRequest | null {
  if (text !== undefined && tokenizer !== undefined) return { text, tokenizer, context, textOutput, preprocess };
  const given = { text, tokenizer, context, textOutput };
  if (Object.values(given).every((value) => value === undefined)) return null;
  throw new UserError(
    "encoder-pair",
    `A text model goes with its tokenizer: got ${text === undefined ? "no" : "a"} text model and ${tokenizer === undefined ? "no" : "a"} tokenizer; expected both (--text TEXT.onnx --tokenizer tokenizer.json).`,
  );
}

/** An exported pair comes in again as one: its card says which files beside it are the text half. */
function pairBeside(file: string, { preprocess }: ImportRequest): TextImportRequest | null {
  const path = join(dirname(file), cardName);
  if (preprocess !== undefined || !existsSync(path)) return null;
  const told = readJsonFile(path)["text"];
  if (told === undefined) return null;
  const { modelPath, tokenizer } = readTextTower(path, dirname(path), told);
  return { text: modelPath, tokenizer: tokenizer.path, preprocess: path };
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
