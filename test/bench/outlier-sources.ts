/**
 * @file Pictures for the outlier benchmark by where they come from: equal origins look alike, different ones are foreign to each other. Out of Debian packages.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import sharp from "sharp";

import { fetchDebianPackage, fixturesFolder, listPhotos, listPictures, loadDigits, loadFashion, type PictureTable } from "../fixtures/packages.ts"; // prettier-ignore
import { brainSlices, pictures, type LabelledPicture, type Located } from "./verdict/sources.ts";

export const origins = ["clothes", "digits", "clip art", "photos", "deep sky", "sprites", "brain slices", "cut-outs", "surfaces"] as const;
export type Origin = (typeof origins)[number];

export type Load = () => Promise<Buffer>;

export interface OutlierSources {
  readonly pools: Readonly<Record<Origin, readonly Load[]>>;
  /** Pictures that are of no origin: for collections only. */
  readonly icons: readonly Load[];
  readonly constellations: readonly Load[];
  /** Of an origin whose pictures have classes or folders: those whose class begins so. */
  readonly among: (origin: "clothes" | "digits" | "clip art" | "sprites" | "brain slices", ...starts: string[]) => readonly Load[];
}

/** Null where the packages cannot be had. */
export async function loadOutlierSources(): Promise<OutlierSources | null> {
  const [clothes, digits, photos] = [await loadFashion("train"), await loadDigits(), await listPhotos()];
  const clipArt = await pictures("openclipart-png", "usr/share/openclipart/png");
  const sprites = await pictures("wesnoth-1.16-data", "usr/share/games/wesnoth/1.16/data/core/images");
  const cutOuts = await pictures("tuxpaint-stamps-default", "usr/share/tuxpaint/stamps");
  const icons = await pictures("mate-icon-theme", "usr/share/icons/mate/48x48");
  const constellations = await pictures("stellarium-data", "usr/share/stellarium/skycultures");
  const slices = await brainSlices(1);
  const surfaces = await unpackedSurfaces();
  if (
    !clothes ||
    !digits ||
    !photos ||
    [clipArt, sprites, cutOuts, icons, constellations, slices, surfaces].some(({ length }) => length === 0)
  )
    return null;
  const labelled = {
    clothes: fromTable(clothes),
    digits: fromTable(digits),
    "clip art": clipArt.map(fromLocated),
    sprites: sprites.map(fromLocated),
    "brain slices": slices,
  };
  const loadsOf = (found: readonly LabelledPicture[]): Load[] => found.map(({ load }) => load);
  return {
    pools: {
      clothes: loadsOf(labelled.clothes),
      digits: loadsOf(labelled.digits),
      "clip art": loadsOf(labelled["clip art"]),
      photos: photos.filter((path) => !path.includes("stellarium")).map(fromFile),
      "deep sky": photos.filter((path) => path.includes("stellarium")).map(fromFile),
      sprites: loadsOf(labelled.sprites),
      "brain slices": loadsOf(slices),
      "cut-outs": cutOuts.map(({ path }) => fromFile(path)),
      surfaces: surfaces.map(fromFile),
    },
    icons: icons.map(({ path }) => fromFile(path)),
    constellations: constellations.map(({ path }) => fromFile(path)),
    among: (origin, ...starts) => loadsOf(labelled[origin].filter(({ label }) => starts.some((start) => label.startsWith(start)))),
  };
}

/** Textures of floors, walls and metal, which lie in an archive of their own. */
async function unpackedSurfaces(): Promise<string[]> {
  const unpacked = await fetchDebianPackage("nexuiz-textures");
  if (!unpacked) return [];
  const folder = join(fixturesFolder(), "nexuiz-surfaces");
  if (!existsSync(folder)) {
    const archive = join(unpacked, "usr/share/games/nexuiz/data/textures.pk3");
    await promisify(execFile)("unzip", ["-q", archive, "-d", folder]).catch(() => null);
  }
  // Normal, gloss and glow maps are no pictures of a surface.
  return existsSync(folder) ? (await listPictures(folder)).filter((path) => !/_(norm|gloss|glow|bump|local)\.\w+$/.test(path)) : [];
}

function fromLocated({ path, inside }: Located): LabelledPicture {
  return { load: fromFile(path), label: inside };
}

function fromFile(path: string): Load {
  return () => readFile(path);
}

function fromTable({ count, width, height, values, labels }: PictureTable): LabelledPicture[] {
  return Array.from({ length: count }, (_, index) => ({
    label: String(labels[index]),
    load: () =>
      sharp(values.subarray(index * width * height, (index + 1) * width * height), { raw: { width, height, channels: 1 } })
        .png()
        .toBuffer(),
  }));
}
