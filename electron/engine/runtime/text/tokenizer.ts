/**
 * @file From a text to the numbers a text tower reads, by whichever tokenizer lies beside it. A text that is too long keeps its beginning and the marks
 * that the tokenizer puts around every text: without its end mark CLIP would read another word as the whole.
 */
import { readFileSync, statSync } from "node:fs";

import { Tokenizer } from "@huggingface/tokenizers";

import { UserError, messageOf } from "../../base/errors.ts";
import { encodeText, encoderOf, readVocabulary } from "./byte-pairs.ts";
import type { TokenizerKind } from "./text-specification.ts";

export interface TextTokenizer {
  /** At most `context` numbers. */
  encode(text: string, context: number): readonly number[];
  /** The number of a piece of text by its name; null where there is none. */
  tokenOf(name: string): number | null;
}

/** Those of large multilingual models have some 30 megabytes. */
const largestBytes = 64 * 1024 * 1024;
const models = ["BPE", "WordPiece", "Unigram"] as const;
/** A search is a line; a longer text would be cut off anyway, but only after all of it was read. */
const longestText = 10_000;

/** Throws UserError `tokenizer-invalid` or `vocabulary-invalid`, naming the path. */
export function openTokenizer(kind: TokenizerKind, path: string): TextTokenizer {
  const written = readText(path);
  return kind === "byte-pairs" ? ownTokenizer(written, path) : strangersTokenizer(written, path);
}

function ownTokenizer(written: string, path: string): TextTokenizer {
  const encoder = encoderOf(readVocabulary(written, path));
  return {
    encode: (text, context) => Array.from(encodeText(text.slice(0, longestText), context, encoder), Number).filter((token) => token > 0),
    tokenOf: () => null,
  };
}

function strangersTokenizer(written: string, path: string): TextTokenizer {
  const refuse = (why: string, cause?: unknown): never => {
    throw new UserError("tokenizer-invalid", `${path} ${why}; expected a tokenizer.json of Hugging Face's tokenizers.`, { cause });
  };
  let tokenizer: Tokenizer;
  let marks: { readonly before: readonly number[]; readonly after: readonly number[] };
  const numbersOf = (text: string, isWhole: boolean): number[] => tokenizer.encode(text, { add_special_tokens: isWhole }).ids;
  try {
    const json = JSON.parse(written) as unknown;
    if (typeof json !== "object" || json === null) return refuse("holds no object");
    const type = (json as { model?: { type?: unknown } }).model?.type;
    if (type !== undefined && !models.some((known) => known === type)) refuse(`has a model of the type ${JSON.stringify(type)}, which is not known (${models.join(", ")} are)`); // prettier-ignore
    // Parts that are left out are null.
    const parts = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [], ...json };
    tokenizer = new Tokenizer(parts, {});
    marks = marksAround(numbersOf("a", true), numbersOf("a", false));
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    return refuse(`cannot be used (${messageOf(thrown)})`, thrown);
  }
  return {
    encode: (text, context) => {
      const inner = numbersOf(text.slice(0, longestText), false);
      const room = Math.max(0, context - marks.before.length - marks.after.length);
      const tokens = [...marks.before, ...inner.slice(0, room), ...marks.after].slice(0, context);
      // One without a word for what it does not know.
      return tokens.filter((token) => Number.isInteger(token));
    },
    tokenOf: (name) => tokenizer.token_to_id(name) ?? null,
  };
}

/** What stands before and behind the numbers of any text. */
function marksAround(whole: readonly number[], inner: readonly number[]): { before: number[]; after: number[] } {
  for (let from = 0; from + inner.length <= whole.length; from++)
    if (inner.every((token, at) => whole[from + at] === token))
      return { before: whole.slice(0, from), after: whole.slice(from + inner.length) };
  throw new Error("the marks around a text are not found");
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > largestBytes)
      throw new UserError("tokenizer-invalid", `${path} has ${size} bytes; expected a tokenizer of at most ${largestBytes}.`);
    return readFileSync(path, "utf8");
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError("tokenizer-invalid", `${path} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
}
