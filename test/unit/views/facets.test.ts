/** @file Keys that ask for facts, and facets with their counts, against plain looks at the stored rows. */
import { expect, test } from "vitest";

import { createEngine, type Engine } from "#engine/engine.ts";
import { listFacets } from "#engine/views/select/facets.ts";
import { selectImages } from "#engine/views/select/select-images.ts";
import type { FacetKey } from "#protocol/view-contract.ts";
import { makeCollection } from "../../bench/make-collection.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function madeUp(images: number, change = ""): Promise<Engine> {
  const home = temporaryFolder("facets");
  await makeCollection(`${home}/workspace`, images);
  const engine = await createEngine({ dataFolder: home });
  const { store } = await engine.open(`${home}/workspace`, "write");
  store.sqlite.exec(change);
  engine.requireCollection().invalidate();
  return engine;
}

// Every fifth content without a camera, every seventh a scan of a chest, every third square, every eleventh of ten frames.
const change = `
  UPDATE contents SET metadata = '{}' WHERE id % 5 = 0;
  UPDATE contents SET metadata = '{"dicom":{"modality":"CT","bodyPart":"CHEST"}}', format = 'dicom' WHERE id % 7 = 0;
  UPDATE contents SET width = 500, height = 508 WHERE id % 3 = 0;
  UPDATE contents SET frame_count = 10 WHERE id % 11 = 0;
`;

interface Row {
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly frame_count: number;
  readonly captured_at: number;
  readonly metadata: string;
}

test("each key that asks for facts means what a plain look at the rows says", async () => {
  const engine = await madeUp(600, change);
  const collection = engine.requireCollection();
  const { contentIds, columns } = collection.catalogue();
  const select = (query: string): number[] => [...selectImages(collection, query, null)];
  const rowOf = collection.store.sqlite.prepare("SELECT * FROM contents WHERE id = ?");
  const where = (test: (row: Row, position: number) => boolean): number[] =>
    [...contentIds.keys()].filter((at) => test(rowOf.get(contentIds[at]) as Row, at));
  const model = ({ metadata }: Row): string | undefined => (JSON.parse(metadata) as { cameraModel?: string }).cameraModel;
  const day = (time: number): string => {
    const date = new Date(time);
    return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  };
  const expected: [string, number[]][] = [
    ['camera:"make model 3"', where((row) => model(row) === "Model 3")],
    ["camera:*3,*4", where((row) => model(row) === "Model 3" || model(row) === "Model 4")],
    ["camera:*", where((row) => model(row) !== undefined)],
    ["-camera:*", where((row) => model(row) === undefined)],
    ["format:jpg,dicom", where(({ format }) => format === "jpeg" || format === "dicom")],
    ["orientation:square", where(({ width }) => width === 500)],
    ["orientation:portrait,landscape", where(({ width }) => width !== 500)],
    ["megapixels:12", where(({ width }) => width !== 500)],
    ["megapixels:0.2..1.5", where(({ width }) => width === 500)],
    ["width:..3999", where(({ width }) => width <= 3999)],
    ["height:508 width:500..500", where(({ height }) => height === 508)],
    ["frames:2..", where((row) => row.frame_count >= 2)],
    ["modality:ct body-part:*", where(({ format }) => format === "dicom")],
    ["-modality:*", where(({ format }) => format !== "dicom")],
    ["date:2018", where((row) => day(row.captured_at).startsWith("2018"))],
    ["date:2018-05..2019-02-03", where(({ captured_at: at }) => day(at) >= "2018-05-01" && day(at) <= "2019-02-03")],
    ["-date:2018-03..,..2017-07", where(({ captured_at: at }) => day(at) > "2017-07-31" && day(at) < "2018-03-01")],
    ["odd:99..", where((_, at) => (columns.percentiles[at] as number) >= 99)],
    ["in:/pictures/2003", where((_, at) => (columns.folders[columns.folderIndexes[at] as number] as string).startsWith("/pictures/2003/"))],
    ["in:/pictures/200", []],
  ];
  for (const [query, positions] of expected) {
    expect(select(query), query).toEqual(positions);
    if (query !== "in:/pictures/200") expect(positions.length, query).toBeGreaterThan(0);
  }
  await engine.close();
});

test("a facet counts what each of its values would leave of the other terms", async () => {
  const engine = await madeUp(600, change);
  const collection = engine.requireCollection();
  const labelOf = (content: number): string | null => (content % 2 === 0 ? "even" : null);
  const query = 'camera:"Make Model 3","Make Model 4" format:png date:2017..2020';
  const facets = new Map(listFacets(collection, query, labelOf).map((facet) => [facet.key, facet]));
  expect([...facets.keys()]).toEqual(["date", "camera", "orientation", "megapixels", "format", "in", "label", "modality", "body-part", "frames"]); // prettier-ignore
  const withoutOwn: Partial<Record<FacetKey, string>> = {
    camera: "format:png date:2017..2020",
    format: "camera:*3,*4 date:2017..2020",
    date: "camera:*3,*4 format:png",
  };
  for (const key of ["date", "camera", "orientation", "format", "in", "label", "modality"] as const)
    for (const { text, images } of facets.get(key)?.values ?? []) {
      const others = withoutOwn[key] ?? query;
      expect(selectImages(collection, `${key}:"${text}" ${others}`, labelOf), `${key} ${text}`).toHaveLength(images);
    }
  for (const key of ["date", "megapixels", "frames"] as const)
    expect(
      facets.get(key)?.range?.bins.reduce((sum, bin) => sum + bin),
      key,
    ).toBe(selectImages(collection, withoutOwn[key] ?? query, labelOf).length);
  expect(facets.get("camera")?.values.length).toBe(9);
  expect(facets.get("frames")?.range).toMatchObject({ least: 1, most: 10 });
  await engine.close();
});

test("what tells no two images apart is no facet", async () => {
  const engine = await madeUp(200, "UPDATE contents SET metadata = '{}', format = 'png', width = 40, height = 30");
  const keys = listFacets(engine.requireCollection(), "", null).map(({ key }) => key);
  expect(keys).toEqual(["date", "in"]);
  await engine.close();
});

test("of an empty collection nothing is offered", async () => {
  const engine = await madeUp(1, "DELETE FROM files");
  expect(listFacets(engine.requireCollection(), "", null)).toEqual([]);
  await engine.close();
});
