/**
 * @file Takes a stranger's ONNX file in: read within limits, its picture and its embedding found, tried on two pictures, and only then put into the
 * data directory as one folder with everything in it. The file that was named is left as it is.
 */
import { createHash } from "node:crypto";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

import { UserError } from "../../base/errors.ts";
import { inferTypes } from "../../onnx/infer.ts";
import type { Model } from "../../onnx/model.ts";
import type { StaticType } from "../../onnx/shapes/rule.ts";
import { elementCount } from "../../onnx/tensor-values.ts";
import { writeModel } from "../../onnx/write.ts";
import { byteNormalisation } from "../byte-normalisation.ts";
import { cardName, modelName, writeEncoderCard, type EncoderCard } from "../encoder-card.ts";
import { findEncoder, ownEncodersFolder, type RegisteredEncoder } from "../registry.ts";
import { findEmbedding, type EmbeddingTensor, type InferredGraph } from "./embedding-tensor.ts";
import { findImageInput, inputShape, type ImageInput } from "./image-input.ts";
import { readPreprocessing, type Preprocessing } from "./preprocessing.ts";
import { promoteEmbedding } from "./promote.ts";
import { readStrangersModel } from "./read-stranger.ts";
import { tryEncoder } from "./try-encoder.ts";

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

export async function importEncoder(request: ImportRequest): Promise<ImportedEncoder> {
  const file = resolve(request.file);
  const { model, sha256 } = readStrangersModel(file);
  const preprocessing = readPreprocessing(file, request.preprocess === undefined ? null : resolve(request.preprocess), sha256);
  const found = told(file, () => {
    const input = findImageInput(model, preprocessing);
    const inferred = inferFor(model, input);
    const embedding = findEmbedding(inferred, { tensor: request.output ?? preprocessing.output, pooling: preprocessing.pooling });
    const type = inferred.types.types.get(embedding.tensor) as StaticType;
    return { input, embedding, ...promoteEmbedding(model, input, embedding, type) };
  });
  const bytes = writeModel(found.model);
  const name = request.name ?? preprocessing.name ?? basename(file).replace(/\.onnx$/i, "");
  const card = makeCard({ ...found, bytes, name, file, sha256, preprocessing });
  const encoder = await put(card, bytes, request);
  const { input } = encoder.card;
  return {
    encoder,
    notes: [
      `The embedding is ${found.embedding.why}: ${card.output.dimensions} numbers.`,
      `Pictures of ${input.size} px${found.input.sizeIsFree ? ` (the model leaves the size free)` : ""}, ${input.layout}, ${input.colour}, ${input.batch === null ? "any number at a time" : `${input.batch} at a time`}.`,
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

interface CardParts {
  readonly input: ImageInput;
  readonly embedding: EmbeddingTensor;
  readonly output: string;
  readonly model: Model;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly preprocessing: Preprocessing;
}

function makeCard({ input, embedding, output, model, bytes, name, file, sha256, preprocessing }: CardParts): EncoderCard {
  const { range, mean, std, colour, background } = preprocessing;
  const facts = {
    input: {
      name: input.name,
      layout: input.layout,
      size: input.size,
      sizeMultipleOf: input.sizeIsFree ? (preprocessing.sizeMultipleOf ?? 1) : input.size,
      batch: input.batch,
      colour,
      range,
      mean,
      std,
      resize: "stretch" as const,
      interpolation: "bicubic" as const,
      background,
    },
    output: { name: output, dimensions: embedding.dimensions, normalise: "l2" as const },
  };
  const hash = createHash("sha256").update(bytes);
  const own = hash.copy().digest("hex");
  const id = `${slug(name)}-${hash.update(JSON.stringify(facts)).digest("hex").slice(0, 8)}`;
  const producer = `${model.producerName} ${model.producerVersion}`.trim();
  return {
    id,
    name,
    modelPath: modelName,
    sha256: own,
    ...facts,
    spatial: [],
    licence: preprocessing.licence ?? "not stated: that of whoever made the model",
    source: preprocessing.source ?? `imported from ${basename(file)}`,
    provenance: {
      "Original file": basename(file),
      "SHA-256 of the original": sha256,
      ...(producer !== "" && { "Exported by": producer }),
      Embedding: embedding.why,
      Preprocessing: preprocessing.why.replace(file.slice(0, -basename(file).length), ""),
    },
    report: null,
  };
}

/** Letters and digits of any name, fit for a folder on any system. */
function slug(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "");
  return plain === "" ? "encoder" : plain;
}

/** Writes the folder beside its place, tries the encoder there, and moves it in. One that is there already is the same one. */
async function put(card: EncoderCard, bytes: Uint8Array, { dataFolder, threads, file }: ImportRequest): Promise<RegisteredEncoder> {
  const folder = ownEncodersFolder(dataFolder);
  const known = knownEncoder(card.id, dataFolder);
  if (known !== null) return known;
  const temporary = join(folder, `.${card.id}-${process.pid}`);
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  try {
    const modelPath = join(temporary, modelName);
    writeFileSync(modelPath, bytes);
    const { name, layout, size, colour, batch: asked } = card.input;
    const batch = await tryEncoder(
      {
        modelPath,
        input: { name, layout, size, colour, batch: asked, ...byteNormalisation(card.input) },
        outputName: card.output.name,
        dimensions: card.output.dimensions,
      },
      threads,
    ).catch((thrown: unknown) =>
      told(file, () => {
        throw thrown;
      }),
    );
    writeFileSync(join(temporary, cardName), writeEncoderCard({ ...card, input: { ...card.input, batch } }, "imported"));
    rmSync(join(folder, card.id), { recursive: true, force: true });
    renameSync(temporary, join(folder, card.id));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return findEncoder(card.id, dataFolder);
}

/** Null also where it is there and damaged: then it is made anew. */
function knownEncoder(id: string, dataFolder: string): RegisteredEncoder | null {
  try {
    return findEncoder(id, dataFolder);
  } catch (thrown) {
    if (thrown instanceof UserError) return null;
    throw thrown;
  }
}

/** Puts the file's name before what is wrong with it. */
function told<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof UserError && !thrown.message.startsWith(file))
      throw new UserError(thrown.code, `${file}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}
