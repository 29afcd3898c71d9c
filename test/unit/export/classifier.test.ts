/** @file Classes behind an encoder: the file gives what plain arithmetic gives, with and without whitening; both programs say the same classes. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";

import { InferenceSession } from "onnxruntime-node";
import sharp from "sharp";
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { analyticPictures } from "#engine/encoders/analytic-pictures.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { classesKey, thresholdKey } from "#engine/export/classifier/add-classifier.ts";
import { exportClassifier } from "#engine/export/classifier/export-classifier.ts";
import { probabilitiesOf, type LinearClassifier } from "#engine/export/classifier/linear-classifier.ts";
import { readModel } from "#engine/onnx/read.ts";
import type { Whitening } from "#engine/training/whiten/whitening.ts";

import { root } from "../../helpers/command-line.ts";
import { pythonWithModules } from "../../helpers/python.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const encoder = findEncoder(defaultEncoderId);
const { dimensions } = encoder.card.output;
const classes = ['a, "quoted" one', "ünïcode | pipe", "third"];
const random = createRandom(3);

function classifierOn(width: number, whitening: Whitening | null): LinearClassifier {
  return {
    classes,
    whitening,
    mean: Float32Array.from({ length: width }, () => 0.02 * random.normal()),
    intercept: 0.6,
    weights: Float32Array.from({ length: (width + 1) * classes.length }, () => random.normal()),
    sharpness: 3,
    threshold: 0.5,
  };
}

const whitening: Whitening = {
  dimensions,
  axisCount: 32,
  mean: Float32Array.from({ length: dimensions }, () => 0.02 * random.normal()),
  matrix: Float32Array.from({ length: dimensions * 32 }, () => 0.2 * random.normal()),
  exponent: 0.5,
};
const { size } = encoder.card.input;
const count = 6;
const pictures = analyticPictures(size, count);
const report = { counts: [3, 2, 1], looAccuracy: 0.875, why: "Of what was tried it told the labelled images best." };

describe.each([
  ["as they are", classifierOn(dimensions, null)],
  ["whitened", classifierOn(32, whitening)],
])("classes on vectors %s", (_, classifier) => {
  test("the folder holds a model that gives the app's probabilities, names and threshold inside", { timeout: 60_000 }, async () => {
    const folder = join(temporaryFolder("classes"), "out");
    const made = await exportClassifier({ encoder, classifier, report, folder, threads: 1, pictures, count });
    expect(made.maxDifference).toBeLessThanOrEqual(1e-4);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(["README.md", "encoder.json", "model.onnx", "use.mjs", "use.py"]));
    expect(made.files.map((file) => file.slice(folder.length + 1)).sort()).toEqual(readdirSync(folder).sort());
    const model = readModel(new Uint8Array(readFileSync(join(folder, "model.onnx"))));
    expect(JSON.parse(model.metadata.get(classesKey) ?? "")).toEqual(classes);
    expect(model.metadata.get(thresholdKey)).toBe("0.5");
    const session = await InferenceSession.create(join(folder, "model.onnx"));
    expect(session.outputNames.slice(0, 2)).toEqual(["embedding", "probabilities"]);
    await session.release();
    const page = readFileSync(join(folder, "README.md"), "utf8");
    expect(page).toContain("| ünïcode \\| pipe | 2 |");
    expect(page).toContain("87.5 % right");
  });
});

test("rows of probabilities sum to 1, and a sharper classifier is surer", () => {
  const table = { count: 4, dimensions, values: Float32Array.from({ length: 4 * dimensions }, () => random.normal()) };
  const classifier = classifierOn(dimensions, null);
  const rows = probabilitiesOf(classifier, table);
  const surer = probabilitiesOf({ ...classifier, sharpness: 9 }, table);
  for (let row = 0; row < 4; row++) {
    const own = rows.subarray(row * 3, row * 3 + 3);
    expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(Math.max(...surer.subarray(row * 3, row * 3 + 3))).toBeGreaterThan(Math.max(...own));
  }
});

test("one class is none", async () => {
  const classifier = { ...classifierOn(dimensions, null), classes: ["only"], weights: new Float32Array(dimensions + 1) };
  const folder = join(temporaryFolder("classes"), "out");
  await expect(exportClassifier({ encoder, classifier, report, folder, threads: 1, pictures, count })).rejects.toThrow(/1 class is labelled; a classifier needs at least 2/);
}); // prettier-ignore

describe("the programs beside it", () => {
  const python = pythonWithModules(["onnxruntime", "numpy", "PIL"]);

  async function exported(): Promise<{ readonly folder: string; readonly files: string[] }> {
    const folder = join(temporaryFolder("classes"), "out");
    await exportClassifier({
      encoder,
      classifier: { ...classifierOn(dimensions, null), threshold: 0.45 },
      report,
      folder,
      threads: 1,
      pictures,
      count,
    });
    const files: string[] = [];
    for (let at = 0; at < count; at++) {
      files.push(join(temporaryFolder("picture"), `${at}.png`));
      const bytes = pictures.subarray(at * size * size * 3, (at + 1) * size * size * 3);
      await sharp(bytes, { raw: { width: size, height: size, channels: 3 } })
        .png()
        .toFile(files[at] as string);
    }
    return { folder, files };
  }

  const told = (text: string): { label: string | null; confidence: number }[] =>
    text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { label: string | null; confidence: number });

  test.skipIf(python === null)("Python and JavaScript say the same", { timeout: 120_000 }, async () => {
    const { folder, files } = await exported();
    const one = told(execFileSync(python as string, [join(folder, "use.py"), ...files], { encoding: "utf8" }));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const other = told(execFileSync(process.execPath, [join(folder, "use.mjs"), ...files], { encoding: "utf8" }));
    expect(one).toHaveLength(count);
    one.forEach(({ label, confidence }, at) => {
      expect(other[at]?.label).toBe(label);
      expect(other[at]?.confidence).toBeCloseTo(confidence, 3);
    });
  });
});
