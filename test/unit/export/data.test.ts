import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readCsv } from "#engine/base/csv.ts";
import { withoutGuard } from "#engine/base/csv-text.ts";
import { CancellationError } from "#engine/base/errors.ts";
import { showPath } from "#engine/base/path-bytes.ts";
import { exportData } from "#engine/export/data/export-data.ts";
import { columnNames } from "#engine/export/data/image-table.ts";
import type { ImageId } from "#protocol/model.ts";
import { indexedCollection, type IndexedCollection } from "../../helpers/indexed-collection.ts";
import { pythonWithModules } from "../../helpers/python.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const python = pythonWithModules(["numpy"]);
const pythonTables = pythonWithModules(["numpy", "pyarrow"]);

describe("a collection as data", () => {
  const home = temporaryFolderFor(beforeAll, "export");
  let made: IndexedCollection;
  const out = (name: string): string => join(home(), "out", name);
  beforeAll(async () => {
    made = await indexedCollection(home());
    mkdirSync(join(home(), "out"));
  }, 120_000);
  afterAll(() => made.engine.close());

  const labelOf = (content: number): string | null => (content % 3 === 0 ? null : content % 3 === 1 ? "cat" : "=dog, small");
  const withLabels = (request: { format: "csv" | "coco"; out: string; select?: string }): ReturnType<typeof exportData> =>
    exportData(made.engine.requireCollection(), {
      select: "",
      by: undefined,
      placement: "copy",
      dryRun: false,
      labelOf,
      nowMs: 0,
      ...request,
    });

  async function expectedRows(): Promise<Map<string, Record<string, unknown>>> {
    const { handlers, context } = made.engine;
    const { columns, contentIds } = made.engine.requireCollection().catalogue();
    const map = await handlers["map.columns"]({}, context);
    const { entries } = await handlers["outliers.list"]({ offset: 0, limit: 1000 }, context);
    const rows = new Map<string, Record<string, unknown>>();
    for (const [position, id] of columns.ids.entries()) {
      const details = await handlers["images.details"]({ id: id as ImageId }, context);
      const group = details.groups[0];
      const { groups } = await handlers["duplicates.ofImage"]({ id: id as ImageId }, context);
      rows.set(details.path, {
        folder: details.folder,
        name: details.name,
        width: details.width,
        height: details.height,
        bytes: details.sizeBytes,
        format: details.format,
        cluster: details.cluster,
        map_x: map.coordinates[2 * position],
        outlier_rank: 1 + entries.findIndex((entry) => (entry.id as number) === id),
        outlier_percentile: details.outlier?.percentile,
        issues:
          details.issues
            .map(({ kind }) => kind)
            .sort()
            .join(" ") || null,
        duplicate_relation: group?.relation ?? null,
        duplicate_keep: groups[0]?.members.find((member) => (member.id as number) === id)?.keep ?? null,
        label: labelOf(contentIds[position] as number),
      });
    }
    return rows;
  }

  test("CSV has a row an image and says what the views say", async () => {
    expect(await withLabels({ format: "csv", out: out("a.csv") })).toEqual({
      files: [out("a.csv")],
      images: made.count,
      leftOut: 0,
      dryRun: false,
    });
    const text = readFileSync(out("a.csv"), "utf8");
    const [header, ...rows] = readCsv(text) as [string[], ...string[][]];
    expect(header).toEqual(columnNames);
    const expected = await expectedRows();
    expect(rows).toHaveLength(made.count);
    for (const row of rows) {
      const cells = Object.fromEntries(header.map((name, index) => [name, withoutGuard(row[index] as string)]));
      const known = expected.get(cells["path"] as string);
      expect(known, cells["path"]).toBeDefined();
      for (const [name, value] of Object.entries(known as Record<string, unknown>)) {
        if (typeof value === "number") expect(Number(cells[name]), name).toBeCloseTo(value, 4);
        else expect(cells[name], name).toBe(value === null ? "" : String(value));
      }
    }
    // A formula stays text: behind the quote that the comma asks for comes an apostrophe.
    expect(text).toContain(`"'=HYPERLINK(""evil""),x.jpg"`);
    expect(text).toContain(`"'=dog, small"`);
    expect(text).not.toMatch(/(^|,|")[=@]/m);
  });

  test("Parquet has the same, with types, read by another library", async () => {
    await made.engine.exports.data({ format: "parquet", out: out("a.parquet") });
    const file = await asyncBufferFromFile(out("a.parquet"));
    const rows = await parquetReadObjects({ file });
    expect(rows).toHaveLength(made.count);
    const expected = await expectedRows();
    for (const row of rows) {
      const known = expected.get(row["path"] as string) as Record<string, unknown>;
      expect(known).toBeDefined();
      expect(row["modified_at"]).toBeInstanceOf(Date);
      expect([row["width"], row["bytes"], row["cluster"]]).toEqual(
        [known["width"], known["bytes"], known["cluster"]].map((each) => BigInt(each as number)),
      );
      expect([row["name"], row["duplicate_keep"], row["label"] ?? null]).toEqual([known["name"], known["duplicate_keep"], null]);
      expect(row["map_x"]).toBeCloseTo(known["map_x"] as number, 4);
    }
    const { key_value_metadata: about } = await parquetMetadataAsync(file);
    expect(about).toContainEqual({ key: "encoder", value: "efficientnet-lite0-160" });
  });

  test("a selection without images is an empty table that has its columns", async () => {
    await made.engine.exports.data({ format: "parquet", out: out("none.parquet"), select: "thereisnosuchword" });
    const file = await asyncBufferFromFile(out("none.parquet"));
    const { num_rows: rows, schema } = await parquetMetadataAsync(file);
    expect([rows, schema.slice(1).map(({ name }) => name)]).toEqual([0n, columnNames]);
    const csv = await made.engine.exports.data({ format: "csv", out: out("none.csv"), select: "thereisnosuchword" });
    expect([csv.images, readCsv(readFileSync(out("none.csv"), "utf8"))]).toEqual([0, [columnNames]]);
  });

  test("npy holds the vectors of a selection, in the order of its paths", async () => {
    const written = await made.engine.exports.data({ format: "npy", out: out("a.npy"), select: "folder:hostile" });
    expect(written).toEqual({ files: [out("a.npy"), out("a.npy.paths.txt")], images: 8, leftOut: 0, dryRun: false });
    const paths = readFileSync(out("a.npy.paths.txt"), "utf8").split("\n").slice(0, -1);
    expect(paths).toHaveLength(8);
    expect(paths.filter((path) => path.endsWith("line\\x0Abreak.jpg"))).toHaveLength(1);
    const bytes = readFileSync(out("a.npy"));
    const header = 10 + bytes.readUInt16LE(8);
    expect(header % 64).toBe(0);
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + header, bytes.byteOffset + bytes.length));
    const vectors = made.engine.requireCollection().vectors();
    const { contentIds, paths: all } = made.engine.requireCollection().catalogue();
    paths.forEach((path, index) => {
      const position = all.findIndex((each) => showPath(each).replaceAll("\n", "\\x0A") === path);
      const row = vectors?.contentIds.indexOf(contentIds[position] as number) as number;
      expect(values.slice(384 * index, 384 * (index + 1))).toEqual(vectors?.table.values.slice(384 * row, 384 * (row + 1)));
    });
  });

  test("embeddings as Parquet: a row an image, path and vector", async () => {
    const written = await made.engine.exports.embeddings(out("v.parquet"));
    expect(written).toEqual({ images: made.count, dimensions: 384, files: [out("v.parquet")] });
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(out("v.parquet")) });
    expect(rows).toHaveLength(made.count);
    const { contentIds, paths } = made.engine.requireCollection().catalogue();
    const vectors = made.engine.requireCollection().vectors();
    rows.forEach((row, position) => {
      expect(row["path"]).toBe(showPath(paths[position] as Buffer));
      const at = vectors?.contentIds.indexOf(contentIds[position] as number) as number;
      expect(Float32Array.from(row["vector"] as number[])).toEqual(vectors?.table.values.slice(384 * at, 384 * (at + 1)));
    });
  });

  test.skipIf(python === null)("NumPy reads the vectors", async () => {
    await made.engine.exports.embeddings(out("p.npy"));
    const script = "import numpy, sys; a = numpy.load(sys.argv[1]); print(a.shape, a.dtype, abs((a * a).sum(1) - 1).max() < 1e-5)";
    const ran = spawnSync(python as string, ["-c", script, out("p.npy")], { encoding: "utf8" });
    expect(ran.stdout.trim()).toBe(`(${made.count}, 384) float32 True`);
  });

  test.skipIf(pythonTables === null)("pyarrow reads both tables, with the same vectors", async () => {
    await made.engine.exports.embeddings(out("q.npy"));
    await made.engine.exports.embeddings(out("q.parquet"));
    await made.engine.exports.data({ format: "parquet", out: out("t.parquet") });
    const script = `
import numpy, sys, pyarrow.parquet as pq
vectors, table = pq.read_table(sys.argv[2]), pq.read_table(sys.argv[3])
same = numpy.array_equal(numpy.load(sys.argv[1]), numpy.array(vectors["vector"].to_pylist(), dtype="float32"))
print(same, vectors["path"].to_pylist() == table["path"].to_pylist(), table.schema.field("modified_at").type, table.schema.field("bytes").type)`;
    const ran = spawnSync(pythonTables as string, ["-c", script, out("q.npy"), out("q.parquet"), out("t.parquet")], { encoding: "utf8" });
    expect(ran.stdout.trim(), ran.stderr).toBe("True True timestamp[ms, tz=UTC] int64");
  });

  interface Coco {
    info: { folder: string; categories_are: string };
    images: { id: number; file_name: string; width: number; height: number }[];
    categories: { id: number; name: string; supercategory: string }[];
    annotations: Record<string, number>[];
  }

  test("COCO has image-level labels: images, categories, and annotations of three fields", async () => {
    await withLabels({ format: "coco", out: out("a.json") });
    const coco = JSON.parse(readFileSync(out("a.json"), "utf8")) as Coco;
    expect(coco.info).toMatchObject({ folder: made.folder, categories_are: "label" });
    expect(coco.images).toHaveLength(made.count);
    expect(coco.categories).toEqual([
      { id: 1, name: "=dog, small", supercategory: "label" },
      { id: 2, name: "cat", supercategory: "label" },
    ]);
    const { columns, contentIds, paths } = made.engine.requireCollection().catalogue();
    const names = new Map(coco.categories.map(({ id, name }) => [id, name]));
    const labelled = new Map(coco.annotations.map(({ image_id: image, category_id: category }) => [image, names.get(category as number)]));
    expect(new Set(coco.annotations.map(({ id }) => id)).size).toBe(labelled.size);
    for (const annotation of coco.annotations) expect(Object.keys(annotation)).toEqual(["id", "image_id", "category_id"]);
    for (const { id, file_name: name, width } of coco.images) {
      const position = columns.ids.indexOf(id);
      expect(`${made.folder}/${name}`).toBe(showPath(paths[position] as Buffer));
      expect(width).toBe(columns.widths[position]);
      expect(labelled.get(id) ?? null).toBe(labelOf(contentIds[position] as number));
    }
  });

  test("without labels COCO has the clusters as categories", async () => {
    await made.engine.exports.data({ format: "coco", out: out("b.json") });
    const coco = JSON.parse(readFileSync(out("b.json"), "utf8")) as Coco;
    expect(coco.info.categories_are).toBe("cluster");
    const { clusters } = made.engine.requireCollection().catalogue().columns;
    expect(coco.annotations).toHaveLength(clusters.filter((label) => label >= 0).length);
  });

  test("nothing is written into a folder of images, also not through a link", async () => {
    symlinkSync(made.folder, out("link"));
    const before = readdirSync(made.folder);
    for (const inside of [join(made.folder, "a.csv"), join(out("link"), "a.csv")]) {
      await expect(made.engine.exports.data({ format: "csv", out: inside })).rejects.toThrow(/lies inside the image folder/);
      await expect(made.engine.exports.report({ out: inside })).rejects.toThrow(/lies inside the image folder/);
      await expect(made.engine.exports.embeddings(inside)).rejects.toThrow(/lies inside the image folder/);
      await expect(made.engine.exports.map(inside)).rejects.toThrow(/lies inside the image folder/);
    }
    expect(readdirSync(made.folder)).toEqual(before);
  });

  test("a file that cannot be written leaves nothing behind, and what stood there stays", async () => {
    await expect(made.engine.exports.data({ format: "csv", out: out("no/such/folder/a.csv") })).rejects.toThrow(/cannot be written/);
    mkdirSync(out("taken.csv"));
    await expect(made.engine.exports.data({ format: "csv", out: out("taken.csv") })).rejects.toThrow(/cannot be written/);
    await expect(made.engine.exports.data({ format: "parquet", out: out("taken.csv") })).rejects.toThrow(/cannot be written/);
    writeFileSync(out("old.parquet"), "old");
    const stop = new AbortController();
    stop.abort();
    await expect(made.engine.exports.data({ format: "parquet", out: out("old.parquet") }, stop.signal)).rejects.toThrow(CancellationError);
    await expect(made.engine.exports.data({ format: "csv", out: out("old.parquet") }, stop.signal)).rejects.toThrow(CancellationError);
    expect(readFileSync(out("old.parquet"), "utf8")).toBe("old");
    expect(readdirSync(join(home(), "out")).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  test("what a person has selected is named by its ids, and may be narrowed by words", async () => {
    const { ids, names } = made.engine.requireCollection().catalogue().columns;
    const images = ids.slice(3, 9);
    await made.engine.handlers["export.data"]({ format: "csv", out: out("ids.csv"), images }, made.engine.context);
    const namesOf = (file: string): string[] =>
      readCsv(readFileSync(out(file), "utf8"))
        .slice(1)
        .map((row) => withoutGuard(row[2] as string));
    expect(namesOf("ids.csv")).toEqual(names.split("\n").slice(3, 9));
    const narrowed = Int32Array.of(...images, 2 ** 30);
    const word = names.split("\n")[4] as string;
    await made.engine.handlers["export.data"](
      { format: "csv", out: out("ids.csv"), images: narrowed, select: `"${word.replaceAll('"', '""')}"` },
      made.engine.context,
    );
    expect(namesOf("ids.csv").every((each) => each.includes(word))).toBe(true);
    expect(namesOf("ids.csv")).toContain(word);
  });

  test("a dry run counts and writes nothing", async () => {
    for (const format of ["csv", "parquet", "npy", "coco"] as const) {
      const counted = await made.engine.exports.data({ format, out: out(`dry.${format}`), select: "folder:kind-1", dryRun: true });
      expect([counted.images, counted.dryRun]).toEqual([8, true]);
    }
    expect(readdirSync(join(home(), "out")).filter((name) => name.startsWith("dry"))).toEqual([]);
  });
});
