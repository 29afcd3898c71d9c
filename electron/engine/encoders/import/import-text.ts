/**
 * @file Takes the text half of a pair in beside the image half: the model, its tokenizer, and a trial that it makes vectors of texts that differ.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { UserError, messageOf } from "../../base/errors.ts";
import { writeModel } from "../../onnx/write.ts";
import { openTextInference } from "../../runtime/inference.ts";
import { openTokenizer } from "../../runtime/text/tokenizer.ts";
import type { TextInput, TokenizerKind } from "../../runtime/text/text-specification.ts";
import { readJsonFile, type Fields } from "../card-fields.ts";
import { contextBounds, textModelName, textRequest, tokenizerNames, type TextTower } from "../text-tower.ts";
import type { EncoderCard } from "../encoder-card.ts";
import { readStrangersModel } from "./read-stranger.ts";
import { findTextModel, readTextWishes, type TextWishes } from "./text-model.ts";

export interface TextImportRequest {
  /** Path of the text half's ONNX file. */
  readonly text: string;
  /** Path of its tokenizer.json. */
  readonly tokenizer: string;
  readonly context?: number | undefined;
  /** The tensor that is the embedding of a text. */
  readonly textOutput?: string | undefined;
  /** Path of a JSON file with more about it, under "text". */
  readonly preprocess?: string | undefined;
}

export interface ImportedText {
  /** Paths in it are names of files. */
  readonly tower: TextTower;
  /** To be written beside the image model. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly notes: readonly string[];
}

/** @param dimensions of the image half */
export function readTextHalf(request: TextImportRequest, dimensions: number): ImportedText {
  const [file, tokenizerPath] = [resolve(request.text), resolve(request.tokenizer)];
  const kind: TokenizerKind = isOwnVocabulary(tokenizerPath) ? "byte-pairs" : "tokenizer.json";
  const tokenizer = openTokenizer(kind, tokenizerPath);
  try {
    const { model } = readStrangersModel(file);
    const wishes = { ...wishesOfTokenizer(kind, tokenizerPath, tokenizer.tokenOf), ...wishesOfFile(request.preprocess) };
    const asked = { ...wishes, context: request.context ?? wishes.context, output: request.textOutput ?? wishes.output };
    const { model: promoted, input, output, notes } = findTextModel(model, dimensions, asked);
    const bytes = writeModel(promoted);
    const words = new Uint8Array(readFileSync(tokenizerPath));
    const tower: TextTower = {
      modelPath: textModelName,
      sha256: hashOf(bytes),
      tokenizer: { kind, path: tokenizerNames[kind], sha256: hashOf(words) },
      input,
      output: { name: output, normalise: "l2" },
    };
    const files = new Map([
      [textModelName, bytes],
      [tokenizerNames[kind], words],
    ]);
    return { tower, files, notes };
  } catch (thrown) {
    if (thrown instanceof UserError && !thrown.message.startsWith(file))
      throw new UserError(thrown.code, `${file}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}

/** What is tried after one another: exporters write the length or the number of texts they were shown into graphs that say both are free. */
const ways: readonly Partial<TextInput>[] = [{}, { fillsUp: true }, { batch: 1 }, { fillsUp: true, batch: 1 }];
/** They differ from their first letter on: some read a few letters only. Two are of one length, one is empty. */
const trialTexts = ["dog", "cat", "x-ray, left hand", ""];
/** Two vectors of one text may differ by this much per number: sums are added up in another order. */
const tolerance = 1e-3;

/**
 * Texts must give finite, different vectors of the image half's width, the same in any company. Gives the input with which they do; null where the encoder has no
 * text half. Throws UserError `text-failed`.
 */
export async function tryTextHalf(card: EncoderCard, threads: number): Promise<TextInput | null> {
  const { text } = card;
  if (text === undefined) return null;
  let first: unknown = null;
  const tried = new Set<string>();
  for (const way of ways) {
    const input = { ...text.input, ...(text.input.batch !== null ? { ...way, batch: text.input.batch } : way) };
    if (tried.has(JSON.stringify(input))) continue;
    tried.add(JSON.stringify(input));
    try {
      await tryInput({ ...card, text: { ...text, input } }, threads);
      return input;
    } catch (thrown) {
      first ??= thrown;
    }
  }
  throw first;
}

async function tryInput(card: EncoderCard, threads: number): Promise<void> {
  const fail = (why: string): never => {
    throw new UserError("text-failed", `The text half ${why}.`);
  };
  const request = textRequest(card, threads) as NonNullable<ReturnType<typeof textRequest>>;
  const { dimensions } = card.output;
  const session = await openTextInference(request).catch((thrown: unknown) => fail(`cannot be opened: ${messageOf(thrown)}`));
  try {
    const embed = (texts: readonly string[]): Promise<Float32Array> =>
      session.embed(texts).catch((thrown: unknown) => fail(`does not run: ${messageOf(thrown)}`));
    const together = await embed(trialTexts);
    const alone = await embed(trialTexts.slice(1, 2));
    const distance = (one: number, vector: Float32Array): number =>
      vector.reduce((most, value, at) => Math.max(most, Math.abs(value - (together[one * dimensions + at] as number))), 0);
    if (distance(1, alone) > tolerance) fail("gives a text another vector when other texts are beside it: export it in evaluation mode");
    if (Math.min(distance(0, alone), distance(2, alone)) < 1e-6)
      fail("gives two different texts the same vector: look at its tokenizer, or choose another tensor with --text-output");
  } finally {
    await session.close();
  }
}

function wishesOfFile(path: string | undefined): TextWishes {
  return path === undefined ? {} : definedOf(readTextWishes(resolve(path)));
}

/** What a tokenizer.json, and the tokenizer_config.json that usually lies beside it, say of length and filling. */
function wishesOfTokenizer(kind: TokenizerKind, path: string, tokenOf: (name: string) => number | null): TextWishes {
  if (kind === "byte-pairs") return { fillsUp: true };
  const { truncation, padding } = JSON.parse(readFileSync(path, "utf8")) as { truncation?: unknown; padding?: unknown };
  const beside = join(dirname(path), "tokenizer_config.json");
  const config = basename(path) !== basename(beside) && existsSync(beside) ? readJsonFile(beside) : {};
  const mark = config["pad_token"];
  const named = typeof mark === "string" ? mark : fieldOf(mark, "content");
  const fixed = wholeNumber(fieldOf(fieldOf(padding, "strategy"), "Fixed"));
  return definedOf({
    context: fixed ?? wholeNumber(fieldOf(truncation, "max_length")) ?? wholeNumber(config["model_max_length"]),
    padding: wholeNumber(fieldOf(padding, "pad_id")) ?? (typeof named === "string" ? (tokenOf(named) ?? undefined) : undefined),
    fillsUp: fixed !== undefined ? true : undefined,
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Fields)[name] : undefined;
}

/** "No limit" is written as a number of thirty digits. */
function wholeNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= contextBounds[1] ? value : undefined;
}

function definedOf(wishes: TextWishes): TextWishes {
  return Object.fromEntries(Object.entries(wishes).filter(([, value]) => value !== undefined));
}

/** A vocabulary of ours is told by what it says of itself. */
function isOwnVocabulary(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isFile()) throw new UserError("tokenizer-invalid", `${path} is no file; expected the pair's tokenizer.json.`); // prettier-ignore
  return readFileSync(path, "utf8").slice(0, 40).includes('"kind":"byte-pairs"');
}

function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
