/**
 * @file Labelled folders of real pictures for the benchmark of the verdict, out of Debian packages. Only pixels reach the encoder: neither names nor folders can leak.
 * Labels are hidden from everything but the last column of the table.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import sharp from "sharp";

import { createRandom, shuffle } from "#engine/base/random.ts";

import { fetchDebianPackage, listPictures, loadDigits, loadFashion, type PictureTable } from "../../fixtures/packages.ts";

export interface LabelledPicture {
  readonly load: () => Promise<Buffer>;
  readonly label: string;
}

export interface Source {
  readonly name: string;
  readonly pictures: readonly LabelledPicture[];
}

const seed = 17;
/** Classes with fewer pictures say little about 20 neighbours. */
const leastOfClass = 20;

/** The folders that can be had here: the five of the table first, then more for the predictor. `limits`: only these, with so many pictures at most. `sliceStep`: each how many slices of a volume is taken. */
export async function loadSources(limits?: Readonly<Record<string, number>>, sliceStep = 2): Promise<Source[]> {
  const clothes = await loadFashion("test");
  const digits = await loadDigits();
  const clipArt = await pictures("openclipart-png", "usr/share/openclipart/png");
  const sprites = await pictures("wesnoth-1.16-data", "usr/share/games/wesnoth/1.16/data/core/images");
  const sky = await pictures("stellarium-data", "usr/share/stellarium/skycultures");
  const stamps = await pictures("tuxpaint-stamps-default", "usr/share/tuxpaint/stamps");
  const icons = await pictures("mate-icon-theme", "usr/share/icons/mate/48x48");
  const under = (paths: readonly Located[], start: string, depth: number): LabelledPicture[] =>
    labelled(paths.filter(({ inside }) => inside.startsWith(start)), depth); // prettier-ignore
  const found: [string, LabelledPicture[], number][] = [
    ["clothes", clothes ? fromTable(clothes) : [], 1500],
    ["digits", digits ? fromTable(digits) : [], 1000],
    ["clip art", labelled(clipArt, 1), 1500],
    ["sprites", under(sprites, "units/", 2), 1500],
    ["brain slices", await brainSlices(sliceStep), 1500],
    ["constellations", labelled(sky, 1), 1500],
    ["terrain", under(sprites, "terrain/", 2), 600],
    ["animals", under(clipArt, "animals/", 2), 600],
    ["signs", under(clipArt, "signs_and_symbols/", 2), 600],
    [
      "people and tools",
      labelled(
        clipArt.filter(({ inside }) => /^(people|tools|transportation|food|plants)\//.test(inside)),
        2,
      ),
      600,
    ],
    ["cut-outs", labelled(stamps, 1), 800],
    ["icons", labelled(icons, 1), 600],
    [
      "attacks and items",
      labelled(
        sprites.filter(({ inside }) => /^(attacks|items|scenery|projectiles|halo|portraits)\//.test(inside)),
        1,
      ),
      600,
    ],
  ];
  return found
    .filter(([name]) => limits === undefined || Object.hasOwn(limits, name))
    .map(([name, all, most]) => ({ name, pictures: draw(all, limits?.[name] ?? most) }))
    .filter((source) => source.pictures.length >= 200);
}

export interface Located {
  readonly path: string;
  /** Relative to the package's folder of pictures, with forward slashes. */
  readonly inside: string;
}

/** Every picture of a package under `folder`; none where it cannot be had. */
export async function pictures(name: string, folder: string): Promise<Located[]> {
  const unpacked = await fetchDebianPackage(name);
  if (!unpacked || !existsSync(join(unpacked, folder))) return [];
  const root = join(unpacked, folder);
  return (await listPictures(root)).map((path) => ({ path, inside: path.slice(root.length + 1).replaceAll("\\", "/") }));
}

/** The label is the first `depth` folders. */
function labelled(found: readonly Located[], depth: number): LabelledPicture[] {
  return found
    .filter(({ inside }) => inside.split("/").length > depth)
    .map(({ path, inside }) => ({ load: () => readFile(path), label: inside.split("/").slice(0, depth).join("/") }));
}

function draw(all: readonly LabelledPicture[], most: number): LabelledPicture[] {
  const sizes = new Map<string, number>();
  for (const { label } of all) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  return shuffle(
    all.filter(({ label }) => (sizes.get(label) as number) >= leastOfClass),
    createRandom(seed),
  ).slice(0, most);
}

function fromTable({ count, width, height, values, labels }: PictureTable): LabelledPicture[] {
  return Array.from({ length: count }, (_, index) => ({
    load: () => asPng(values.subarray(index * width * height, (index + 1) * width * height), width, height),
    label: String(labels[index]),
  }));
}

function asPng(values: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(values, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

/** Slices of two magnetic-resonance volumes (a human's, a macaque's) along three axes, each `step`th; the class is volume, axis and one of four depths. */
export async function brainSlices(step: number): Promise<LabelledPicture[]> {
  const unpacked = await fetchDebianPackage("mricron-data");
  if (!unpacked) return [];
  const slices: LabelledPicture[] = [];
  for (const name of ["ch2", "inia19-t1-brain"]) {
    const volume = readVolume(gunzipSync(await readFile(join(unpacked, `usr/share/mricron/templates/${name}.nii.gz`))));
    for (const axis of [0, 1, 2])
      for (let depth = 0; depth < volume.size[axis]; depth += step) {
        const slice = sliceOf(volume, axis, depth);
        // Air outside the head.
        if (slice.values.reduce((sum, value) => sum + value, 0) < 8 * slice.values.length) continue;
        const band = Math.floor((4 * depth) / volume.size[axis]);
        slices.push({ load: () => asPng(slice.values, slice.width, slice.height), label: `${name} ${axis} ${band}` });
      }
  }
  return slices;
}

interface Volume {
  readonly size: readonly [number, number, number];
  /** [z, y, x], 0..255. */
  readonly values: Uint8Array;
}

/** NIfTI-1, little endian, one volume of bytes or 16-bit numbers. */
function readVolume(bytes: Buffer): Volume {
  const size = [42, 44, 46].map((at) => bytes.readInt16LE(at)) as [number, number, number];
  const wide = bytes.readInt16LE(70) !== 2;
  const start = bytes.readFloatLE(108);
  const count = size[0] * size[1] * size[2];
  const read = (at: number): number => (wide ? bytes.readInt16LE(start + 2 * at) : bytes[start + at]);
  let largest = 1;
  for (let at = 0; at < count; at++) largest = Math.max(largest, read(at));
  return { size, values: Uint8Array.from({ length: count }, (_, at) => Math.max(0, (255 * read(at)) / largest)) };
}

function sliceOf({ size, values }: Volume, axis: number, depth: number): { width: number; height: number; values: Uint8Array } {
  const [across, down] = [0, 1, 2].filter((each) => each !== axis);
  const [width, height] = [size[across], size[down]];
  const cut = Uint8Array.from({ length: width * height }, (_, at) => {
    const place = [depth, depth, depth];
    place[across] = at % width;
    place[down] = Math.floor(at / width);
    return values[(place[2] * size[1] + place[1]) * size[0] + place[0]];
  });
  return { width, height, values: cut };
}
