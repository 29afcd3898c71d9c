/**
 * @file One exported classifier in four places: the app's onnxruntime-node, its program in JavaScript, its program in Python, and onnxruntime-web in a browser
 * without a network. The same labels on 200 pictures, and no probability further apart than 1e-4.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";

import { drawCollection } from "../fixtures/collection.ts";
import { root, runJson } from "../helpers/command-line.ts";
import { classifyInBrowser } from "../helpers/onnx-page.ts";
import { pythonWithModules } from "../helpers/python.ts";
import { findChromium, sayNoChromium } from "../helpers/renderer-page.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const chromium = findChromium();
if (chromium === null) sayNoChromium("an exported classifier in the browser");
const python = pythonWithModules(["onnxruntime", "numpy", "PIL"]);

const count = 200;
const tolerance = 1e-4;

interface Said {
  readonly label: string | null;
  readonly confidence: number;
}

/** The statements of an exported program that make `batch` out of a picture, taken from the program itself. */
function statementsOf(program: string): { read: string; prepare: string; threshold: number; shape: number[] } {
  const line = (start: string): string => {
    const found = program.split("\n").find((each) => each.trim().startsWith(start));
    if (found === undefined) throw new Error(`the program has no line "${start}"`);
    return found.trim();
  };
  const shape = /new Tensor\("float32", batch, (\[[\d, ]+\])\)/u.exec(program)?.[1] ?? "[]";
  return {
    read: line("const pixels"),
    prepare: `${line("const mean")}\n${line("const batch")}\nreturn batch;`,
    threshold: Number(/const threshold = ([\d.]+);/u.exec(program)?.[1]),
    shape: JSON.parse(shape) as number[],
  };
}

describe("an exported classifier on 200 pictures", { timeout: 240_000 }, () => {
  const data = temporaryFolderFor(beforeAll, "data");
  const pictures = temporaryFolderFor(beforeAll, "pictures");
  const home = temporaryFolderFor(beforeAll, "home");
  let folder = "";
  let files: string[] = [];
  let classes: string[] = [];
  let program: ReturnType<typeof statementsOf>;
  let inputName = "";
  let input: { size: number };
  /** By onnxruntime-node: [count, classes]. */
  let wanted: Float32Array;
  let labels: (string | null)[] = [];

  const labelOf = (row: ArrayLike<number>): Said => {
    const values = Array.from(row);
    const confidence = Math.max(...values);
    return { label: confidence >= program.threshold ? (classes[values.indexOf(confidence)] ?? null) : null, confidence };
  };

  beforeAll(async () => {
    const kinds = 4;
    await drawCollection(pictures(), { kinds, perKind: count / kinds });
    await runJson(["index", pictures(), "--device", "cpu"], data());
    const rows = Array.from({ length: kinds }, (_, kind) => [0, 1, 2].map((at) => `kind-${kind}/picture-${at}.jpg,kind ${kind}`)).flat();
    writeFileSync(join(home(), "labels.csv"), ["path,label", ...rows, ""].join("\n"));
    folder = join(home(), "classifier");
    const exporting = ["export", "classifier", "--labels", join(home(), "labels.csv"), "--out", folder, "--threshold", "0.5"];
    ({ classes } = await runJson<{ classes: string[] }>(exporting, data()));
    ({ input } = JSON.parse(readFileSync(join(folder, "encoder.json"), "utf8")) as { input: { size: number } });
    // Of the size that the model takes, so that no program has to resize: each has a way of its own.
    const ready = join(home(), "ready");
    mkdirSync(ready);
    const names = Array.from({ length: kinds }, (_, kind) => readdirSync(join(pictures(), `kind-${kind}`)).map((name) => join(pictures(), `kind-${kind}`, name))).flat(); // prettier-ignore
    files = await Promise.all(
      names.map(async (name, at) => {
        const path = join(ready, `${String(at).padStart(3, "0")}.png`);
        await sharp(name).resize(input.size, input.size, { fit: "fill" }).png().toFile(path);
        return path;
      }),
    );
    program = statementsOf(readFileSync(join(folder, "use.mjs"), "utf8"));
    const session = await InferenceSession.create(join(folder, "model.onnx"));
    inputName = session.inputNames[0] as string;
    wanted = new Float32Array(count * classes.length);
    const prepare = new Function("pixels", program.prepare) as (pixels: Uint8Array) => Float32Array;
    for (const [at, file] of files.entries()) {
      const batch = prepare(new Uint8Array(await sharp(file).removeAlpha().raw().toBuffer()));
      const made = await session.run({ [inputName]: new Tensor("float32", batch, program.shape) });
      wanted.set((made["probabilities"]?.data as Float32Array).subarray(0, classes.length), at * classes.length);
    }
    await session.release();
    labels = files.map((_, at) => labelOf(wanted.subarray(at * classes.length, (at + 1) * classes.length)).label);
  }, 180_000);

  test("there are 200, and it tells every class", () => {
    expect(files).toHaveLength(count);
    expect(new Set(labels.filter((label) => label !== null))).toEqual(new Set(classes));
    for (let at = 0; at < count; at++)
      expect(wanted.subarray(at * classes.length, (at + 1) * classes.length).reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 4);
  });

  const compare = (said: readonly Said[]): number => {
    expect(said).toHaveLength(count);
    expect(said.map(({ label }) => label)).toEqual(labels);
    return Math.max(...said.map(({ confidence }, at) => Math.abs(confidence - labelOf(wanted.subarray(at * classes.length, (at + 1) * classes.length)).confidence))); // prettier-ignore
  };
  const say = (what: string, farthest: number): number => {
    process.stderr.write(`${what} against onnxruntime-node on ${count} pictures: at most ${farthest.toExponential(1)} apart\n`);
    return farthest;
  };
  const told = (text: string): Said[] => text.trim().split("\n").map((line) => JSON.parse(line) as Said); // prettier-ignore

  test("its program in JavaScript says the same", () => {
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const printed = execFileSync(process.execPath, [join(folder, "use.mjs"), ...files], { encoding: "utf8" });
    expect(say("use.mjs", compare(told(printed)))).toBeLessThanOrEqual(tolerance);
  });

  test.skipIf(python === null)("its program in Python says the same", () => {
    const printed = execFileSync(python as string, [join(folder, "use.py"), ...files], { encoding: "utf8" });
    expect(say("use.py", compare(told(printed)))).toBeLessThanOrEqual(tolerance);
  });

  test.skipIf(chromium === null)("onnxruntime-web in a browser gives the same probabilities", async () => {
    const pixels = await Promise.all(files.map(async (file) => new Uint8Array(await sharp(file).removeAlpha().raw().toBuffer())));
    const found = await classifyInBrowser({
      executablePath: chromium as string,
      model: readFileSync(join(folder, "model.onnx")),
      pixels,
      prepare: program.prepare,
      inputName,
      outputName: "probabilities",
      shape: program.shape,
      width: classes.length,
    });
    expect(found.problems).toEqual([]);
    const said = Array.from({ length: count }, (_, at) => labelOf(found.values.subarray(at * classes.length, (at + 1) * classes.length)));
    compare(said);
    const farthest = found.values.reduce((most, value, at) => Math.max(most, Math.abs(value - (wanted[at] as number))), 0);
    expect(say("onnxruntime-web", farthest)).toBeLessThanOrEqual(tolerance);
  });
});
