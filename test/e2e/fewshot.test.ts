/** @file Labels and classes from a few of them through the command line, and through the contract as the app uses it. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, describe, expect, test } from "vitest";

import { createEngine } from "#engine/engine.ts";
import { noLabel, type LabelImport } from "#protocol/label-model.ts";
import { drawCollection } from "../fixtures/collection.ts";
import { root, runCommand, runJson } from "../helpers/command-line.ts";
import { temporaryFolderFor } from "../helpers/temporary-folder.ts";

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");
const path = (name: string): string => join(pictures(), name);

interface Way {
  readonly model: string;
  readonly features: string;
  readonly looAccuracy: number | null;
}

interface Told {
  readonly classes: readonly string[];
  readonly chosen: Way;
  readonly why: string;
  readonly candidates: readonly Way[];
  readonly predictions: readonly { path: string; label: string | null; confidence: number; probabilities: Record<string, number> }[];
  readonly next: readonly { path: string; why: string }[];
}

function table(name: string, rows: readonly string[]): string {
  const file = join(data(), name);
  writeFileSync(file, rows.map((row) => `${row}\n`).join(""));
  return file;
}

/** So many pictures of each kind with their labels. */
function clicks(each: number): string[] {
  return [0, 1, 2].flatMap((kind) => Array.from({ length: each }, (_, index) => `kind-${kind}/picture-${index}.jpg,kind ${kind}`));
}

beforeAll(async () => {
  await drawCollection(pictures(), { kinds: 3, perKind: 8 });
  await runJson(["index", pictures(), "--device", "cpu"], data());
}, 120_000);

describe("export classifier", () => {
  test("what the labels taught as a model: its program says what they say", { timeout: 120_000 }, async () => {
    const labels = table("exported.csv", ["path,label", ...clicks(4)]);
    const out = join(data(), "classifier");
    const { classes, maxDifference, files } = await runJson<{ classes: string[]; maxDifference: number; files: string[] }>(
      ["export", "classifier", "--labels", labels, "--out", out, "--threshold", "0"],
      data(),
    );
    expect(classes).toEqual(["kind 0", "kind 1", "kind 2"]);
    expect(maxDifference).toBeLessThanOrEqual(1e-4);
    expect(files).toContain(join(out, "use.mjs"));
    symlinkSync(join(root, "node_modules"), join(out, "node_modules"));
    const asked = [0, 1, 2].flatMap((kind) => [5, 6, 7].map((index) => path(`kind-${kind}/picture-${index}.jpg`)));
    const told = execFileSync(process.execPath, [join(out, "use.mjs"), ...asked], { encoding: "utf8" }).trim().split("\n").map((line) => (JSON.parse(line) as { label: string }).label); // prettier-ignore
    const right = told.filter((label, at) => label === `kind ${Math.floor(at / 3)}`).length;
    expect(right).toBeGreaterThanOrEqual(8);
  });

  test("one class, and a place among the images, are refused", async () => {
    const one = table("one.csv", ["path,label", "kind-0/picture-0.jpg,only"]);
    const alone = await runCommand(["export", "classifier", "--labels", one, "--out", join(data(), "alone"), "--json"], data());
    expect([alone.code, JSON.parse(alone.stdout)]).toMatchObject([1, { error: { code: "labels-file" } }]);
    const inside = await runCommand(["export", "classifier", "--labels", one, "--out", path("out"), "--json"], data());
    expect(JSON.parse(inside.stdout)).toMatchObject({ error: { code: "inside-image-folder" } });
    const wrong = await runCommand(["export", "classifier", "--labels", one, "--out", join(data(), "x"), "--threshold", "2"], data());
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/--threshold is "2"; expected a number from 0 to 1/)]);
  });
});

