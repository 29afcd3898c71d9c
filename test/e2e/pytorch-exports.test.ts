/**
 * @file Encoders as PyTorch's two exporters write them, taken in and held against what PyTorch itself computes. Skipped where no Python here has
 * PyTorch and its friends: `pip install torch torchvision timm onnx onnxscript`, $LIKENESS_PYTHON names the interpreter.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { importEncoder } from "#engine/encoders/import/import-encoder.ts";
import { openInference } from "#engine/runtime/inference.ts";
import { inferenceRequest } from "#engine/stages/encoder-use.ts";
import { pythonWithModules } from "../helpers/python.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const python = pythonWithModules(["torch", "torchvision", "timm", "onnx", "onnxscript"]);

/** name -> width of the embedding that is found, and of the output that PyTorch gives. */
const models = [
  ["resnet18", 512, 1000],
  ["mobilenet_v3_small", 1024, 1000],
  ["vit_tiny", 192, 1000],
  ["vit_tiny_tokens", 192, 192],
  ["convnext_atto", 320, 1000],
  ["swin_tiny", 256, 1000],
  ["resnet18_batch4", 512, 1000],
] as const;
const exporters = ["script", "dynamo"] as const;

describe.skipIf(python === null)("PyTorch's exports", () => {
  const folder = temporaryFolderFor(beforeAll, "exports");

  beforeAll(() => {
    const script = join(import.meta.dirname, "../bench/encoders/export-models.py");
    const ran = spawnSync(python as string, [script, folder(), ...models.map(([name]) => name)], { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`${ran.stdout}\n${ran.stderr}`);
  }, 900_000);

  test.each(models.flatMap(([name, found, output]) => exporters.map((exporter) => [`${name}-${exporter}`, found, output] as const)))(
    "%s: the embedding is found, and every number is PyTorch's",
    async (name, found, width) => {
      const file = join(folder(), `${name}.onnx`);
      const dataFolder = join(folder(), "data");
      const { encoder } = await importEncoder({ file, dataFolder, threads: 2 });
      expect(encoder.card.output.dimensions).toBe(found);

      // The whole graph, as PyTorch ran it: bytes as 0 to 1 and nothing more.
      const told = JSON.parse(readFileSync(join(folder(), `${name}.json`), "utf8")) as { size: number; output: number[] };
      const preprocess = join(folder(), `${name}.preprocess.json`);
      writeFileSync(preprocess, JSON.stringify({ range: [0, 1], mean: [0, 0, 0], std: [1, 1, 1] }));
      const whole = (await importEncoder({ file, dataFolder, threads: 2, output: "output", preprocess })).encoder;
      const session = await openInference({ ...inferenceRequest(whole, 2), device: "cpu" });
      const vector = await session.embed(picture(told.size), 1).finally(() => session.close());
      const expected = told.output.slice(0, width);
      const length = Math.hypot(...expected);
      expect(vector.length).toBe(width);
      vector.forEach((value, at) => expect(Math.abs(value - (expected[at] as number) / length)).toBeLessThanOrEqual(1e-4));
    },
  );
});

/** The picture of the script: byte = (3 x + 5 y + 40 channel) mod 256. */
function picture(size: number): Uint8Array {
  return Uint8Array.from({ length: size * size * 3 }, (_, at) => {
    const [channel, x, y] = [at % 3, Math.floor(at / 3) % size, Math.floor(at / 3 / size)];
    return (3 * x + 5 * y + 40 * channel) % 256;
  });
}
