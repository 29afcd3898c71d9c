import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { adapterBias, adapterWeights } from "#engine/training/network/adapter.ts";
import { instanceVectors } from "#engine/training/methods/diet.ts";
import { adapterStart } from "#engine/training/trainer/adapter-start.ts";
import { embedPictures } from "#engine/training/trainer/embed.ts";
import { prepareBase, prepareRun, type Surroundings } from "#engine/training/trainer/prepare.ts";
import { createProbe } from "#engine/training/trainer/probe.ts";
import type { RunPlan } from "#engine/training/trainer/run-plan.ts";
import { fitViewWhitening } from "#engine/training/whiten/view-whitening.ts";
import { applyWhitening, fitWhitening } from "#engine/training/whiten/whitening.ts";

import { temporaryFolder } from "../../../helpers/temporary-folder.ts";
import { unit } from "../tables.ts";
import { pictureCount, planTinyRun, type TinyPlan } from "../tiny-run.ts";

const adapter: TinyPlan = { method: "diet", trainable: "adapter", batchStatistics: false, keptViews: 3 };

function begin(changes: TinyPlan): { plan: RunPlan; surroundings: Surroundings } {
  const folder = planTinyRun(temporaryFolder(), changes);
  const plan = JSON.parse(readFileSync(join(folder, "run.json"), "utf8")) as RunPlan;
  const surroundings = { folder, signal: new AbortController().signal, gate: () => Promise.resolve(), onProgress: () => undefined };
  return { plan, surroundings };
}

/** Unit vectors of the pictures, by the frozen encoder. */
async function plainVectors(base: ReturnType<typeof prepareBase>) {
  const { network, pictures, plan } = base;
  const tables = [{ positions: plan.training, draw: (chunk: Int32Array) => pictures.plain(chunk) }];
  const [plain] = await embedPictures(tables, { model: network.model, input: "image", threads: 1, gate: () => Promise.resolve() });
  if (plain === undefined) throw new Error("nothing was embedded");
  return plain;
}

describe("an adapter begins at the closed form", () => {
  test("without kept views: unit(unit(x) W + b) is the whitened vector, and so are the vectors of the pictures, ten times as long", async () => {
    const { plan, surroundings } = begin({ ...adapter, keptViews: 0 });
    const base = prepareBase(plan);
    const { weights, vectors } = await adapterStart(base, null, 16, surroundings);
    const plain = await plainVectors(base);
    base.close();
    const white = applyWhitening(plain, fitWhitening(plain, { seed: plan.seed }));
    const [w, b] = [weights.get(adapterWeights), weights.get(adapterBias)] as [Float32Array, Float32Array];
    for (let row = 0; row < pictureCount; row++) {
      const x = [...plain.values.subarray(row * 16, (row + 1) * 16)];
      const y = unit(
        Array.from({ length: 16 }, (_, axis) =>
          x.reduce((sum, value, at) => sum + value * (w[at * 16 + axis] as number), b[axis] as number),
        ),
      );
      for (let axis = 0; axis < white.dimensions; axis++) {
        const expected = white.values[row * white.dimensions + axis] as number;
        expect(y[axis]).toBeCloseTo(expected, 3);
        expect(vectors[row * 16 + axis]).toBeCloseTo(10 * expected, 4);
      }
      for (let axis = white.dimensions; axis < 16; axis++) expect([y[axis], vectors[row * 16 + axis]]).toEqual([0, 0]);
    }
  });

  test("with kept views: by what differs between the views of a picture", async () => {
    const { plan, surroundings } = begin({ ...adapter, start: "views" });
    const prepared = await prepareRun(plan, surroundings);
    const { network, pictures } = prepareBase(plan);
    const draws = [0, 1, 2].map((view) => ({ positions: plan.training, draw: (chunk: Int32Array) => pictures.view(chunk, view, "kept") }));
    const views = await embedPictures(draws, { model: network.model, input: "image", threads: 1, gate: () => Promise.resolve() });
    const plain = await plainVectors(prepareBase(plan));
    const values = new Float32Array(pictureCount * 3 * 16);
    views.forEach((table, view) => {
      for (let row = 0; row < pictureCount; row++) values.set(table.values.subarray(row * 16, (row + 1) * 16), (row * 3 + view) * 16);
    });
    const whitening = fitViewWhitening({ count: pictureCount, views: 3, dimensions: 16, values }, { seed: plan.seed, plain });
    const white = applyWhitening(plain, whitening);
    // Views are kept as float16.
    const vectors = prepared.step.initial.get(instanceVectors)?.data as Float32Array;
    const cosines = Array.from({ length: pictureCount }, (_, row) => {
      const [one, other] = [
        vectors.subarray(row * 16, row * 16 + white.dimensions),
        white.values.subarray(row * white.dimensions, (row + 1) * white.dimensions),
      ];
      return one.reduce((sum, value, at) => sum + (value * (other[at] as number)) / 10, 0);
    });
    for (const cosine of cosines) expect(cosine).toBeGreaterThan(0.995);
    prepared.close();
  });

  test("more axes than the adapter has numbers are refused", async () => {
    const { plan, surroundings } = begin({ ...adapter, keptViews: 0 });
    const base = prepareBase(plan);
    await expect(adapterStart(base, null, 4, surroundings)).rejects.toThrow(/has \d+ axes; expected at most 4/);
    base.close();
  });
});

describe("the probe on the way", () => {
  test("looks at the same pictures and views each time: the same weights are the same numbers; collapsed ones are an alarm", async () => {
    const { plan, surroundings } = begin({ weakLabels: Array.from({ length: pictureCount }, (_, at) => at % 3) });
    const prepared = await prepareRun(plan, surroundings);
    const probe = await createProbe(prepared, surroundings);
    const state = new Map(
      [...prepared.step.weights].map(([initializer, name]) => [initializer, prepared.step.initial.get(name)?.data as Float32Array]),
    );
    const { alarm, ...look } = await probe.look(state);
    const { metrics } = look;
    expect(look).toEqual(probe.begin);
    expect([alarm, metrics.neighboursKept]).toEqual([null, 1]);
    // All vectors alike but for a trace: the last norm has no scale.
    const scales = [...state.keys()].filter((name) => /norm\d+\.weight$/.test(name));
    const collapsed = new Map(state);
    const last = scales.at(-1) as string;
    collapsed.set(
      last,
      (state.get(last) as Float32Array).map(() => 1e-4),
    );
    const shifts = last.replace("weight", "bias");
    collapsed.set(
      shifts,
      (state.get(shifts) as Float32Array).map(() => 1),
    );
    expect((await probe.look(collapsed)).alarm).toMatch(/RankMe|vary by/);
    prepared.close();
  });

  test("what it likes best: views found again; where there are weak labels, those above all", async () => {
    const { plan, surroundings } = begin({});
    const prepared = await prepareRun(plan, surroundings);
    const { begin: first, merit } = await createProbe(prepared, surroundings);
    const other = (viewRetrieval: number, weakLabelKnn: number | null): number => merit({ ...first.metrics, viewRetrieval, weakLabelKnn });
    expect(other(0.5, null)).toBeGreaterThan(other(0.4, null));
    expect(other(0.1, 0.9)).toBeGreaterThan(other(0.8, 0.8));
    expect(other(0.9, 0.8)).toBeGreaterThan(other(0.8, 0.8));
    prepared.close();
  });
});
