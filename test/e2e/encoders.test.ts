/** @file Encoders through the command line: in, on, back, judged, out, and used by others from what was written. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { InferenceSession } from "onnxruntime-node";
import { beforeAll, describe, expect, test } from "vitest";

import type { EncoderEntry, EvaluationReport, ExportedEncoder, IndexReport } from "#protocol/model.ts";
import { drawCollection } from "../fixtures/collection.ts";
import { root, runCommand, runJson } from "../helpers/command-line.ts";
import { pythonWithModules } from "../helpers/python.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";
import { averaged, convolved, linear, saved, smallEncoder } from "../unit/encoders/small-encoders.ts";

const bundled = "efficientnet-lite0-160";
const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");
const made = temporaryFolderFor(beforeAll, "made");
let imported = "";

interface Listed {
  readonly encoders: readonly EncoderEntry[];
  readonly imported?: string;
  readonly notes?: readonly string[];
}

beforeAll(async () => {
  await drawCollection(pictures(), { kinds: 3, perKind: 5 });
  const model = smallEncoder({
    size: 32,
    batch: 2,
    layout: "NHWC",
    tail: (builder, image) => [builder.node("Softmax", [linear(builder, averaged(builder, convolved(builder, image)), 10)])],
  });
  saved(model, made(), "net.onnx");
  await runJson(["index", pictures(), "--device", "cpu"], data());
  const listed = await runJson<Listed>(["encoders", "import", join(made(), "net.onnx"), "--name", "A Net"], data());
  imported = listed.imported as string;
}, 120_000);

async function mapEncoder(): Promise<string> {
  return (await runJson<{ encoder: string }>(["map"], data())).encoder;
}

describe("the encoders of a collection", () => {
  test("import prints the list with the new one and says what was found", async () => {
    const { encoders, ...rest } = await runJson<Listed>(["encoders", "list"], data());
    expect(rest).toEqual({});
    expect(encoders.map(({ id, source }) => [id, source])).toEqual([
      [bundled, "bundled"],
      [imported, "imported"],
    ]);
    expect(encoders[1]).toEqual({ id: imported, name: "A Net", dimensions: 32, source: "imported", size: 32, output: expect.any(String) });
    const again = await runCommand(["encoders", "import", join(made(), "net.onnx"), "--name", "A Net"], data());
    expect(again.stdout).toContain(`imported ${imported}`);
    expect(again.stdout).toMatch(/last layer of the classifier \(10 classes.*\n.*32 px, NHWC, RGB, 2 at a time.*\n.*ImageNet's/);
  });

  test("apply and revert", async () => {
    const report = await runJson<IndexReport>(["encoders", "apply", imported, "--device", "cpu"], data());
    expect(report.encoder).toEqual({ id: imported, dimensions: 32, device: "cpu" });
    expect(await mapEncoder()).toBe(imported);
    expect(await runJson(["encoders", "revert"], data())).toMatchObject({ encoder: { id: bundled }, unseen: 0 });
    expect(await mapEncoder()).toBe(bundled);
    const nothing = await runCommand(["encoders", "revert", "--json"], data());
    expect([nothing.code, JSON.parse(nothing.stdout)]).toMatchObject([1, { error: { code: "nothing-to-revert" } }]);
  });

  test("evaluate judges without switching", async () => {
    const labels = join(made(), "labels.csv");
    const lines = readdirSync(pictures(), { recursive: true, encoding: "utf8" }).flatMap((name) => {
      const kind = /kind-(\d)\/picture/.exec(name)?.[1];
      return kind === undefined ? [] : [`"${name}",kind ${kind}`];
    });
    writeFileSync(labels, ["path,label", ...lines, "nowhere.jpg,kind 0"].join("\r\n"));
    const report = await runJson<EvaluationReport>(["evaluate", "--encoder", bundled, "--labels", labels], data());
    expect(report).toMatchObject({ encoder: bundled, images: 15, classes: 3, unknown: ["nowhere.jpg"] });
    expect(report.knn["5"]?.accuracy).toBeGreaterThan(0.8);
    expect(report.ridge.accuracy).toBeGreaterThan(0.8);
    const text = await runCommand(["evaluate", "--encoder", imported, "--labels", labels, "--device", "cpu"], data());
    expect(text.stdout).toMatch(
      /^a-net-\w+ on 15 images of 3 classes\n5 neighbours: [\d.]+ % right, macro-F1 [\d.]+ %\n20 neighbours: .*\nlinear classifier: .*\nnot an image of the collection: nowhere\.jpg\n$/,
    );
    expect(await mapEncoder()).toBe(bundled);
  });

  test.each<[readonly string[], number, RegExp]>([
    [["encoders"], 2, /got 0 argument/],
    [["encoders", "sell"], 2, /got "sell"; expected one of list, import, remove, apply, revert/],
    [["encoders", "import"], 2, /encoders import: got 0 argument\(s\); expected 1/],
    [["encoders", "import", "none.onnx"], 1, /none\.onnx cannot be read/],
    [["encoders", "apply", "nobody"], 1, /There is no encoder "nobody"\. Known: efficientnet-lite0-160, a-net-/],
    [["encoders", "remove", bundled], 1, /is used by|ships with Likeness/],
    [["evaluate", "--encoder", bundled], 2, /--labels is missing/],
    [["evaluate", "--encoder", bundled, "--labels", "none.csv"], 1, /none\.csv cannot be read/],
    [["export", "map", "x", "--out", "y"], 2, /got "map"; expected one of encoder, classifier, data, report/],
    [["export", "encoder", bundled], 2, /--out is missing/],
  ])("likeness %j ends with %i", async (args, code, stderr) => {
    const ran = await runCommand(args, data());
    expect([ran.code, ran.stdout]).toEqual([code, ""]);
    expect(ran.stderr).toMatch(stderr);
  });
});

const python = pythonWithModules(["onnxruntime", "PIL", "numpy"]);

test("index takes a file, which is imported under its own name", async () => {
  const workspace = join(data(), "other");
  const file = join(made(), "net.onnx");
  const other = await runCommand(["index", pictures(), "--workspace", workspace, "--encoder", file, "--device", "cpu", "--json"], data());
  const used = (JSON.parse(other.stdout) as IndexReport).encoder;
  // Imported under the file's name this time.
  expect(used).toMatchObject({ id: expect.stringMatching(/^net-[0-9a-f]{8}$/), dimensions: 32 });
  expect(other.stderr).toMatch(new RegExp(`imported ${used.id}`));
  const refused = await runCommand(["encoders", "remove", used.id], data());
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/is used by/)]);
});

describe.each([
  ["bundled", (): string => bundled, [["batch", 384]], ["LICENSE.weights", "README.md", "encoder.json", "model.onnx"]],
  ["imported", (): string => imported, [[2, 32]], ["README.md", "encoder.json", "model.onnx"]],
])("the %s encoder, exported", (name, id, shapes, files) => {
  let folder = "";
  let picture = "";
  let exported: ExportedEncoder;
  /** What the app itself says of the picture. */
  let inApp: readonly number[] = [];

  beforeAll(async () => {
    folder = join(made(), `out-${name}`);
    picture = join(pictures(), "kind-0/picture-1.jpg");
    await runJson(["encoders", "apply", id(), "--device", "cpu"], data());
    const csv = join(made(), `${name}.csv`);
    await runJson(["embeddings", "--out", csv], data());
    const lines = readFileSync(csv, "utf8").split("\n");
    const line = lines.find((each) => each.startsWith(`"${picture}"`)) as string;
    inApp = (line.split('",')[1] as string).split(",").map(Number);
    exported = await runJson<ExportedEncoder>(["export", "encoder", id(), "--out", folder], data());
  }, 120_000);

  /** The code block of this language in the README, run on the picture: the cosine of its vector and the app's. */
  function runSnippet(language: string, command: string): number {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const [, code = ""] = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "s").exec(readme) ?? [];
    expect(code.trimEnd().split("\n").length).toBeLessThanOrEqual(12);
    const file = join(folder, language === "js" ? "embed.mjs" : "embed.py");
    writeFileSync(file, code);
    const packages = join(folder, "node_modules");
    if (!existsSync(packages)) symlinkSync(join(root, "node_modules"), packages);
    const ran = spawnSync(command, [file, picture], { cwd: folder, encoding: "utf8" });
    if (ran.status !== 0) throw new Error(ran.stderr);
    const vector = JSON.parse(ran.stdout) as number[];
    expect(vector.length).toBe(inApp.length);
    return vector.reduce((sum, value, at) => sum + value * (inApp[at] as number), 0);
  }

  test("is a model, a card and a page, and comes back in as what it is", async () => {
    expect([...exported.files].sort()).toEqual(files.map((file) => join(folder, file)));
    expect(readdirSync(folder).sort()).toEqual(files);
    expect(exported.maxDifference).toBeLessThanOrEqual(1e-4);
    const session = await InferenceSession.create(join(folder, "model.onnx"));
    expect(session.outputMetadata.map((each) => (each.isTensor ? each.shape : null))).toEqual(shapes);
    const again = await runJson<Listed>(["encoders", "import", join(folder, "model.onnx")], data());
    const entry = again.encoders.find((each) => each.id === again.imported);
    expect(entry).toMatchObject({ dimensions: inApp.length, output: session.outputNames[0] });
    expect(again.notes?.[2]).toBe(`Preprocessing: from ${join(folder, "encoder.json")}.`);
  });

  // sharp enlarges with another bicubic than Pillow and we do.
  test("its ten lines of JavaScript give the app's vector", () => {
    expect(runSnippet("js", process.execPath)).toBeGreaterThan(0.98);
  });

  test.skipIf(python === null)("its ten lines of Python give the app's vector", () => {
    expect(runSnippet("python", python as string)).toBeGreaterThan(0.999);
  });
});

