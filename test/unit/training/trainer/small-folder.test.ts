import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { systemClock } from "#engine/base/clock.ts";
import { createRandom } from "#engine/base/random.ts";
import { readEncoderCard } from "#engine/encoders/encoder-card.ts";
import { defaultEncoderId, findEncoder } from "#engine/encoders/registry.ts";
import { makePlan } from "#engine/stages/training/make-plan.ts";
import { writePictureCache } from "#engine/training/augment/picture-cache.ts";
import { planName, runTraining, type RunOutcome } from "#engine/training/trainer/run.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";

const count = 12;

/** Twelve pictures of noise of their own colours have eleven axes: far fewer than half of what an adapter gives. */
async function trainOnTwelve(trainable: "adapter" | "last"): Promise<{ outcome: RunOutcome; folder: string }> {
  const folder = temporaryFolder("small");
  const { card } = findEncoder(defaultEncoderId);
  const plan = makePlan(
    {
      run: "run", method: null, from: defaultEncoderId, trainable, minutes: null, epochs: null, steps: 3, batch: 4, size: 64, augment: "photo", device: "cpu",
      seed: 1, set: [], labels: null, pairs: null,
    }, // prettier-ignore
    {
      card,
      baselineFolder: dirname(card.modelPath),
      baselineSize: 64,
      population: count,
      picturesPath: (sidePx) => ({ path: join(folder, `pictures-${sidePx}`), fingerprint: "twelve" }),
      labels: null,
      weakLabels: null,
      givenLabels: null,
      texts: null,
      folderOfEncoder: (id) => id,
      threads: 1,
    },
  );
  const random = createRandom(5);
  const writer = writePictureCache(plan.pictures.path, plan.pictures);
  for (let picture = 0; picture < count; picture++) {
    const colour = [0, 1, 2].map(() => 200 * random.unit());
    writer.append(Uint8Array.from({ length: plan.pictures.sidePx ** 2 * 3 }, (_, at) => (colour[at % 3] as number) + 50 * random.unit()));
  }
  writer.finish();
  const run = join(folder, "run");
  mkdirSync(run);
  writeFileSync(join(run, planName), JSON.stringify(plan));
  const outcome = await runTraining({
    folder: run,
    signal: new AbortController().signal,
    gate: () => Promise.resolve(),
    onProgress: () => {},
    clock: systemClock,
  });
  return { outcome, folder: run };
}

test.each([
  ["adapter", ["frozen", "whitened", "last", "last-joined"]],
  ["last", ["frozen", "whitened", "last-joined", "last"]],
] as const)("a folder of twelve pictures: %s trains, is judged and gives an encoder", async (trainable, first) => {
  const { outcome, folder } = await trainOnTwelve(trainable);
  expect(outcome.report.candidates.map(({ name }) => name).slice(0, 4)).toEqual(first);
  expect(outcome.steps).toBe(3);
  expect(outcome.stopped).toBeNull();
  expect(readEncoderCard(join(folder, "encoder")).output.dimensions).toBeGreaterThan(count - 2);
});
