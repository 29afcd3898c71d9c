/** @file Medical files as the engine indexes them: slices in order, no copies within a series, left and right apart, and nothing of the patient in what is kept. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createEngine, type Engine } from "#engine/engine.ts";
import { selectImages } from "#engine/views/select/select-images.ts";
import type { ImageId } from "#protocol/model.ts";
import { indexNow } from "../../helpers/in-process.ts";
import { makeSeriesFolder, sliceCount } from "../../helpers/series-folder.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

describe("series of slices", () => {
  const home = temporaryFolderFor(beforeAll, "series");
  let engine: Engine;
  beforeAll(async () => {
    const folder = join(home(), "scans");
    makeSeriesFolder(folder);
    engine = await createEngine({ dataFolder: join(home(), "data"), cores: 2 });
    await engine.openForFolder(folder, null);
    await indexNow(engine, [folder]);
  }, 120_000);
  afterAll(() => engine.close());

  const columns = () => engine.requireCollection().catalogue().columns;
  const names = (): string[] => columns().names.split("\n");
  const idOf = (name: string): ImageId => columns().ids[names().indexOf(name)] as ImageId;
  /** Names of the files of each group that are copies of each other. */
  const copies = async (): Promise<string[][]> => {
    const { groups } = await engine.handlers["duplicates.groups"]({ offset: 0, limit: 100, least: "same-picture" }, engine.context);
    return groups.map(({ members }) => members.map(({ path }) => path.split("/").at(-1) as string).sort());
  };

  test("lie along their normal whatever their names and numbers, another stack behind them; X-rays of a series are pictures of their own", () => {
    const { series, slices } = columns();
    const bySlice = names()
      .map((name, at) => ({ name, series: series[at] as number, slice: slices[at] as number }))
      .filter((one) => one.series >= 0)
      .sort((one, other) => one.slice - other.slice)
      .map(({ name }) => name);
    expect(bySlice).toEqual([...Array.from({ length: sliceCount }, (_, place) => `slice-${sliceCount - place}.dcm`), "localizer.dcm"]);
    expect(new Set(names().flatMap((name, at) => (name.startsWith("xray") ? [series[at]] : [])))).toEqual(new Set([-1]));
  });

  test("are copies of each other only where every pixel agrees", async () => {
    expect(engine.requireCollection().store.sqlite.prepare("SELECT COUNT(*) FROM pairs WHERE relation <> 'none'").pluck().get()).toBeGreaterThan(1); // prettier-ignore
    expect(await copies()).toContainEqual(["slice-4.dcm", "slice-5.dcm"]);
    const { groups } = await engine.handlers["duplicates.groups"]({ offset: 0, limit: 100 }, engine.context);
    expect(groups.filter(({ members }) => members.some(({ path }) => path.includes("slice")))).toHaveLength(1);
  });

  test("a mirrored picture is another one, unless a person says that these are no medical pictures", async () => {
    expect(engine.requireCollection().summary().kind).toEqual({ chosen: "auto", now: "medical" });
    expect(await copies()).not.toContainEqual(["xray-1.dcm", "xray-2.dcm"]);
    const told = await engine.handlers["collection.setKind"]({ kind: "ordinary" }, engine.context);
    expect(told.kind).toEqual({ chosen: "ordinary", now: "ordinary" });
    expect(await copies()).toContainEqual(["xray-1.dcm", "xray-2.dcm"]);
    await engine.handlers["collection.setKind"]({ kind: "medical" }, engine.context);
    expect(await copies()).not.toContainEqual(["xray-1.dcm", "xray-2.dcm"]);
    expect((await engine.handlers["collection.setKind"]({ kind: "auto" }, engine.context)).kind.now).toBe("medical");
  });

  test("are found by modality, body part, day of the study and number of slices", () => {
    const select = (query: string): number => selectImages(engine.requireCollection(), query, null).length;
    expect(select("modality:ct")).toBe(sliceCount + 1);
    expect(select("-modality:ct body-part:hand")).toBe(2);
    expect(select("date:2019-04-12")).toBe(sliceCount + 3);
    expect(select(`frames:${sliceCount + 1}`)).toBe(sliceCount + 1);
  });

  test("who the patient is is told when asked, and is in no file that is kept or written", async () => {
    const { facts } = await engine.handlers["images.details"]({ id: idOf("slice-1.dcm") }, engine.context);
    expect(facts).toContainEqual({ label: "Body part", text: "CHEST" });
    expect(facts).toContainEqual({ label: "Slice", text: "number 92, at 20 mm" });
    const { patient } = await engine.handlers["images.patient"]({ id: idOf("slice-1.dcm") }, engine.context);
    expect(patient).toEqual({ name: "Doe, Jane", id: "PAT-0815", birthDate: "1957-03-02", sex: null });
    const out = join(home(), "out");
    await engine.handlers["export.data"]({ format: "csv", out: `${out}.csv` }, engine.context);
    await engine.handlers["export.data"]({ format: "coco", out: `${out}.json` }, engine.context);
    await engine.handlers["export.report"]({ out: `${out}.html` }, engine.context);
    const found = await engine.handlers["images.find"]({ text: "doe", limit: 10 }, engine.context);
    expect(found.total).toBe(0);
    engine.requireCollection().store.sqlite.pragma("wal_checkpoint(TRUNCATE)");
    const kept = (readdirSync(home(), { recursive: true }) as string[]).filter(
      (name) => !name.startsWith("scans") && statSync(join(home(), name)).isFile(),
    );
    expect(kept.length).toBeGreaterThan(5);
    for (const name of kept) {
      const text = readFileSync(join(home(), name), "latin1");
      for (const secret of ["Doe^Jane", "Doe, Jane", "PAT-0815", "19570302", "1957-03-02"])
        expect(text.includes(secret), `${secret} in ${name}`).toBe(false);
    }
  });
});