describe("exporting", () => {
  test("with feature maps; the card and the page name them", async () => {
    const out = join(made(), "maps");
    await runJson(["export", "encoder", bundled, "--out", out, "--feature-maps"], data());
    const session = await InferenceSession.create(join(out, "model.onnx"));
    expect(session.outputNames).toEqual(["embedding", "block7", "block10", "block14"]);
    expect(JSON.parse(readFileSync(join(out, "encoder.json"), "utf8"))).toMatchObject({
      spatial: ["block7", "block10", "block14"],
      id: bundled,
    });
    expect(readFileSync(join(out, "README.md"), "utf8")).toMatch(/## Feature maps[^#]*- `block7`\n- `block10`\n- `block14`/);
  });

  test("smaller forms beside it, tried on the collection", async () => {
    const out = join(made(), "smaller");
    const { files, smaller } = await runJson<ExportedEncoder>(
      ["export", "encoder", bundled, "--out", out, "--smaller", "fp16,int8"],
      data(),
    );
    expect(files.map((file) => file.slice(out.length + 1))).toEqual(expect.arrayContaining(["model.fp16.onnx", "model.int8.onnx"]));
    expect(readdirSync(out)).not.toContain("ranges.onnx");
    const [half, whole] = smaller;
    const bytes = statSync(join(out, "model.onnx")).size;
    expect(half).toMatchObject({ form: "fp16", bytes: statSync(join(out, "model.fp16.onnx")).size });
    expect(half?.bytes).toBeLessThan(0.55 * bytes);
    expect(half?.lowestCosine).toBeGreaterThan(0.9999);
    expect(whole?.bytes).toBeLessThan(0.35 * bytes);
    expect(whole?.cosine).toBeGreaterThan(0.95);
    expect(whole?.cosine).toBeLessThan(half?.cosine as number);
    expect(readFileSync(join(out, "README.md"), "utf8")).toMatch(/## Smaller forms[^]*model\.int8\.onnx/);
    const wrong = await runCommand(["export", "encoder", bundled, "--out", out, "--smaller", "int4"], data());
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/--smaller got "int4"; expected fp16, int8/)]);
  });

  test("nothing is overwritten, nothing is written into the images", async () => {
    const out = join(made(), "kept");
    mkdirSync(out);
    writeFileSync(join(out, "README.md"), "mine");
    const kept = await runCommand(["export", "encoder", bundled, "--out", out, "--json"], data());
    expect([kept.code, JSON.parse(kept.stdout)]).toMatchObject([1, { error: { code: "export-exists" } }]);
    expect([readdirSync(out), readFileSync(join(out, "README.md"), "utf8")]).toEqual([["README.md"], "mine"]);
    const before = readdirSync(pictures());
    const inside = await runCommand(["export", "encoder", bundled, "--out", join(pictures(), "out"), "--json"], data());
    expect([inside.code, JSON.parse(inside.stdout)]).toMatchObject([1, { error: { code: "inside-image-folder" } }]);
    expect(readdirSync(pictures())).toEqual(before);
    const own = await runCommand(["export", "encoder", bundled, "--out", join(data(), "encoders", "x"), "--json"], data());
    expect(JSON.parse(own.stdout)).toMatchObject({ error: { code: "inside-image-folder" } });
  });

  test("without a collection made pictures stand in", async () => {
    const out = join(made(), "alone");
    const { maxDifference } = await runJson<ExportedEncoder>(["export", "encoder", bundled, "--out", out], made());
    expect(maxDifference).toBeLessThanOrEqual(1e-4);
  });
});
