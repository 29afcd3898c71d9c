/**
 * @file Photos for benchmarks: crops of real ones from free packages, at a given size, made once and kept in the fixtures folder.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import sharp from "sharp";

import { createRandom } from "#engine/base/random.ts";
import { fixturesFolder, listPhotos } from "../fixtures/packages.ts";

export interface PhotoSet {
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly quality: number;
}

/** A folder of `count` different JPEGs; null when the packages cannot be fetched. */
export async function photoFolder({ count, width, height, quality }: PhotoSet): Promise<string | null> {
  const folder = join(fixturesFolder(), `photos-${count}-${width}x${height}-q${quality}`);
  if (existsSync(folder)) return folder;
  const photos = await listPhotos();
  if (!photos) return null;
  const large: { path: string; width: number; height: number }[] = [];
  for (const path of photos) {
    const facts = await sharp(path)
      .metadata()
      .catch(() => null);
    // Drawings on a transparent ground and calibration sheets are no photos.
    if (facts && facts.width >= 600 && facts.height >= 400 && !facts.hasAlpha)
      large.push({ path, width: facts.width, height: facts.height });
  }
  const random = createRandom(11);
  const temporary = `${folder}.part`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  for (let index = 0, attempt = 0; index < count; attempt++) {
    const photo = large[attempt % large.length] as (typeof large)[number];
    // A part of the photo with the aspect asked for, between a third and all of it.
    const scale = Math.min(photo.width / width, photo.height / height) * (0.35 + 0.65 * random.unit());
    const cropWidth = Math.max(1, Math.floor(width * scale));
    const cropHeight = Math.max(1, Math.floor(height * scale));
    const crop = await sharp(photo.path)
      .extract({
        left: random.below(photo.width - cropWidth + 1),
        top: random.below(photo.height - cropHeight + 1),
        width: cropWidth,
        height: cropHeight,
      })
      .flatten({ background: "#fff" })
      .resize(width, height)
      .toColourspace("srgb")
      .jpeg({ quality })
      .toBuffer();
    // An empty piece of sky is a JPEG of a few kilobytes, which no camera writes.
    if (crop.length < (width * height) / 40) continue;
    writeFileSync(join(temporary, `IMG_${String(index++).padStart(4, "0")}.jpg`), crop);
  }
  renameSync(temporary, folder);
  return folder;
}
