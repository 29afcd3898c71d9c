/**
 * @file Which samples there are: scenes by kind in folders as a person would keep them, then what is planted among them.
 */
import { createRandom, type Random } from "../base/random.ts";
import type { Scene } from "./brush.ts";
import { clock, cup, flowers, fruit, weave } from "./close-scenes.ts";
import { forest, mountains, nightSky, seaside, skyline } from "./outdoor-scenes.ts";
import { drawScene, edgeCases, reencode, type Copy } from "./paint.ts";

export interface PlannedSample {
  /** Relative to the folder of samples, with "/". */
  readonly path: string;
  readonly draw: () => Promise<Buffer>;
}

const kinds: readonly { folder: string; word: string; scene: Scene }[] = [
  { folder: "Mountains", word: "Ridge walk", scene: mountains },
  { folder: "Seaside", word: "Bay", scene: seaside },
  { folder: "Forest", word: "Woods", scene: forest },
  { folder: "City", word: "Rooftops", scene: skyline },
  { folder: "Garden", word: "Flowers", scene: flowers },
  { folder: "Kitchen", word: "Still life", scene: fruit },
  { folder: "Kitchen/Coffee", word: "Cup", scene: cup },
  { folder: "Clocks", word: "Clock", scene: clock },
  { folder: "Fabrics", word: "Swatch", scene: weave },
  { folder: "Planets", word: "Night", scene: nightSky },
];

const copies: readonly Copy[] = ["identical", "half", "quality 60", "webp", "png"];
/** Of a hundred files, so many are copies of others. */
const copyShare = 0.12;

export function planSamples(seed: number, count: number): PlannedSample[] {
  const random = createRandom(seed);
  const odd = edgeCases(seed).slice(0, Math.max(0, count - 1));
  const copyCount = Math.min(Math.floor(count * copyShare), count - odd.length - 1);
  const originals = planOriginals(seed, random, count - odd.length - Math.max(0, copyCount));
  return [...originals.map(({ path, draw }) => ({ path, draw })), ...planCopies(random, originals, copyCount), ...odd];
}

interface Original extends PlannedSample {
  readonly stem: string;
}

function planOriginals(seed: number, random: Random, count: number): Original[] {
  const used = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const { folder, word, scene } = kinds[index % kinds.length] as (typeof kinds)[number];
    const turn = Math.floor(index / kinds.length) + 1;
    const upright = random.below(5) === 0;
    let name = nameOf(random, word, turn);
    while (used.has(`${folder}/${name}`)) name = `${name} ${turn}`;
    used.add(`${folder}/${name}`);
    const stem = `${folder}/${name}`;
    const draw = (): Promise<Buffer> => drawScene(scene, { seed: seed * 7919 + index, upright });
    return { stem, path: `${stem}.jpg`, draw };
  });
}

/** Names as they gather on a disk: from cameras, from phones, given by hand. */
function nameOf(random: Random, word: string, turn: number): string {
  const number = 1000 + random.below(8999);
  switch (random.below(4)) {
    case 0:
      return `IMG_${number}`;
    case 1:
      return `DSC0${number}`;
    case 2:
      return `2024-0${1 + random.below(9)}-${10 + random.below(18)} ${word}`;
    default:
      return `${word} ${turn}`;
  }
}

function planCopies(random: Random, originals: readonly Original[], count: number): PlannedSample[] {
  const suffixes: Readonly<Record<Copy, string>> = {
    identical: " (1).jpg",
    half: "-small.jpg",
    "quality 60": "-web.jpg",
    webp: ".webp",
    png: " export.png",
  };
  const stride = Math.max(1, Math.floor(originals.length / Math.max(1, count)));
  return Array.from({ length: Math.max(0, count) }, (_, index) => {
    const original = originals[(index * stride + random.below(stride)) % originals.length] as Original;
    const copy = copies[index % copies.length] as Copy;
    return {
      path: `${index % 3 === 0 ? `Sorted/${original.stem.split("/").at(-1)}` : original.stem}${suffixes[copy]}`,
      draw: async () => reencode(await original.draw(), copy),
    };
  });
}