describe("fewshot", () => {
  test("a few labels tell all other pictures, with what was chosen and why", async () => {
    const told = await runJson<Told>(
      ["fewshot", "--labels", table("three.csv", ["path,label", ...clicks(3), "nowhere.jpg,kind 0"])],
      data(),
    );
    expect(told.classes).toEqual(["kind 0", "kind 1", "kind 2"]);
    expect(told.candidates).toContainEqual(told.chosen);
    expect(new Set(told.candidates.map(({ features }) => features))).toEqual(new Set(["frozen", "whitened"]));
    expect(told.chosen.looAccuracy).toBeGreaterThan(0.7);
    expect(told.why).toContain("each left out in turn");
    expect(told.predictions).toHaveLength(28);
    const others = told.predictions.filter(({ path: its }) => /kind-\d\/picture-[3-7]/.test(its));
    const right = others.filter(({ path: its, probabilities }) => {
      const [best] = Object.entries(probabilities).sort((one, other) => other[1] - one[1])[0] as [string, number];
      return best === `kind ${/kind-(\d)/.exec(its)?.[1]}`;
    });
    expect(others).toHaveLength(15);
    expect(right.length).toBeGreaterThanOrEqual(13);
    for (const { label, confidence, probabilities } of told.predictions) {
      expect(Object.values(probabilities).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 4);
      expect(label === null).toBe(confidence < 0.5);
    }
    const clicked = told.predictions.filter(({ path: its }) => /kind-\d\/picture-[0-2]\./.test(its));
    expect(clicked.every(({ path: its, label, confidence }) => confidence === 1 && label === `kind ${/kind-(\d)/.exec(its)?.[1]}`)).toBe(
      true,
    );
    expect(told.next).toHaveLength(10);
    expect(told.next.some(({ path: its }) => /kind-\d\/picture-[0-2]\./.test(its))).toBe(false);
    expect(told.next.every(({ why }) => why.length > 10)).toBe(true);
  }, 60_000);

  test("on one kind of vectors only, with a threshold that silences, and for people", async () => {
    const labels = table("one-each.csv", clicks(1));
    const told = await runJson<Told>(["fewshot", "--labels", labels, "--features", "frozen", "--threshold", "1", "--next", "2"], data());
    expect(new Set(told.candidates.map(({ features }) => features))).toEqual(new Set(["frozen"]));
    expect([told.chosen.looAccuracy, told.next.length]).toEqual([null, 2]);
    // copy.jpg is the very file of the first picture.
    expect(told.predictions.filter(({ label }) => label !== null)).toHaveLength(4);
    const shown = await runCommand(["fewshot", "--labels", labels], data());
    expect(shown.stdout).toMatch(/^kind 0: \d+ images$/m);
    const wrong = await runCommand(["fewshot", "--labels", labels, "--features", "abacus", "--json"], data());
    expect([wrong.code, JSON.parse(wrong.stdout)]).toMatchObject([
      1,
      { error: { code: "features-unknown", message: expect.stringContaining("frozen, whitened") } },
    ]);
    expect((await runCommand(["fewshot", "--labels", labels, "--threshold", "2"], data())).stderr).toMatch(
      /--threshold is "2"; expected a number from 0 to 1/,
    );
  }, 60_000);

  test("one class alone finds more of these", async () => {
    const told = await runJson<Told>(["fewshot", "--labels", table("more.csv", clicks(4).slice(0, 4)), "--threshold", "0"], data());
    expect(told.classes).toEqual(["kind 0"]);
    const order = told.predictions
      .filter(({ path: its }) => /picture-[4-7]/.test(its))
      .sort((one, other) => other.confidence - one.confidence);
    expect(order.slice(0, 4).filter(({ path: its }) => its.includes("kind-0")).length).toBeGreaterThanOrEqual(3);
  }, 60_000);
});

