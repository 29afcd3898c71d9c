/** @file Tokens are those of Hugging Face's own library, on texts that are hard; a text that is too long keeps its marks. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { learnPairs, writeVocabulary } from "#engine/runtime/text/byte-pairs.ts";
import { openTokenizer } from "#engine/runtime/text/tokenizer.ts";
import { pythonWithModules } from "../../../helpers/python.ts";
import { bertTokenizer, clipTokenizer, endMark, startMark, unigramTokenizer } from "../../../helpers/small-tokenizers.ts";
import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const hard = [
  "a photo of a red dog",
  "A PHOTO,  of\tthe\n\nblue   cat!",
  "",
  " ",
  "été, e\u0301te\u0301 and naïve café",
  "I don't think it's the dog's",
  "👩‍👩‍👧‍👦 🇩🇪 👍🏽 emoji",
  "写真の犬 и собака مرحبا שלום",
  "x-ray 1234 3.14159 ½ ² Ⅷ",
  "\u00a0\u200b\u2028zero\ufeffwidth",
  "ﬁ ﬂ ＦＵＬＬ ①",
  "ſtraße ẞ İı",
  `a ${"very ".repeat(300)}long picture`,
  "<|endoftext|> inside a text",
  "a\u0000b\u0007c \ud83d",
  "don't".repeat(40),
];

function written(tokenizer: unknown): string {
  const path = join(temporaryFolder(), "tokenizer.json");
  writeFileSync(path, JSON.stringify(tokenizer));
  return path;
}

const python = pythonWithModules(["tokenizers"]);
const script = `
import json, sys
from tokenizers import Tokenizer
tokenizer = Tokenizer.from_file(sys.argv[1])
tokenizer.no_truncation(); tokenizer.no_padding()
print(json.dumps([tokenizer.encode(text).ids for text in json.load(open(sys.argv[2]))]))
`;

describe.each([
  ["CLIP's kind", clipTokenizer()],
  ["BERT's kind", bertTokenizer()],
  ["SigLIP's kind", unigramTokenizer()],
])("%s", (_, made) => {
  test.skipIf(python === null)("gives the numbers that the original library gives", () => {
    const path = written(made);
    // JSON has no half characters.
    const texts = hard.map((text) => text.toWellFormed());
    const list = join(temporaryFolder(), "texts.json");
    writeFileSync(list, JSON.stringify(texts));
    const ran = spawnSync(python as string, ["-c", script, path, list], { encoding: "utf8" });
    expect(ran.stderr).toBe("");
    const tokenizer = openTokenizer("tokenizer.json", path);
    const own = texts.map((text) => tokenizer.encode(text, 100_000));
    expect(own).toEqual(JSON.parse(ran.stdout));
  });

  test("a text that is too long keeps its beginning and the marks around it", () => {
    const tokenizer = openTokenizer("tokenizer.json", written(made));
    const long = "a photo of the red dog ".repeat(30);
    const [whole, empty, cut] = [tokenizer.encode(long, 100_000), tokenizer.encode("", 100), tokenizer.encode(long, 9)];
    expect(cut).toHaveLength(9);
    expect(cut.at(-1)).toBe(whole.at(-1));
    expect(cut.slice(0, -1)).toEqual(whole.slice(0, 8));
    expect(empty.length).toBeGreaterThan(0);
  });
});

test("CLIP's marks and words have the numbers of the vocabulary", () => {
  const made = clipTokenizer();
  const { vocab } = made["model"] as { vocab: Record<string, number> };
  const tokenizer = openTokenizer("tokenizer.json", written(made));
  expect(tokenizer.encode("Photo of a  DOG", 77)).toEqual([startMark, "photo</w>", "of</w>", "a</w>", "dog</w>", endMark].map((piece) => vocab[piece])); // prettier-ignore
  expect(tokenizer.tokenOf(endMark)).toBe(vocab[endMark]);
  expect(tokenizer.tokenOf("nothing of the kind")).toBe(null);
});

test("our own vocabulary is read the same way", () => {
  const path = join(temporaryFolder(), "vocabulary.json");
  const vocabulary = learnPairs(["red dog red dog", "red cat"], 280);
  writeFileSync(path, writeVocabulary(vocabulary));
  const tokenizer = openTokenizer("byte-pairs", path);
  expect(tokenizer.encode("", 8)).toEqual([]);
  expect(tokenizer.encode("red dog", 8).length).toBeLessThan("red dog".length);
  expect(tokenizer.encode("写", 8)).toEqual([0xe5, 0x86, 0x99].map((byte) => byte + 1));
});

test.each([
  ["no JSON", "{", /tokenizer\.json cannot be used/],
  ["a list", "[]", /tokenizer\.json cannot be used/],
  ["a number", "3", /tokenizer\.json holds no object; expected a tokenizer\.json of Hugging Face's tokenizers\./],
  ["no model", "{}", /tokenizer\.json cannot be used/],
  [
    "an unknown model",
    JSON.stringify({ ...clipTokenizer(), model: { type: "Magic", vocab: {} } }),
    /tokenizer\.json has a model of the type "Magic", which is not known/,
  ],
])("a tokenizer that is %s is refused by its path", (_, content, message) => {
  const path = join(temporaryFolder(), "tokenizer.json");
  writeFileSync(path, content);
  expect(() => openTokenizer("tokenizer.json", path)).toThrow(message);
});

test("one that is missing is refused", () => {
  expect(() => openTokenizer("tokenizer.json", join(temporaryFolder(), "none.json"))).toThrow(/none\.json cannot be read/);
});
