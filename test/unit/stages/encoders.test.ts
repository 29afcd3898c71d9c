/** @file One collection, several encoders: applied, reverted, judged, removed, with the rows of each kept apart. */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import sharp from "sharp";
import { expect, test } from "vitest";

import { defaultEncoderId } from "#engine/encoders/registry.ts";
import type { Engine } from "#engine/engine.ts";
import type { EvaluationReport, JobId } from "#protocol/model.ts";
import type { JobSnapshot } from "#protocol/progress.ts";
import { drawCollection } from "../../fixtures/collection.ts";
import { indexNow, pathsOf, testEngine, whenJob } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { averaged, convolved, linear, saved, smallEncoder } from "../encoders/small-encoders.ts";

interface Bench {
  readonly engine: Engine;
  readonly home: string;
  readonly pictures: string;
  /** Id of an encoder that was imported. */
  readonly other: string;
}

async function begin(): Promise<Bench> {
  const home = temporaryFolder();
  const pictures = join(home, "pictures");
  mkdirSync(pictures);
  await drawCollection(pictures, { kinds: 2, perKind: 5 });
  const engine = await testEngine(join(home, "data"));
  await engine.open(join(home, "workspace"), "write");
  await indexNow(engine, [pictures]);
  const model = smallEncoder({
    size: 32,
    tail: (builder, image) => [linear(builder, averaged(builder, convolved(builder, image)), 10)],
  });
  const { encoder } = await engine.encoders.import({ file: saved(model, home), name: "Small" });
  return { engine, home, pictures, other: encoder.id };
}

function finished(engine: Engine, id: JobId): Promise<JobSnapshot> {
  return engine.jobs?.finished(id) as Promise<JobSnapshot>;
}

/** Rows per encoder id in each table. */
function rows(engine: Engine): Record<string, Record<string, number>> {
  const { sqlite } = engine.requireCollection().store;
  const count = (table: string): Record<string, number> =>
    Object.fromEntries(
      (
        sqlite
          .prepare(
            `SELECT e.id AS id, COUNT(*) AS count FROM ${table} t JOIN encoders e ON e.key = t.encoder_key GROUP BY e.id ORDER BY e.id`,
          )
          .all() as { id: string; count: number }[]
      ).map(({ id, count }) => [id, count]),
    );
  return Object.fromEntries(["embeddings", "graphs", "maps", "outliers"].map((table) => [table, count(table)]));
}

test("apply switches when everything is there; revert goes back at once, one step; no row is lost", async () => {
  const { engine, other } = await begin();
  const collection = engine.requireCollection();
  const before = rows(engine);
  const images = before["embeddings"]?.[defaultEncoderId] as number;
  expect(images).toBeGreaterThan(9);
  const map = collection.map();
  const id = engine.encoders.apply(other, "cpu");
  const half = await whenJob(engine, id, (job) => job.stage === "map");
  expect([half.title, collection.summary().encoder.id]).toEqual([`Apply ${other}`, defaultEncoderId]);
  expect((await finished(engine, id)).error).toBeNull();
  expect(collection.summary().encoder).toMatchObject({ id: other, source: "imported", dimensions: 32 });
  expect(collection.vectors()?.table.dimensions).toBe(32);
  const after = rows(engine);
  for (const table of Object.keys(before)) expect(after[table]).toMatchObject(before[table] as object);
  expect(after["embeddings"]).toEqual({ [defaultEncoderId]: images, [other]: images });
  expect(after["maps"]).toEqual({ [defaultEncoderId]: 1, [other]: 1 });
  // A query by a picture from outside is asked of the encoder in use.
  const [path] = pathsOf(engine) as [string];
  const bytes = new Uint8Array(readFileSync(path));
  const ask = async (): Promise<number> =>
    (await engine.handlers["images.similarToFile"]({ bytes, name: "", count: 1 }, engine.context)).results[0]?.similarity ?? 0;
  expect(await ask()).toBeGreaterThan(0.999);

  expect(engine.encoders.revert()).toMatchObject({ encoder: { id: defaultEncoderId }, unseen: 0 });
  expect(collection.map()?.coordinates).toEqual(map?.coordinates);
  expect(await ask()).toBeGreaterThan(0.999);
  expect(rows(engine)).toEqual(after);
  expect(() => engine.encoders.revert()).toThrow(/no encoder to go back to/);
});

