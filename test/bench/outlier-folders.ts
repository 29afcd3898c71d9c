/**
 * @file The collections that the outlier benchmark is measured on, coherent and diverse ones, and foreign pictures for each, brought to the collection's own size and colour mode before they
 * are embedded with the bundled encoder. Rules are set on some collections (`held` false) and confirmed on the others.
 */
import { createRandom, shuffle } from "#engine/base/random.ts";

import { createOutlierEncoder, type Known, type Shape } from "./outlier-encoder.ts";
import { loadOutlierSources, origins, type Load, type Origin } from "./outlier-sources.ts";

export interface BenchFolder {
  readonly name: string;
  readonly coherent: boolean;
  /** No rule was set on it. */
  readonly held: boolean;
  /** The folder's own kind; draws are taken from it. */
  readonly normal: Known;
  /** Foreign pictures by origin. */
  readonly foreign: readonly Known[];
  /** Foreign pictures of one class each. */
  readonly clumps: readonly Known[];
}

interface FolderPlan {
  readonly name: string;
  readonly coherent: boolean;
  readonly held: boolean;
  /** What is not foreign here. */
  readonly own: readonly Origin[];
  readonly normal: readonly Load[];
  readonly shape: Shape;
}

const poolSize = 2400;
const foreignPerOrigin = 48;
const seed = 11;

/** The folders, or null where the packages cannot be had. */
export async function loadBenchFolders(): Promise<BenchFolder[] | null> {
  const sources = await loadOutlierSources();
  if (!sources) return null;
  const { pools, among } = sources;
  const colour = (side: number): Shape => ({ side, grey: false });
  const photographs: Origin[] = ["photos", "deep sky", "cut-outs", "surfaces"];
  const kind = { coherent: true, held: false };
  const plans: FolderPlan[] = [
    { ...kind, name: "clothes", own: ["clothes"], normal: pools.clothes, shape: { side: 28, grey: true } },
    { ...kind, name: "digits", own: ["digits"], normal: pools.digits, shape: { side: 20, grey: true } },
    { ...kind, name: "sky photos", own: ["deep sky"], normal: pools["deep sky"], shape: colour(256) },
    { ...kind, name: "dwarves", own: ["sprites"], normal: among("sprites", "units/dwarves/"), shape: colour(72) },
    { ...kind, name: "brain slices", own: ["brain slices"], normal: pools["brain slices"], shape: { side: 181, grey: true } },
    { ...kind, held: true, name: "soldiers", own: ["sprites"], normal: among("sprites", "units/human-"), shape: colour(72) },
    { ...kind, held: true, name: "sneakers", own: ["clothes"], normal: among("clothes", "7"), shape: { side: 28, grey: true } },
    { coherent: false, held: false, name: "clip art", own: ["clip art"], normal: pools["clip art"], shape: colour(128) },
    { coherent: false, held: false, name: "all sprites", own: ["sprites"], normal: pools.sprites, shape: colour(72) },
    {
      coherent: false,
      held: false,
      name: "mixed photos",
      own: photographs,
      normal: [...pools.photos, ...pools["deep sky"], ...pools["cut-outs"], ...pools.surfaces],
      shape: colour(160),
    },
    { coherent: false, held: true, name: "cut-outs", own: ["cut-outs"], normal: pools["cut-outs"], shape: colour(160) },
    { coherent: false, held: true, name: "surfaces", own: ["surfaces"], normal: pools.surfaces, shape: colour(128) },
    { coherent: false, held: true, name: "signs", own: ["clip art"], normal: among("clip art", "signs_and_symbols/"), shape: colour(128) },
    { coherent: false, held: true, name: "icons", own: ["clip art"], normal: sources.icons, shape: colour(48) },
    { coherent: false, held: true, name: "constellations", own: ["clip art"], normal: sources.constellations, shape: colour(256) },
    {
      coherent: false,
      held: true,
      name: "living things",
      own: ["clip art"],
      normal: among("clip art", "animals/", "people/", "plants/", "food/"),
      shape: colour(128),
    },
  ];
  const clumps: readonly (readonly [name: string, own: Origin, loads: readonly Load[]])[] = [
    ["trousers", "clothes", among("clothes", "1")],
    ["threes", "digits", among("digits", "3")],
    ["nebulae", "deep sky", pools["deep sky"]],
    ["wolves", "sprites", among("sprites", "units/goblins/")],
    ["heads from above", "brain slices", among("brain slices", "ch2 2 1")],
    ["flags", "clip art", among("clip art", "signs_and_symbols/flags/")],
  ];
  const encode = await createOutlierEncoder(seed);
  const folders: BenchFolder[] = [];
  for (const { own, normal, shape, ...plan } of plans) {
    const foreign: Known[] = [];
    for (const origin of origins)
      if (!own.includes(origin))
        foreign.push(await encode(`${plan.name}-foreign-${origin}`, sample(pools[origin], foreignPerOrigin), shape));
    const alike: Known[] = [];
    for (const [name, origin, loads] of clumps)
      if (!own.includes(origin)) alike.push(await encode(`${plan.name}-clump-${name}`, sample(loads, foreignPerOrigin), shape));
    folders.push({ ...plan, normal: await encode(`${plan.name}-normal`, sample(normal, poolSize), shape), foreign, clumps: alike });
  }
  return folders;
}

function sample(pool: readonly Load[], count: number): Load[] {
  return shuffle([...pool], createRandom(seed)).slice(0, count);
}
