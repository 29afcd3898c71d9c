/**
 * @file What is pinned of `augment`: views of a picture drawn by a formula, one change each and then as every preset draws them. `node cases.ts` writes
 * hashes.json beside this file, the SHA-256 of the numbers that the TypeScript twin makes (every implementation gives the same bits).
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

import { drawViews } from "#engine/training/augment/draw-views.ts";
import { presetNames, recipeOf, schemeNames, viewSizePx } from "#engine/training/augment/presets.ts";
import { twins, type Kernels } from "#native/kernels.ts";

import { makeViews, planOf, type PlanNumbers } from "../../conformance/augment-plans.ts";

/** [side, side, 3], by the formula of make.py. */
export function formulaPicture(side: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, at) => {
    const channel = at % 3;
    const x = ((at - channel) / 3) % side;
    const y = Math.floor(at / 3 / side);
    return (3 * x * x + 17 * y + x * y * (channel + 1) + 40 * channel + seed) & 255;
  });
}

const single: Readonly<Record<string, PlanNumbers>> = {
  nothing: {},
  crop: { cropLeft: 0.1, cropTop: 0.2, cropWidth: 0.5, cropHeight: 0.7 },
  enlarge: { cropLeft: 0.6, cropTop: 0.1, cropWidth: 0.2, cropHeight: 0.3 },
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((orientation) => [`orientation ${orientation}`, { orientation }])),
  turn: { sine: 0.2, cropLeft: 0.2, cropWidth: 0.7, orientation: 5 },
  brightness: { brightness: 1.3 },
  contrast: { contrast: 0.6 },
  saturation: { saturation: 1.7 },
  hue: { hue: -0.2 },
  jitter: { brightness: 0.8, contrast: 1.4, saturation: 0.3, hue: 0.1, order: 0b00_11_01_10 },
  grey: { grey: 1 },
  blur: { blurSigma: 1.1 },
  noise: { noise: 0.1, noiseSeedLow: 12345, noiseSeedHigh: 54321 },
  "one noise for all channels": { noise: 0.1, noiseShared: 1, noiseSeedLow: 1 },
  solarize: { solarize: 0.4 },
  cutout: { cutoutLeft: 3, cutoutTop: 5, cutoutWidth: 9, cutoutHeight: 4 },
};

/** Name -> SHA-256 of the little-endian float32 numbers. */
export function augmentHashes(kernels: Pick<Kernels, "augment">): Record<string, string> {
  const hashes: Record<string, string> = {};
  const bytes = Buffer.concat([formulaPicture(40), formulaPicture(40, 91)]);
  const normalise = { means: [124, 116, 104], deviations: [58, 57, 57.5], white: 255 };
  for (const [name, numbers] of Object.entries(single))
    hashes[name] = hashOf(makeViews(kernels, { images: new Uint8Array(bytes), side: 40, plans: [planOf(numbers)], size: 24, normalise }));
  for (const preset of presetNames)
    for (const scheme of preset === "photo" ? schemeNames : (["simclr", "swav"] as const)) {
      let firstView = 0;
      for (const kind of recipeOf(preset, scheme)) {
        const made = drawViews({
          kernels,
          batch: { ids: Int32Array.of(7, 1234567), bytes: new Uint8Array(bytes), sidePx: 40 },
          kind,
          firstView,
          sizePx: viewSizePx(kind, 32),
          seed: 11,
          step: 3,
          normalisation: { mean: normalise.means, std: normalise.deviations, white: 255, layout: "NHWC" },
          threads: 2,
        });
        hashes[`${preset}, ${scheme}, ${kind.name}`] = hashOf(made);
        firstView += kind.views;
      }
    }
  return hashes;
}

function hashOf(numbers: Float32Array): string {
  return createHash("sha256").update(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)).digest("hex");
}

if (argv[1] !== undefined && import.meta.url === pathToFileURL(argv[1]).href)
  writeFileSync(new URL("hashes.json", import.meta.url), `${JSON.stringify(augmentHashes(twins), null, 2)}\n`);
