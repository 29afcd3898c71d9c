/**
 * @file The part of encoder.json about texts: an encoder may have a second model that makes vectors of texts in the space of its pictures (CLIP and its kin),
 * with the tokenizer that belongs to it. Both lie beside the image model.
 */
import { join } from "node:path";

import type { OpenTextRequest } from "../runtime/inference-messages.ts";
import { tokenizerKinds, type TextInput, type TokenizerKind } from "../runtime/text/text-specification.ts";
import { oneOf, record, refuse, text, whole, type Fields } from "./card-fields.ts";
import type { EncoderCard } from "./encoder-card.ts";

export interface TextTower {
  /** Absolute path of the ONNX file. */
  readonly modelPath: string;
  readonly sha256: string;
  readonly tokenizer: { readonly kind: TokenizerKind; readonly path: string; readonly sha256: string };
  readonly input: TextInput;
  readonly output: { readonly name: string; readonly normalise: "l2" };
}

export const textModelName = "text.onnx";
/** What a tokenizer's file is called beside the model. */
export const tokenizerNames: Readonly<Record<TokenizerKind, string>> = {
  "tokenizer.json": "tokenizer.json",
  "byte-pairs": "vocabulary.json",
};

/** Of a longer text nobody has made an encoder. */
export const contextBounds = [1, 8192] as const;
const tokenBounds = [0, 2 ** 31 - 1] as const;

/** @param path of the card; `folder` it lies in */
export function readTextTower(path: string, folder: string, value: unknown): TextTower {
  const fields = record(path, "text", value);
  const tokenizer = record(path, "text.tokenizer", fields["tokenizer"]);
  const output = record(path, "text.output", fields["output"]);
  return {
    modelPath: join(folder, fileBeside(path, "text.file", fields["file"])),
    sha256: text(path, "text.sha256", fields["sha256"]),
    tokenizer: {
      kind: oneOf(path, "text.tokenizer.kind", tokenizer["kind"], tokenizerKinds),
      path: join(folder, fileBeside(path, "text.tokenizer.file", tokenizer["file"])),
      sha256: text(path, "text.tokenizer.sha256", tokenizer["sha256"]),
    },
    input: readTextInput(path, record(path, "text.input", fields["input"])),
    output: {
      name: text(path, "text.output.name", output["name"]),
      normalise: oneOf(path, "text.output.normalise", output["normalise"], ["l2"] as const),
    },
  };
}

/** As it stands in the card: files by their names. */
export function textTowerFields({ sha256, tokenizer, input, output }: TextTower): Fields {
  const { kind } = tokenizer;
  return { file: textModelName, sha256, tokenizer: { kind, file: tokenizerNames[kind], sha256: tokenizer.sha256 }, input, output };
}

/** What the worker needs to open it; null: the encoder has none. */
export function textRequest({ text: tower, output }: EncoderCard, threads: number): Omit<OpenTextRequest, "kind"> | null {
  if (tower === undefined) return null;
  const { modelPath, tokenizer, input } = tower;
  return { modelPath, threads, text: { tokenizer, input, outputName: tower.output.name, dimensions: output.dimensions } };
}

/** The name of a file in the card's own folder. */
export function fileBeside(path: string, field: string, value: unknown): string {
  const file = text(path, field, value);
  return /[\\/:\0]/.test(file) || file === ".." ? refuse(path, field, file, "the name of a file beside it") : file;
}

function readTextInput(path: string, input: Fields): TextInput {
  const name = (field: string): string | null => (input[field] === null ? null : text(path, `text.input.${field}`, input[field]));
  const { batch } = input;
  const { fillsUp } = input;
  if (typeof fillsUp !== "boolean") refuse(path, "text.input.fillsUp", fillsUp, "true or false");
  return {
    tokens: text(path, "text.input.tokens", input["tokens"]),
    mask: name("mask"),
    kinds: name("kinds"),
    elementType: oneOf(path, "text.input.elementType", input["elementType"], ["int64", "int32"] as const),
    batch: batch === null ? null : whole(path, "text.input.batch", batch, [1, 4096]),
    context: whole(path, "text.input.context", input["context"], contextBounds),
    padding: whole(path, "text.input.padding", input["padding"], tokenBounds),
    fillsUp,
  };
}
