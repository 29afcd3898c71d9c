/** @file From what a trial measured to what a whole run would take. */
import { describe, expect, test } from "vitest";

import { planOfSample } from "#engine/stages/training/run-trial.ts";
import type { RunPlan } from "#engine/training/trainer/run-plan.ts";
import { shownKinds } from "#engine/training/trainer/shown-kinds.ts";
import { createPace, estimateRun, type Measured } from "#engine/training/trainer/trial.ts";
import { manualClock } from "../../../helpers/manual-clock.ts";

const places = (count: number, from = 0): number[] => Array.from({ length: count }, (_, at) => from + at);
const plan = {
  method: "diet",
  trainable: "adapter",
  from: { kind: "encoder", folder: "/e" },
  training: places(800),
  probe: places(200, 800),
  steps: 1000,
  minutes: 1,
  evaluations: 2,
} as unknown as RunPlan;
const measured: Measured = { featureEach: 0.01, stepEach: 0.2, viewsPerStep: 48, lookEach: 0.002, stepBytes: 1, freeBytes: 2, images: 48 };

describe("a run's time", () => {
  test("an adapter: features once, steps that fit into a minute, two views of each picture of the probe judged", () => {
    const { features, steps, judge, count } = estimateRun(plan, measured);
    expect(count).toBe(300);
    expect(features).toBeCloseTo(8);
    // 300 steps, and three looks at the probe before them.
    expect(steps).toBeCloseTo(60 + 3 * 200 * 0.002);
    expect(judge).toBeCloseTo(2 * 200 * 0.002);
  });

  test("weights inside: every look passes the network, and three networks are judged", () => {
    const { steps, judge, count } = estimateRun({ ...plan, trainable: "last", minutes: null, steps: 10 }, measured);
    expect(count).toBe(10);
    // The frozen encoder once, and at the start and twice on the way three tables.
    expect(steps).toBeCloseTo(2 + (1 + 3 * 3) * 200 * 0.002);
    expect(judge).toBeCloseTo(3 * (1000 + 400) * 0.002);
  });

  test("whitening trains nothing", () => {
    const whiten = estimateRun({ ...plan, method: "whiten" }, measured);
    expect(whiten).toMatchObject({ features: 0, steps: 0, count: 0 });
    expect(whiten.judge).toBeCloseTo((1000 + 400) * 0.002);
  });

  test("however slow a step is, twenty are made", () => {
    expect(estimateRun(plan, { ...measured, stepEach: 60 }).count).toBe(20);
  });
});

test("the pace: the start of a pass and the pictures that fill up its last chunk do not count", () => {
  const clock = manualClock();
  const pace = createPace(clock);
  expect(pace.each()).toBe(0);
  const passes = [
    [5000, 32],
    [640, 64],
    [640, 70],
    [3000, 32],
    [640, 64],
    [640, 70],
  ] as const;
  for (const [ms, done] of passes) {
    clock.advance(ms);
    pace.note(done);
  }
  // Two passes at 20 ms a picture.
  expect(pace.each()).toBeCloseTo(0.04);
});

test("a plan of a sample speaks of the sample's places, with the labels and texts of its pictures", () => {
  const small = planOfSample({ ...plan, labels: [5, 6, 7, 8], weakLabels: null, texts: ["a", "", "c", "d"] }, Int32Array.of(1, 3));
  expect(small).toMatchObject({ training: [1], probe: [0, 1], labels: [6, 8], weakLabels: null, texts: ["", "d"] });
});

describe("the views that are shown", () => {
  const shown = (change: Partial<RunPlan>) =>
    shownKinds({ method: "simclr", settings: {}, preset: "photo", augment: {}, keptViews: 0, ...change });
  test("a method's own; the milder ones that are kept where a part is frozen; none of the closed form", () => {
    expect(shown({}).map(({ kind, scale, number }) => [kind.settings.cropAreaMin, scale, number])).toEqual([[0.08, 1, 0], [0.08, 1, 1]]); // prettier-ignore
    expect(shown({ keptViews: 2 }).map(({ kind }) => kind.settings.cropAreaMin)).toEqual([0.5, 0.5]);
    expect(shown({ method: "whiten" })).toEqual([]);
    expect(shown({ augment: { grey: "1" } })[0]?.kind.settings.grey).toBe(1);
    expect(shown({ keptViews: 1, augment: { "first.grey": "1", hue: "0.4" } })[0]?.kind.settings).toMatchObject({ grey: 0.05, hue: 0.4 });
  });
});
