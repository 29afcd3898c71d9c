/**
 * @file Pairs of image and text as PyTorch's two exporters write them, taken in and held against PyTorch's own vectors of the same texts. Skipped where no Python here
 * has PyTorch: `pip install torch onnx onnxscript`, $LIKENESS_PYTHON names the interpreter.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { importEncoder } from "#engine/encoders/import/import-encoder.ts";
import { textRequest } from "#engine/encoders/text-tower.ts";
import { openTextInference } from "#engine/runtime/inference.ts";
import { openTokenizer } from "#engine/runtime/text/tokenizer.ts";
import { pythonWithModules } from "../helpers/python.ts";
import { clipTokenizer } from "../helpers/small-tokenizers.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const python = pythonWithModules(["torch", "onnx", "onnxscript"]);
const texts = ["a photo of a red dog", "blue", "", "x-ray, left hand; été 👍", "a photo of the cat ".repeat(40)];
const filled = 64;

describe.skipIf(python === null)("PyTorch's pairs", () => {
  const folder = temporaryFolderFor(beforeAll, "pairs");
  const tokenizerPath = (): string => join(folder(), "tokenizer.json");

  beforeAll(() => {
    const made = clipTokenizer();
    writeFileSync(tokenizerPath(), JSON.stringify(made));
    const tokenizer = openTokenizer("tokenizer.json", tokenizerPath());
    const siglip = texts.map((text) => {
      const row = tokenizer.encode(text, filled);
      return [...row, ...Array.from({ length: filled - row.length }, () => 1)];
    });
    const tokens = join(folder(), "tokens.json");
    writeFileSync(tokens, JSON.stringify({ clip: texts.map((text) => tokenizer.encode(text, 77)), siglip }));
    const vocabulary = Object.keys((made["model"] as { vocab: object }).vocab).length;
    const script = join(import.meta.dirname, "../bench/encoders/export-clip.py");
    const ran = spawnSync(python as string, [script, folder(), tokens, String(vocabulary)], { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`${ran.stdout}\n${ran.stderr}`);
  }, 600_000);

  test.each(["clip-script", "clip-dynamo", "siglip-script", "siglip-dynamo"])(
    "%s: texts have PyTorch's vectors, alone and together",
    async (name) => {
      const preprocess = join(folder(), "preprocess.json");
      writeFileSync(preprocess, JSON.stringify({ range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1], text: { padding: 1 } }));
      const [image, text] = [join(folder(), "image.onnx"), join(folder(), `${name}-text.onnx`)];
      const { encoder } = await importEncoder({
        file: image,
        text,
        tokenizer: tokenizerPath(),
        preprocess,
        dataFolder: join(folder(), "data"),
        threads: 2,
      });
      const isFilled = name !== "clip-dynamo";
      expect(encoder.card.text?.input).toMatchObject({ context: name.startsWith("siglip") ? filled : 77, fillsUp: isFilled, batch: null });
      const expected = (JSON.parse(readFileSync(join(folder(), "expected.json"), "utf8")) as Record<string, number[][]>)[name.split("-")[0] as string]; // prettier-ignore
      const session = await openTextInference(textRequest(encoder.card, 2) as NonNullable<ReturnType<typeof textRequest>>);
      try {
        const together = await session.embed(texts);
        for (const [row, one] of texts.entries()) {
          const wanted = expected?.[row] as number[];
          const length = Math.hypot(...wanted);
          const alone = await session.embed([one]);
          wanted.forEach((value, at) => {
            expect(Math.abs((alone[at] as number) - value / length)).toBeLessThanOrEqual(1e-4);
            expect(Math.abs((together[row * wanted.length + at] as number) - value / length)).toBeLessThanOrEqual(1e-4);
          });
        }
      } finally {
        await session.close();
      }
    },
  );
});