describe("labels", () => {
  test("go in from a table and from folders and come out again", async () => {
    const file = table("import.csv", ["path,label", ...clicks(2), "nowhere.jpg,kind 0", 'copy.jpg,"kind 0"']);
    const all = { images: 6, classes: [0, 1, 2].map((kind) => ({ name: `kind ${kind}`, count: 2 })) };
    expect(await runJson<LabelImport>(["labels", "import", file], data())).toEqual({ ...all, unmatched: ["nowhere.jpg"] });
    const out = join(data(), "out.csv");
    expect(await runJson<LabelImport>(["labels", "export", out], data())).toEqual({ ...all, unmatched: [] });
    const lines = readFileSync(out, "utf8").trimEnd().split("\r\n");
    expect(lines[0]).toBe("path,label,source");
    // Six labels; the copy of one of them is an image too.
    expect(lines.slice(1).sort()).toEqual(
      [...clicks(2).map((row) => `${path(row)},imported-csv`), `${path("copy.jpg")},kind 0,imported-csv`].sort(),
    );
    expect(await runJson<LabelImport>(["labels", "import", out, "--project", "again"], data())).toEqual({ ...all, unmatched: [] });
    const folders = await runJson<LabelImport>(["labels", "import", "--from-folders", "--project", "folders"], data());
    expect(folders).toEqual({ images: 24, classes: [0, 1, 2].map((kind) => ({ name: `kind-${kind}`, count: 8 })), unmatched: [] });
    const usage = await runCommand(["labels", "import"], data());
    expect([usage.code, usage.stderr]).toEqual([
      2,
      expect.stringMatching(/expected import FILE\.csv, import --from-folders or export FILE\.csv/),
    ]);
  }, 60_000);

  test("through the contract: classes, keys, undo, predictions, next, accepting; a moved file keeps its label", async () => {
    const engine = await createEngine({ dataFolder: data() });
    try {
      await engine.open(engine.recent.last() as string, "write");
      const call = engine.handlers;
      const { context } = engine;
      const columns = await call["images.columns"]({}, context);
      const names = columns.names.split("\n");
      const idsOf = (kind: number, from: number, to: number): Int32Array =>
        Int32Array.from(
          Array.from(
            { length: to - from },
            (_, at) =>
              columns.ids[
                columns.folderIndexes.findIndex(
                  (folder, index) => columns.folders[folder] === path(`kind-${kind}`) && names[index] === `picture-${from + at}.jpg`,
                )
              ] as number,
          ),
        );
      const { id: project } = await call["labels.createProject"]({ name: "Mine" }, context);
      const classes = [];
      for (const kind of [0, 1, 2]) classes.push((await call["labels.createClass"]({ project, name: `kind ${kind}` }, context)).class);
      // A class without images takes no part.
      await call["labels.createClass"]({ project, name: "other", kind: "none-of-these" }, context);
      const empty = await call["fewshot.predict"]({ project }, context);
      expect([empty.chosen, empty.why, new Set(empty.classes)]).toEqual([null, "Nothing is labelled yet.", new Set([noLabel.class])]);
      const first = await call["fewshot.next"]({ project, count: 4 }, context);
      expect(first.images).toHaveLength(4);
      expect(first.images.every(({ why }) => /stands for about \d+ images/.test(why))).toBe(true);
      for (const [kind, id] of classes.entries()) await call["labels.set"]({ project, images: idsOf(kind, 0, 3), class: id }, context);
      const [mine] = (await call["labels.projects"]({}, context)).projects.filter(({ id }) => id === project);
      expect(mine).toMatchObject({ undo: "label 3 images kind 2", redo: null });
      expect(mine?.classes.map(({ name, key, count, bySource }) => [name, key, count, bySource.clicked])).toEqual([
        ["kind 0", 1, 3, 3],
        ["kind 1", 2, 3, 3],
        ["kind 2", 3, 3, 3],
        ["other", null, 0, 0],
      ]);
      const told = await call["fewshot.predict"]({ project }, context);
      expect([told.count, told.version]).toEqual([columns.count, columns.version]);
      expect(told.confidences.filter((value) => value === 1).length).toBeGreaterThanOrEqual(9);
      expect((await call["fewshot.hints"]({ project }, context)).hints).toEqual([]);
      const would = await call["fewshot.acceptable"]({ project, least: 0.5 }, context);
      expect([...would.confidences]).toEqual([...would.confidences].sort());
      const { accepted, project: after } = await call["fewshot.accept"]({ project, least: 0.5 }, context);
      expect(accepted).toBe(would.ids.length);
      expect(accepted).toBeGreaterThan(5);
      expect(after.classes.reduce((sum, { bySource }) => sum + bySource.accepted, 0)).toBe(accepted);
      // What was accepted is kept, but not learnt from: nothing becomes surer of itself, and left-out clicks stay clicks.
      const again = await call["fewshot.predict"]({ project }, context);
      expect([again.why, again.chosen, again.reliability]).toEqual([told.why, told.chosen, told.reliability]);
      const places = new Map(Array.from(would.ids, (id, at) => [id, would.classes[at]]));
      const kept = [...columns.ids.keys()].filter((at) => places.has(columns.ids[at] as number));
      expect(kept.map((at) => [again.classes[at], again.confidences[at]])).toEqual(kept.map((at) => [places.get(columns.ids[at] as number), 1])); // prettier-ignore
      expect((await call["fewshot.acceptable"]({ project, least: 0.5 }, context)).ids).toHaveLength(0);
      const { images: left } = await call["fewshot.next"]({ project, count: 100 }, context);
      expect(left.some(({ id }) => places.has(id))).toBe(false);
      // One that was accepted as what it is not is told to be a mistake.
      const [doubted] = idsOf(0, 6, 7);
      await call["labels.set"]({ project, images: idsOf(0, 6, 7), class: classes[2] as (typeof classes)[0], source: "accepted" }, context);
      expect((await call["fewshot.hints"]({ project }, context)).hints).toMatchObject([
        { id: doubted, label: classes[2], other: classes[0] },
      ]);
      await call["labels.undo"]({ project }, context);
      const { what, project: undone } = await call["labels.undo"]({ project }, context);
      expect([what, undone.classes.map(({ count }) => count)]).toEqual([`accept ${accepted} images told with 50 % or more`, [3, 3, 3, 0]]);
      await expect((async () => call["labels.createClass"]({ project, name: "kind 1" }, context))()).rejects.toThrow(
        /There is a class "kind 1" already/,
      );
      // A class that comes with its first label goes with it, and comes back with it.
      const made = await call["labels.set"]({ project, images: idsOf(2, 5, 7), make: { name: " new " } }, context);
      expect(made.classes.at(-1)).toMatchObject({ name: "new", key: 4, count: 2 });
      expect((await call["labels.undo"]({ project }, context)).project.classes).toHaveLength(4);
      expect((await call["labels.redo"]({ project }, context)).project.classes.at(-1)).toMatchObject({ name: "new", count: 2 });
      await expect((async () => call["labels.set"]({ project, images: idsOf(2, 5, 7), make: { name: "new" } }, context))()).rejects.toThrow(
        /There is a class "new" already/,
      );
      expect((await call["labels.undo"]({ project }, context)).what).toBe("label 2 images new");
      const removed = await call["labels.removeClass"]({ class: classes[1] as (typeof classes)[0] }, context);
      expect(removed.classes.map(({ name }) => name)).toEqual(["kind 0", "kind 2", "other"]);
      expect((await call["labels.undo"]({ project }, context)).project.classes.map(({ count }) => count)).toEqual([3, 3, 3, 0]);
    } finally {
      await engine.close();
    }
    mkdirSync(path("elsewhere"));
    renameSync(path("kind-1/picture-0.jpg"), path("elsewhere/moved.jpg"));
    copyFileSync(path("kind-2/picture-1.jpg"), path("elsewhere/copied.jpg"));
    await runJson(["index", pictures(), "--device", "cpu"], data());
    const out = join(data(), "moved.csv");
    await runJson(["labels", "export", out, "--project", "Mine"], data());
    const text = readFileSync(out, "utf8");
    expect(text).toContain(`${path("elsewhere/moved.jpg")},kind 1,clicked`);
    expect(text).toContain(`${path("elsewhere/copied.jpg")},kind 2,clicked`);
    expect(text).not.toContain("kind-1/picture-0.jpg");
  }, 120_000);
});
