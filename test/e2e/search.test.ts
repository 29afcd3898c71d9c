/** @file Search by words from the command line: a pair taken in, a collection that uses it, and what is printed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { findEncoder, type RegisteredEncoder } from "#engine/encoders/registry.ts";
import { textRequest } from "#engine/encoders/text-tower.ts";
import { openTextInference } from "#engine/runtime/inference.ts";
import type { EncoderEntry, TrainReport } from "#protocol/model.ts";
import { drawColouredFolder } from "../helpers/coloured-folder.ts";
import { runCommand, runJson } from "../helpers/command-line.ts";
import { savePair } from "../helpers/small-pairs.ts";
import { temporaryFolder, temporaryFolderFor } from "../helpers/temporary-folder.ts";

interface Printed {
  readonly results: readonly { readonly path: string; readonly similarity: number }[];
  readonly kind: string;
  readonly note: string | null;
  readonly terms: readonly unknown[];
}

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");
const here = (): string[] => ["--workspace", join(data(), "collection")];
let pair = "";

beforeAll(async () => {
  await drawColouredFolder(pictures());
  await runJson(["index", pictures(), "--device", "cpu", ...here()], data());
  const { image, text, tokenizer, preprocess } = savePair(join(data(), "pair"));
  const importing = ["encoders", "import", image, "--text", text, "--tokenizer", tokenizer, "--context", "20", "--preprocess", preprocess];
  pair = (await runJson<{ imported: string }>([...importing, "--name", "Small Pair"], data())).imported;
}, 120_000);

const search = (...words: string[]): Promise<Printed> => runJson<Printed>(["search", ...words, ...here()], data());

test(
  "before: names are searched, and a mix is refused with what to do; after: words and pictures together",
  { timeout: 120_000 },
  async () => {
    const named = await search("blue", "-k", "3");
    expect(named).toMatchObject({ kind: "names", terms: [{ sign: "+", text: "blue" }] });
    expect(named.note).toContain(pair);
    expect(named.results.map(({ path }) => path)).toEqual([0, 1, 2].map((at) => join(pictures(), "blue", `${at}.png`)));
    const refused = await runCommand(["search", "blue", "--minus", "red", ...here()], data());
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`Encoders that read texts: ${pair}`);

    await runJson(["encoders", "apply", pair, "--device", "cpu", ...here()], data());
    const words = await search("a photo of a blue dog", "-k", "6");
    expect(words).toMatchObject({ kind: "text", note: null });
    expect(words.results.map(({ path }) => path.split("/").at(-2))).toEqual(Array(6).fill("blue"));
    expect(words.results.every(({ similarity }) => similarity > 0.5 && similarity <= 1)).toBe(true);

    const picture = join(pictures(), "red", "1.png");
    const mixed = await search("--plus", picture, "--plus", "green", "--minus", "red", "-k", "4");
    expect(mixed.terms).toEqual([{ sign: "+", path: picture }, { sign: "+", text: "green" }, { sign: "-", text: "red" }]); // prettier-ignore
    expect(mixed.results.map(({ path }) => path.split("/").at(-2))).toEqual(Array(4).fill("green"));
    expect((await search(picture, "-k", "100")).results.map(({ path }) => path)).not.toContain(picture);
  },
);

test("a collection that was trained on its captions is searched by words", { timeout: 240_000 }, async () => {
  const rows = ["red", "green", "blue"].flatMap((colour) => [0, 1, 2, 3, 4, 5].map((at) => `${join(pictures(), colour, `${at}.png`)},a ${colour} field${at % 2 === 0 ? " in the sun" : ""}`)); // prettier-ignore
  const captions = join(data(), "captions.csv");
  writeFileSync(captions, `path,text\n${rows.join("\n")}\n`);
  const training = [
    "train",
    "--augment",
    "none",
    "--method",
    "clip",
    "--pairs",
    captions,
    "--from",
    "efficientnet-lite0-160",
    "--trainable",
    "adapter",
  ];
  const settings = ["--steps", "150", "--batch", "8", "--set", "projection=16", "--set", "width=32", "--set", "length=12"];
  const { run, notes } = await runJson<TrainReport>([...training, ...settings, "--device", "cpu", ...here()], data());
  expect(notes.join(" ")).toMatch(new RegExp(`Search by words: apply ${run}-text\\.`));
  const { encoders } = await runJson<{ encoders: EncoderEntry[] }>(["encoders", "list"], data());
  expect(encoders.find(({ id }) => id === `${run}-text`)).toMatchObject({ dimensions: 16, source: "trained", text: true });
  await runJson(["encoders", "apply", `${run}-text`, "--device", "cpu", ...here()], data());
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  for (const colour of ["green", "blue"]) {
    const { kind, results } = await search(`a ${colour} field`, "-k", "100");
    expect(kind).toBe("text");
    const isRight = ({ path }: Printed["results"][number]): boolean => path.split("/").at(-2) === colour;
    expect(isRight(results[0] as Printed["results"][number])).toBe(true);
    const [right, wrong] = [results.filter(isRight), results.filter((each) => !isRight(each))].map((each) => mean(each.map(({ similarity }) => similarity))); // prettier-ignore
    expect(right).toBeGreaterThan((wrong as number) + 0.1);
  }
});

test("an exported pair comes in again as a pair, and its texts have the same vectors", { timeout: 120_000 }, async () => {
  const { encoders } = await runJson<{ encoders: EncoderEntry[] }>(["encoders", "list"], data());
  const able = encoders.filter(({ text }) => text);
  expect(able.map(({ source }) => source).sort()).toEqual(["imported", "trained"]);
  for (const { id } of able) {
    const out = join(data(), `out-${id}`);
    const { files } = await runJson<{ files: string[] }>(["export", "encoder", id, "--out", out], data());
    expect(files).toContain(join(out, "text.onnx"));
    expect(readFileSync(join(out, "README.md"), "utf8")).toContain("## Texts");
    const elsewhere = temporaryFolder();
    const { imported } = await runJson<{ imported: string }>(["encoders", "import", join(out, "model.onnx")], elsewhere);
    const asked = ["a photo of a blue dog", "green", "été 👍", ""];
    const [before, after] = [await vectorsOf(findEncoder(id, data()), asked), await vectorsOf(findEncoder(imported, elsewhere), asked)];
    before.forEach((value, at) => expect(value).toBeCloseTo(after[at] as number, 5));
  }
});

async function vectorsOf({ card }: RegisteredEncoder, texts: readonly string[]): Promise<Float32Array> {
  const session = await openTextInference(textRequest(card, 1) as NonNullable<ReturnType<typeof textRequest>>);
  return session.embed(texts).finally(() => session.close());
}

test.each([
  [["search"], /expected a text, a picture, --plus or --minus/],
  [["search", "a", "-k", "0"], /--k is "0"/],
  [["search", "a", "--plus", ""], /--plus is empty/],
  [["encoders", "import", "a.onnx", "--context", "0"], /--context is "0"; expected a whole number from 1 to 8192/],
])("%j is a usage error", async (args, message) => {
  const { code, stderr } = await runCommand([...args, ...here()], data());
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
