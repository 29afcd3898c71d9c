/**
 * @file What the worker must know to make vectors of texts: the tokenizer, how its numbers go into the graph, and what comes out.
 */

/** `tokenizer.json`: the format of Hugging Face's tokenizers; `byte-pairs`: a vocabulary of our own (byte-pairs.ts). */
export const tokenizerKinds = ["tokenizer.json", "byte-pairs"] as const;
export type TokenizerKind = (typeof tokenizerKinds)[number];

export interface TextInput {
  /** Names of the graph's inputs, [batch, length] each; null: it has none. */
  readonly tokens: string;
  /** 1 where a token stands, 0 where it is filled up. */
  readonly mask: string | null;
  /** Which of two texts a token is of: always 0. */
  readonly kinds: string | null;
  readonly elementType: "int64" | "int32";
  /** How many texts every run takes; null: as many as there are. */
  readonly batch: number | null;
  /** Tokens that are read of a text, at most. */
  readonly context: number;
  /** Fills a text up where it must be. */
  readonly padding: number;
  /** Every text is filled up to `context`; else it is as long as it is. */
  readonly fillsUp: boolean;
}

export interface TextSpecification {
  readonly tokenizer: { readonly kind: TokenizerKind; readonly path: string };
  readonly input: TextInput;
  readonly outputName: string;
  readonly dimensions: number;
}
