/**
 * @file Takes a stranger's ONNX file in: read within limits, its picture and its embedding found, tried on two pictures, and only then put into the
 * data directory as one folder with everything in it. The file that was named is left as it is.
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import type { ImportRequest as AskedImport } from "#protocol/encoder-contract.ts";

import { UserError } from "../../base/errors.ts";
import { inferTypes } from "../../onnx/infer.ts";
import type { Model } from "../../onnx/model.ts";
import type { StaticType } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { writeModel } from "../../onnx/write.ts";
import { readJsonFile } from "../card-fields.ts";
import { cardName, type EncoderCard } from "../encoder-card.ts";
import type { RegisteredEncoder } from "../registry.ts";
import { readTextTower } from "../text-tower.ts";
import { cardOfImport } from "./card-of-import.ts";
import { findEmbedding, type EmbeddingTensor, type InferredGraph } from "./embedding-tensor.ts";
import { findImageInput, inputShape, type ImageInput } from "./image-input.ts";
import { readTextHalf, type TextImportRequest } from "./import-text.ts";
import { readPreprocessing, type Preprocessing } from "./preprocessing.ts";
import { promoteEmbedding } from "./promote.ts";
import { putEncoder, type EncoderFiles } from "./put-encoder.ts";
import { readStrangersModel } from "./read-stranger.ts";

export interface ImportRequest extends Optional<AskedImport> {
  /** Path of the ONNX file. */
  readonly file: string;
  readonly dataFolder: string;
  readonly threads: number;
}

/** What is not said may be left out or undefined. */
type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

export interface ImportedEncoder {
  readonly encoder: RegisteredEncoder;
  /** What was found and assumed, a sentence each. */
  readonly notes: readonly string[];
}

/** Throws UserErrors whose messages begin with the file's path. */
export function importEncoder(request: ImportRequest): Promise<ImportedEncoder> {
  const file = resolve(request.file);
  return namingFiles(file, request, async () => {
    const read = readImport(file, request);
    const composed = composeImport(read, chooseEmbedding(read, request), { ...request, file });
    const encoder = await putEncoder(composed.card, composed.bytes, { ...request, beside: composed.beside });
    return { encoder, notes: composed.notes(encoder.card) };
  });
}

/** Says of which file it is where something is wrong. */
export async function namingFiles<T>(file: string, request: ImportRequest, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const whose = thrown.code === "text-failed" && request.text !== undefined ? resolve(request.text) : file;
    if (!thrown.message.startsWith(whose)) throw new UserError(thrown.code, `${whose}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}

/** What was read of a file before its embedding is chosen. */
export interface ReadImport {
  readonly model: Model;
  readonly sha256: string;
  readonly preprocessing: Preprocessing;
  readonly input: ImageInput;
  readonly inferred: InferredGraph;
  /** The text half that goes with it; null: none. */
  readonly pair: TextImportRequest | null;
}

export function readImport(file: string, request: ImportRequest): ReadImport {
  const pair = pairOf(request) ?? pairBeside(file, request);
  const { model, sha256 } = readStrangersModel(file);
  const named = request.preprocess === undefined ? null : resolve(request.preprocess);
  const preprocessing = readPreprocessing(file, { named, told: request.preprocessing }, sha256);
  const input = findImageInput(model, preprocessing);
  return { model, sha256, preprocessing, input, inferred: inferFor(model, input), pair };
}

/** Throws UserError `encoder-output`: nothing fits, or several do. */
export function chooseEmbedding({ inferred, preprocessing }: ReadImport, { output }: ImportRequest): EmbeddingTensor {
  return findEmbedding(inferred, { tensor: output ?? preprocessing.output, pooling: preprocessing.pooling });
}

/** What is to be put into a folder of its own. */
export interface ComposedImport extends EncoderFiles {
  /** What was found and assumed; of the card as it is after the trial. */
  notes(tried: EncoderCard): readonly string[];
}

export function composeImport(read: ReadImport, embedding: EmbeddingTensor, request: ImportRequest): ComposedImport {
  const { model, sha256, preprocessing, input, inferred, pair } = read;
  const { file } = request;
  const type = inferred.types.types.get(embedding.tensor) as StaticType;
  const promoted = promoteEmbedding(model, input, embedding, type);
  const bytes = writeModel(promoted.model);
  const name = request.name ?? nameOf(file, preprocessing);
  const half = pair === null ? null : readTextHalf(pair, embedding.dimensions);
  const text = half?.tower ?? null;
  return {
    card: cardOfImport({ ...promoted, input, embedding, bytes, name, file, sha256, preprocessing, text }),
    bytes,
    beside: half?.files ?? new Map(),
    notes: ({ input: { size, layout, colour, batch }, text: tried }) => [
      `The embedding is ${embedding.why}: ${embedding.dimensions} numbers.`,
      `Pictures of ${size} px${input.sizeIsFree ? " (the model leaves the size free)" : ""}, ${layout}, ${colour}, ${batch === null ? "any number at a time" : `${batch} at a time`}.`,
      `Preprocessing: ${preprocessing.why}.`,
      ...(half?.notes ?? []),
      ...(half !== null && tried?.input.fillsUp === true && !half.tower.input.fillsUp
        ? ["Every text is filled up to that: the model runs with no other length, whatever it says."]
        : []),
    ],
  };
}

/** What it is called where nobody says. */
export function nameOf(file: string, preprocessing: Preprocessing): string {
  return preprocessing.name ?? basename(file).replace(/\.onnx$/i, "");
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
