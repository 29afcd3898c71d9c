/** @file A thing drawn into pictures at different places is found there by a box around it in one of them. */
import { rmSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import type { ImageId } from "#protocol/model.ts";

import { indexNow, testEngine } from "../../helpers/in-process.ts";
import { drawRingPictures, ringPlaces, ringSize } from "../../helpers/ring-pictures.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");
const places = ringPlaces;
const size = ringSize;

beforeAll(() => drawRingPictures(pictures()));

test("it is found, with its place, before pictures without it", { timeout: 120_000 }, async () => {
  const engine = await testEngine(data());
  await engine.openForFolder(pictures(), join(data(), "collection"));
  await indexNow(engine, [pictures()]);
  const { ids } = engine.requireCollection().catalogue().columns;
  const [left, top] = places[0] as readonly [number, number];
  const ask = { id: ids[0] as ImageId, left, top, width: size, height: size, count: 20 };
  const { results } = await engine.handlers["images.searchRegion"](ask, engine.context);
  expect(results).toHaveLength(14);
  const order = results.map(({ id }) => ids.indexOf(id));
  expect(order).not.toContain(0);
  expect([...order.slice(0, 4)].sort((one, other) => one - other)).toEqual([1, 2, 3, 4]);
  for (const { id, box } of results.slice(0, 4)) {
    const [x, y] = places[ids.indexOf(id)] as readonly [number, number];
    // Cells are a tenth of the picture.
    expect(Math.abs(box[0] + box[2] / 2 - x - size / 2)).toBeLessThan(0.12);
    expect(Math.abs(box[1] + box[3] / 2 - y - size / 2)).toBeLessThan(0.12);
  }
  const few = await engine.handlers["images.searchRegion"]({ ...ask, count: 2, among: 5 }, engine.context);
  expect(few.results).toHaveLength(2);
  rmSync(join(pictures(), "03.png"));
  const without = await engine.handlers["images.searchRegion"](ask, engine.context);
  expect(
    without.results
      .map(({ id }) => ids.indexOf(id))
      .slice(0, 3)
      .sort((one, other) => one - other),
  ).toEqual([1, 2, 4]);
  expect(without.results).toHaveLength(13);
  await expect(engine.handlers["images.searchRegion"]({ ...ask, left: 0.9 }, engine.context)).rejects.toThrow(
    /The box is \[0\.9, 0\.05, 0\.3, 0\.3\]/,
  );
  await expect(engine.handlers["images.searchRegion"]({ ...ask, id: 999 as ImageId }, engine.context)).rejects.toThrow(/no image 999/);
});
