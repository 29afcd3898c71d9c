/**
 * @file Tokenizers as they come with CLIP (byte pairs, marks around every text), BERT (pieces of words) and SigLIP (pieces by likelihood), with a handful of words each,
 * in the form of tokenizer.json.
 */

/** Bytes as letters that can be seen, as GPT-2's byte-level pieces are written. */
function byteLetters(): string[] {
  const seen = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(seen(byte) ? byte : 256 + others++));
}

/** Merges are tried in this order: "green" stands before "red", whose "r e" would tear it apart. */
const words = [
  "green",
  "photo",
  "of",
  "a",
  "the",
  "red",
  "blue",
  "dog",
  "cat",
  "dark",
  "bright",
  "picture",
  "x",
  "ray",
  "don",
  "'t",
  "'s",
  "été",
];

/** Every word is put together from its left end. @param end of a word's last piece */
function mergesOf(end: string): { pieces: string[]; merges: string[] } {
  const letters = byteLetters();
  const pieces = [...letters, ...(end === "" ? [] : letters.map((letter) => letter + end))];
  const merges: string[] = [];
  for (const word of words) {
    const bytes = [...new TextEncoder().encode(word)].map((byte) => letters[byte] as string);
    const parts = bytes.map((letter, at) => (at === bytes.length - 1 ? letter + end : letter));
    parts.slice(1).reduce((left, right) => {
      if (!merges.includes(`${left} ${right}`)) merges.push(`${left} ${right}`);
      if (!pieces.includes(left + right)) pieces.push(left + right);
      return left + right;
    }, parts[0] as string);
  }
  return { pieces, merges };
}

const mark = (id: number, content: string) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});
const clipPattern = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

export const startMark = "<|startoftext|>";
export const endMark = "<|endoftext|>";

export function clipTokenizer(): Record<string, unknown> {
  const { pieces, merges } = mergesOf("</w>");
  const all = [...pieces, startMark, endMark];
  const [start, end] = [all.length - 2, all.length - 1];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [mark(start, startMark), mark(end, endMark)],
    normalizer: {
      type: "Sequence",
      normalizers: [{ type: "NFC" }, { type: "Replace", pattern: { Regex: "\\s+" }, content: " " }, { type: "Lowercase" }],
    },
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: clipPattern }, behavior: "Removed", invert: true },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true },
      ],
    },
    post_processor: {
      type: "RobertaProcessing",
      sep: [endMark, end],
      cls: [startMark, start],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: endMark,
      continuing_subword_prefix: "",
      end_of_word_suffix: "</w>",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(all.map((piece, at) => [piece, at])),
      merges,
    },
  };
}

export function bertTokenizer(): Record<string, unknown> {
  const pieces = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    ...words,
    "##s",
    "##graph",
    "##y",
    ...[..."abcdefghijklmnopqrstuvwxyz0123456789.,!-"],
  ];
  const all = [...new Set(pieces)];
  return {
    version: "1.0",
    truncation: { direction: "Right", max_length: 16, strategy: "LongestFirst", stride: 0 },
    padding: { strategy: { Fixed: 16 }, direction: "Right", pad_to_multiple_of: null, pad_id: 0, pad_type_id: 0, pad_token: "[PAD]" },
    added_tokens: [mark(0, "[PAD]"), mark(1, "[UNK]"), mark(2, "[CLS]"), mark(3, "[SEP]")],
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "TemplateProcessing",
      single: [
        { SpecialToken: { id: "[CLS]", type_id: 0 } },
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: "[SEP]", type_id: 0 } },
      ],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 1 } }],
      special_tokens: {
        "[CLS]": { id: "[CLS]", ids: [2], tokens: ["[CLS]"] },
        "[SEP]": { id: "[SEP]", ids: [3], tokens: ["[SEP]"] },
      },
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(all.map((piece, at) => [piece, at])),
    },
  };
}

export function unigramTokenizer(): Record<string, unknown> {
  const letters = [..."abcdefghijklmnopqrstuvwxyz0123456789.,!'-é▁"];
  const pieces = ["<pad>", "</s>", "<unk>", ...words.map((word) => `▁${word}`), ...letters];
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [mark(0, "<pad>"), mark(1, "</s>"), mark(2, "<unk>")],
    normalizer: { type: "Sequence", normalizers: [{ type: "NFKC" }, { type: "Lowercase" }] },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    post_processor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: "</s>", type_id: 0 } }],
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 0 } }],
      special_tokens: { "</s>": { id: "</s>", ids: [1], tokens: ["</s>"] } },
    },
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
    model: { type: "Unigram", unk_id: 2, byte_fallback: false, vocab: pieces.map((piece, at) => [piece, at < 3 ? 0 : -1 - at / 7]) },
  };
}
