/**
 * @file Augmented views per second, and what each step of a view costs. Run alone on a quiet machine:
 *
 *     node test/bench/augment.bench.ts [--views 512] [--threads N] [--smoke] [--peer]
 *
 * The pictures are seeded noise: the work does not depend on what is in them. Median of five calls after one. With `--peer` the SimCLR views are made
 * with Pillow and NumPy too, as the usual Python pipelines do (peers/augment.py), in as many processes, from arrays in memory as here.
 */
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { createRandom } from "#engine/base/random.ts";
import { drawViews, type DrawRequest } from "#engine/training/augment/draw-views.ts";
import { recipeOf, type PresetName, type SchemeName, type ViewKind } from "#engine/training/augment/presets.ts";
import { changeAugmentSettings } from "#engine/training/augment/settings.ts";
import { nativeVariants, typescriptKernels, type Kernels } from "#native/kernels.ts";

import { pythonWith } from "./peers/python.ts";

const smoke = process.argv.includes("--smoke");
const views = option("--views", smoke ? 16 : 512);
const threads = option("--threads", availableParallelism());
const python = process.argv.includes("--peer") ? pythonWith(["numpy", "pillow"]) : null;
const normalisation = { mean: [127, 127, 127], std: [128, 128, 128], white: 255, layout: "NCHW" } as const;

interface Case {
  readonly preset: PresetName;
  readonly scheme: SchemeName;
  readonly fromPx: number;
  readonly toPx: number;
}

const cases: readonly Case[] = [
  { preset: "photo", scheme: "simclr", fromPx: 192, toPx: 160 },
  { preset: "photo", scheme: "simclr", fromPx: 128, toPx: 96 },
  { preset: "photo", scheme: "simclr", fromPx: 192, toPx: 96 },
  { preset: "photo", scheme: "simclr", fromPx: 32, toPx: 32 },
  { preset: "medical-grey", scheme: "simclr", fromPx: 192, toPx: 160 },
  { preset: "microscopy", scheme: "simclr", fromPx: 192, toPx: 160 },
];
const best = nativeVariants().at(-1);

for (const one of cases) {
  const kind = recipeOf(one.preset, one.scheme)[0] as ViewKind;
  const title = `${one.preset} ${one.scheme}, ${one.fromPx} -> ${one.toPx} px`;
  for (const { level, kernels } of nativeVariants()) report(`${title}, native ${level}`, measure(kernels, kind, one, views));
  report(`${title}, typescript`, measure(typescriptKernels("benchmark"), kind, one, Math.min(views, smoke ? 4 : 32)));
  if (python !== null && one.preset === "photo") {
    const args = [one.fromPx, one.toPx, views, threads, kind.settings.cropAreaMin, kind.settings.brightness, kind.settings.hue].map(String);
    const said = execFileSync(python, [join(import.meta.dirname, "peers/augment.py"), ...args], { encoding: "utf8" });
    console.log(`${title}, Pillow and NumPy: ${Number(said).toFixed(0)} views/s`);
  }
}
if (best) {
  const { kernels } = best;
  console.log(`\nwhat a step adds to a view of 160 px from 192 px (${best.level}), in microseconds of one core`);
  const shape = { fromPx: 192, toPx: 160 };
  const bare: ViewKind = { name: "view", views: 2, relativeSize: 1, settings: recipeOf("none", "simclr")[0]!.settings };
  const crop = changeAugmentSettings(bare.settings, { cropAreaMin: 0.08, cropAspect: 4 / 3 });
  const cost = (changes: Record<string, number>): number =>
    measure(kernels, { ...bare, settings: changeAugmentSettings(crop, changes) }, shape, views).microseconds;
  const base = cost({});
  console.log(`  crop ${base.toFixed(0)}`);
  const steps: [string, Record<string, number>][] = [
    ["mirrored", { flipHorizontal: 1 }],
    ["quarter turns", { quarterTurn: 1 }],
    ["small turn", { rotation: 1, rotationDegrees: 15 }],
    ["brightness", { jitter: 1, brightness: 0.8 }],
    ["contrast", { jitter: 1, contrast: 0.8 }],
    ["saturation", { jitter: 1, saturation: 0.8 }],
    ["hue", { jitter: 1, hue: 0.2 }],
    ["grey", { grey: 1 }],
    ["blur", { blur: 1 }],
    ["noise", { noise: 1 }],
    ["solarize", { solarize: 1 }],
  ];
  for (const [name, changes] of steps) console.log(`  ${name} ${(cost(changes) - base).toFixed(0)}`);
}

interface Measured {
  readonly perSecond: number;
  /** Of processor time, for one view: what other programs take is not in it. */
  readonly microseconds: number;
}

function measure(kernels: Kernels, kind: ViewKind, { fromPx, toPx }: { fromPx: number; toPx: number }, count: number): Measured {
  const random = createRandom(3);
  const pictures = Math.max(1, Math.floor(count / 2));
  const bytes = Uint8Array.from({ length: pictures * fromPx * fromPx * 3 }, (_, at) => ((at % (fromPx * 3)) + random.below(64)) & 255);
  const target = new Float32Array(pictures * 2 * 3 * toPx * toPx);
  const request: DrawRequest = {
    kernels,
    batch: { ids: Int32Array.from({ length: pictures }, (_, index) => index), bytes, sidePx: fromPx },
    kind: { ...kind, views: 2 },
    firstView: 0,
    sizePx: toPx,
    seed: 1,
    step: 0,
    normalisation,
    threads,
    target,
  };
  drawViews(request);
  const runs = [1, 2, 3, 4, 5].map((step) => {
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    drawViews({ ...request, step });
    const { user, system } = process.cpuUsage(cpuStart);
    return { perSecond: (pictures * 2000) / (performance.now() - start), microseconds: (user + system) / (pictures * 2) };
  });
  const median = (values: number[]): number => values.sort((a, b) => a - b)[2] as number;
  return { perSecond: median(runs.map((run) => run.perSecond)), microseconds: median(runs.map((run) => run.microseconds)) };
}

function report(name: string, { perSecond, microseconds }: Measured): void {
  console.log(`${name}: ${perSecond.toFixed(0)} views/s, ${microseconds.toFixed(0)} us of one core each`);
}

function option(name: string, otherwise: number): number {
  const at = process.argv.indexOf(name);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}
