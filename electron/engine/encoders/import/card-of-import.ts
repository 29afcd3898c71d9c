/**
 * @file The card of an encoder that is taken in: what was found in its graph, what its preprocessing says, and where it came from.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path";

import type { Model } from "../../onnx/model.ts";
import { modelName, type EncoderCard } from "../encoder-card.ts";
import { textTowerFields, type TextTower } from "../text-tower.ts";
import type { EmbeddingTensor } from "./embedding-tensor.ts";
import type { ImageInput } from "./image-input.ts";
import type { Preprocessing } from "./preprocessing.ts";

export interface CardParts {
  readonly input: ImageInput;
  readonly embedding: EmbeddingTensor;
  readonly output: string;
  readonly model: Model;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly file: string;
  readonly sha256: string;
  readonly preprocessing: Preprocessing;
  /** Null: it is no half of a pair. */
  readonly text: TextTower | null;
}

/** Its id names the model, how pictures are made ready for it, and its text half: another of any is another encoder. */
export function cardOfImport({ input, embedding, output, model, bytes, name, file, sha256, preprocessing, text }: CardParts): EncoderCard {
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
  const id = `${slug(name)}-${hash
    .update(JSON.stringify({ ...facts, ...(text && { text: textTowerFields(text) }) }))
    .digest("hex")
    .slice(0, 8)}`;
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
    ...(text && { text }),
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
