/**
 * @file The map as a PNG file.
 */
import { writeFile } from "node:fs/promises";

import sharp from "sharp";

import { UserError } from "../base/errors.ts";
import type { Collection } from "../collection.ts";
import { drawMap } from "../map/draw.ts";
import { intoPlace } from "./whole-file.ts";

const width = 1600;
const height = 1200;

export async function drawMapFile(collection: Collection, file: string): Promise<void> {
  const map = collection.map();
  if (!map) throw new UserError("no-map", "There is no map yet: run `likeness index FOLDER` first.");
  const pixels = drawMap(map.coordinates, map.clusters, { width, height, dark: false });
  const png = await sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  await intoPlace(file, (temporary) => writeFile(temporary, png));
}
