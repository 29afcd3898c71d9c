import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readCsv } from "#engine/base/csv.ts";
import { withoutGuard } from "#engine/base/csv-text.ts";
import { CancellationError } from "#engine/base/errors.ts";
import { parseShownPath } from "#engine/base/path-bytes.ts";
import { exportData, type DataRequest } from "#engine/export/data/export-data.ts";
import type { ExportedData } from "#protocol/model.ts";
import { indexedCollection, type IndexedCollection } from "../../helpers/indexed-collection.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

describe("a selection as folders", () => {
  const home = temporaryFolderFor(beforeAll, "folders");
  let made: IndexedCollection;
  let before: string[];
  const out = (name: string): string => join(home(), name);
  beforeAll(async () => {
    made = await indexedCollection(home());
    before = everythingIn(made.folder);
  }, 120_000);
  afterAll(async () => {
    expect(everythingIn(made.folder)).toEqual(before);
    await made.engine.close();
  });

  const write = (name: string, request: Partial<DataRequest> = {}): Promise<ExportedData> =>
    exportData(made.engine.requireCollection(), {
      format: "folders",
      out: out(name),
      select: "",
      by: undefined,
      placement: "copy",
      dryRun: false,
      labelOf: null,
      nowMs: 0,
      ...request,
    });
  const manifestOf = (name: string, file = "manifest.csv"): { file: string; source: string; class: string; note: string }[] =>
    readCsv(readFileSync(join(out(name), file), "utf8"))
      .slice(1)
      .map((row) => row.map(withoutGuard))
      .map(([path, source, label, note]) => ({ file: path ?? "", source: source ?? "", class: label ?? "", note: note ?? "" }));
  const bytesAt = (shown: string): Buffer => readFileSync(parseShownPath(shown));

  test("copies have the bytes and the time of their originals, one folder a cluster, every image once", async () => {
    const dry = await write("clusters", { dryRun: true });
    expect(() => statSync(out("clusters"))).toThrow();
    const written = await write("clusters");
    expect(written).toEqual({ ...dry, dryRun: false });
    expect(written.images).toBe(made.count);
    expect(written.folders?.reduce((sum, { images }) => sum + images, 0)).toBe(made.count);
    const rows = manifestOf("clusters");
    expect(rows).toHaveLength(made.count);
    for (const { file, source, class: label } of rows) {
      const copy = `${out("clusters")}/${file}`;
      expect(bytesAt(copy).equals(bytesAt(source)), file).toBe(true);
      expect(lstatSync(parseShownPath(copy)).isFile()).toBe(true);
      expect(Math.round(statSync(parseShownPath(copy)).mtimeMs)).toBe(Math.round(statSync(parseShownPath(source)).mtimeMs));
      expect(file.startsWith(`${label}/`)).toBe(true);
    }
    expect(everythingIn(out("clusters")).filter((line) => line.startsWith("file"))).toHaveLength(made.count + 1);
  });

  test("labels lead to folders, images without one are left out; names that cannot be folders are made ones", async () => {
    const names = ["cats/../../up", "CATS_.._.._UP", null] as const;
    const labelOf = (content: number): string | null => names[content % 3] ?? null;
    const written = await write("labels", { labelOf });
    const { contentIds } = made.engine.requireCollection().catalogue();
    const labelled = contentIds.filter((id) => labelOf(id) !== null).length;
    expect([written.images, written.leftOut]).toEqual([labelled, made.count - labelled]);
    // The two differ in case only, as folders.
    expect(readdirSync(out("labels")).sort()).toEqual(["CATS_.._.._UP", "cats_.._.._up (2)", "manifest.csv"]);
    expect(new Set(manifestOf("labels").map((row) => row.class))).toEqual(new Set([names[0], names[1]]));
  });

  test("what is there is never written over: taken names get a number", async () => {
    const select = "picture-0.jpg -folder:hostile";
    mkdirSync(join(out("taken"), "all"), { recursive: true });
    writeFileSync(join(out("taken"), "all", "PICTURE-0.jpg"), "mine");
    writeFileSync(join(out("taken"), "manifest.csv"), "mine too");
    const written = await write("taken", { select, labelOf: () => "all" });
    expect([written.images, written.renamed, written.files]).toEqual([3, 3, [join(out("taken"), "manifest (2).csv")]]);
    expect(readdirSync(join(out("taken"), "all")).sort()).toEqual([
      "PICTURE-0.jpg",
      "picture-0 (2).jpg",
      "picture-0 (3).jpg",
      "picture-0 (4).jpg",
    ]);
    expect(readFileSync(join(out("taken"), "all", "PICTURE-0.jpg"), "utf8")).toBe("mine");
    expect(readFileSync(join(out("taken"), "manifest.csv"), "utf8")).toBe("mine too");
    expect(manifestOf("taken", "manifest (2).csv")).toHaveLength(3);
  });

  test("duplicates stand together, the others stay away", async () => {
    const written = await write("duplicates", { by: "duplicate" });
    const groups = made.engine
      .requireCollection()
      .groups()
      .all()
      .filter(({ relation }) => relation !== "same-scene");
    expect(written.folders?.map(({ images }) => images).sort()).toEqual(groups.map(({ members }) => members.length).sort());
    expect(written.leftOut).toBe(made.count - written.images);
  });

  test("links lead to the images: symbolic ones by path, hard ones are the very file", async () => {
    await write("symbolic", { placement: "symlink", select: "folder:kind-0" });
    for (const { file, source } of manifestOf("symbolic")) expect(readlinkSync(join(out("symbolic"), file))).toBe(source);
    const hard = await write("hard", { placement: "hardlink", select: "folder:kind-0" });
    for (const { file, source } of manifestOf("hard")) expect(statSync(join(out("hard"), file)).ino).toBe(statSync(source).ino);
    expect([hard.images, hard.bytes]).toEqual([8, 0]);
  });

  test("a folder of a class that leads back into the images is refused before anything is written", async () => {
    mkdirSync(out("trap"));
    symlinkSync(made.folder, join(out("trap"), "all"));
    for (const dryRun of [true, false])
      await expect(write("trap", { labelOf: () => "all", dryRun })).rejects.toThrow(/lies inside the image folder/);
    expect(readdirSync(out("trap"))).toEqual(["all"]);
  });

  test("a file that is gone is left out and said so", async () => {
    const file = join(made.folder, "kind-2/picture-3.jpg");
    renameSync(file, `${file}.away`);
    try {
      const written = await write("gone", { select: "folder:kind-2", labelOf: () => "all" });
      expect([written.images, written.leftOut]).toEqual([7, 1]);
      expect(manifestOf("gone").filter((row) => row.note !== "")).toMatchObject([
        { file: "", source: file, note: expect.stringContaining("not there any more") as string },
      ]);
    } finally {
      renameSync(`${file}.away`, file);
    }
  });

  test("one that is stopped takes away what it has placed, and nothing else", async () => {
    const stopping = (): AbortSignal => {
      let asked = 0;
      return {
        get aborted() {
          return ++asked > 5;
        },
      } as AbortSignal;
    };
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number): void => void seen.push([done, total]);
    await expect(write("stopped", { labelOf: () => "all", signal: stopping(), onProgress })).rejects.toThrow(CancellationError);
    expect(seen).toEqual([1, 2, 3, 4, 5].map((done) => [done, made.count]));
    expect(() => statSync(out("stopped"))).toThrow();
    // What was there before stays, the folder it lies in with it; of the rest nothing is left.
    mkdirSync(join(out("theirs"), "all"), { recursive: true });
    writeFileSync(join(out("theirs"), "all", "picture-0.jpg"), "mine");
    writeFileSync(join(out("theirs"), "manifest.csv"), "mine");
    const theirs = everythingIn(out("theirs"));
    await expect(write("theirs", { labelOf: (content) => (content % 2 === 0 ? "all" : "new"), signal: stopping() })).rejects.toThrow(CancellationError); // prettier-ignore
    expect(everythingIn(out("theirs"))).toEqual(theirs);
    expect(readFileSync(join(out("theirs"), "all", "picture-0.jpg"), "utf8")).toBe("mine");
  });

  test("nothing to sort by is said before anything is made", async () => {
    await expect(write("none", { by: "label", labelOf: null })).rejects.toThrow(/None of the \d+ images has a label/);
    expect(() => statSync(out("none"))).toThrow();
  });

  test("a folder that cannot be made is an error that names it", async () => {
    writeFileSync(out("file"), "");
    await expect(write("file/inner")).rejects.toThrow(/file\/inner cannot be made/);
  });
});

/** Kind, path, time and size of everything, links not followed. */
function everythingIn(folder: string | Buffer): string[] {
  return readdirSync(folder, { encoding: "buffer" })
    .flatMap((name) => {
      const path = Buffer.concat([Buffer.from(folder), Buffer.from("/"), Buffer.from(name)]);
      const stats = lstatSync(path);
      if (stats.isDirectory()) return everythingIn(path);
      return [`${stats.isFile() ? "file" : "other"} ${path.toString("latin1")} ${stats.mtimeMs} ${stats.size}`];
    })
    .sort();
}