test("a cancelled apply leaves the encoder that was; images that came since are counted when going back", async () => {
  const { engine, pictures, other } = await begin();
  const collection = engine.requireCollection();
  const id = engine.encoders.apply(other, "cpu");
  await whenJob(engine, id, (job) => job.stage === "embed");
  engine.jobs?.cancel(id);
  expect((await finished(engine, id)).state).toBe("cancelled");
  expect(collection.summary().encoder.id).toBe(defaultEncoderId);
  engine.jobs?.resume(id);
  expect((await finished(engine, id)).state).toBe("done");
  expect(collection.summary().encoder.id).toBe(other);
  await sharp(join(pictures, "again.png")).negate().toFile(join(pictures, "new.png"));
  copyFileSync(join(pictures, "new.png"), join(pictures, "new-too.png"));
  await indexNow(engine, [pictures]);
  expect(engine.encoders.revert()).toMatchObject({ encoder: { id: defaultEncoderId }, unseen: 2 });
});

test("an encoder that a collection uses, or would go back to, is not removed", async () => {
  const { engine, other } = await begin();
  await finished(engine, engine.encoders.apply(other, "cpu"));
  expect(() => engine.encoders.remove(other)).toThrow(/is used by workspace|is used by pictures/);
  await engine.closeCollection();
  expect(() => engine.encoders.remove(other)).toThrow(/is used by/);
  const [{ workspace } = { workspace: "" }] = engine.recent.list();
  await engine.open(workspace, "write");
  engine.encoders.revert();
  engine.encoders.remove(other);
  expect(engine.encoders.list().map(({ id }) => id)).toEqual([defaultEncoderId]);
});

test("judging embeds the labelled images, and nothing else changes", async () => {
  const { engine, home, other } = await begin();
  const collection = engine.requireCollection();
  const labels = join(home, "labels.csv");
  const named = pathsOf(engine).filter((path) => /kind-\d/.test(path));
  writeFileSync(labels, `path,label\n${named.map((path) => `${path},${/kind-\d/.exec(path)?.[0] ?? ""}\n`).join("")}none.jpg,kind-0\n`);
  const files = (): unknown => collection.store.sqlite.prepare("SELECT * FROM files").all();
  const before = { files: files(), maps: rows(engine)["maps"] };
  const { report, error } = await finished(engine, engine.encoders.evaluate({ encoder: other, labels, device: "cpu" }));
  expect(error).toBeNull();
  const evaluation = report as EvaluationReport;
  expect(evaluation).toMatchObject({ encoder: other, images: 10, classes: 2, unknown: ["none.jpg"] });
  expect(Object.keys(evaluation.knn)).toEqual(["5", "20"]);
  for (const share of [evaluation.knn["5"]?.accuracy, evaluation.knn["20"]?.macroF1, evaluation.ridge.accuracy]) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
  expect({ files: files(), maps: rows(engine)["maps"] }).toEqual(before);
  expect(rows(engine)["embeddings"]?.[other]).toBe(10);
  expect(collection.summary().encoder.id).toBe(defaultEncoderId);
  // Kinds are drawn so differently that the bundled encoder tells them all.
  const bundled = await finished(engine, engine.encoders.evaluate({ encoder: defaultEncoderId, labels, device: "cpu" }));
  expect((bundled.report as EvaluationReport).knn["5"]).toEqual({ accuracy: 1, macroF1: 1 });
  rmSync(join(home, "pictures", "kind-0", "picture-0.jpg"));
  const fresh = (
    await engine.encoders.import({
      file: saved(smallEncoder({ size: 16, tail: (builder, image) => [averaged(builder, convolved(builder, image))] }), home, "b.onnx"),
    })
  ).encoder.id;
  const lacking = (await finished(engine, engine.encoders.evaluate({ encoder: fresh, labels, device: "cpu" }))).report as EvaluationReport;
  // Its content is still there in a copy.
  expect(lacking.images).toBe(10);
  rmSync(join(home, "pictures", "kind-0", "picture-1.jpg"));
  const again = (
    await engine.encoders.import({
      file: saved(smallEncoder({ size: 24, tail: (builder, image) => [averaged(builder, convolved(builder, image))] }), home, "c.onnx"),
    })
  ).encoder.id;
  const last = (await finished(engine, engine.encoders.evaluate({ encoder: again, labels, device: "cpu" }))).report as EvaluationReport;
  expect([last.images, last.unknown]).toEqual([9, ["none.jpg", join(home, "pictures", "kind-0", "picture-1.jpg")]]);
});
