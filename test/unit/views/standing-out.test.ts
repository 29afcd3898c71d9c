/** @file A thing that only one picture of a folder has is where that picture stands out; the ordinary ones it was held against do not have it. */
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import type { ImageId } from "#protocol/model.ts";

import { indexNow, testEngine } from "../../helpers/in-process.ts";
import { drawRingPictures, ringPlaces, ringSize } from "../../helpers/ring-pictures.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const data = temporaryFolderFor(beforeAll, "data");
const pictures = temporaryFolderFor(beforeAll, "pictures");

beforeAll(async () => {
  await drawRingPictures(pictures(), 40);
  // The second picture alone keeps its ring, and has a copy, which explains nothing.
  for (const at of [0, 2, 3, 4]) rmSync(join(pictures(), `0${at}.png`));
  copyFileSync(join(pictures(), "01.png"), join(pictures(), "copy.png"));
});

test("the part is found", { timeout: 120_000 }, async () => {
  const engine = await testEngine(data());
  await engine.openForFolder(pictures(), join(data(), "collection"));
  await indexNow(engine, [pictures()]);
  const { ids } = engine.requireCollection().catalogue().columns;
  const { side, strengths, box, share, compared } = await engine.handlers["outliers.part"]({ id: ids[0] as ImageId }, engine.context);
  expect(strengths).toHaveLength(side * side);
  expect(compared).toHaveLength(8);
  expect(compared).not.toContain(ids[0]);
  expect(compared).not.toContain(ids[ids.length - 1]);
  const [left, top] = ringPlaces[1] as readonly [number, number];
  const [x, y, width, height] = box as NonNullable<typeof box>;
  expect(Math.abs(x + width / 2 - left - ringSize / 2)).toBeLessThan(0.15);
  expect(Math.abs(y + height / 2 - top - ringSize / 2)).toBeLessThan(0.15);
  expect(share).toBeLessThan(0.4);
  await expect(engine.handlers["outliers.part"]({ id: 999 as ImageId }, engine.context)).rejects.toThrow(/no image 999/);
});
