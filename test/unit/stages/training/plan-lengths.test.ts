import { describe, expect, test } from "vitest";

import { plainRequest } from "#protocol/training.ts";
import { findEncoder, defaultEncoderId } from "#engine/encoders/registry.ts";
import { makePlan, type TrainParameters } from "#engine/stages/training/make-plan.ts";
import type { RunPlan } from "#engine/training/trainer/run-plan.ts";

const asked: TrainParameters = { ...plainRequest, run: "run", from: defaultEncoderId };

function plan(changes: Partial<TrainParameters> = {}, population = 1500): RunPlan {
  const parameters = { ...asked, ...changes };
  const isScratch = parameters.from.startsWith("scratch:");
  return makePlan(parameters, {
    card: isScratch ? null : findEncoder(defaultEncoderId).card,
    baselineFolder: "frozen",
    baselineSize: 160,
    population,
    picturesPath: (sidePx) => ({ path: `pictures-${sidePx}`, fingerprint: "f" }),
    labels: null,
    weakLabels: null,
    givenLabels: null,
    texts: null,
    folderOfEncoder: () => "teacher",
    threads: 2,
  });
}

describe("the plan of a training", () => {
  test("what begins at a good encoder ends after some epochs and some minutes, whichever comes first", () => {
    for (const trainable of ["adapter", "last"] as const) {
      const { steps, minutes, training, images } = plan({ trainable });
      expect(steps).toBeGreaterThan(training.length / images);
      expect(minutes).toBeGreaterThan(0);
    }
    expect(plan({ from: "scratch:resnet-small" })).toMatchObject({ steps: null, minutes: 20 });
  });

  test("a length that is asked for is the only limit", () => {
    expect(plan({ steps: 7 })).toMatchObject({ steps: 7, minutes: null });
    expect(plan({ minutes: 2 })).toMatchObject({ steps: null, minutes: 2 });
    expect(plan({ epochs: 4, batch: 100 })).toMatchObject({ steps: 48, minutes: null });
  });

  test("an adapter begins at the plain whitening unless views are asked for", () => {
    expect(plan().start).toBe("whitened");
    expect(plan({ set: ["byViews=1"] }).start).toBe("views");
  });

  test("weights inside a network learn slower than a head alone; by default both by DIET", () => {
    const [head, inside] = [plan({ trainable: "adapter" }), plan({ trainable: "last" })];
    expect([head.method, inside.method]).toEqual(["diet", "diet"]);
    expect(inside.rate).toBeLessThan(head.rate);
    // Of a method without numbers of its own for a head: the same.
    expect(plan({ trainable: "adapter", method: "simclr" }).rate).toBe(plan({ trainable: "last", method: "simclr" }).rate);
  });

  test("a fifth of a large folder is never trained on; a small one is trained on whole", () => {
    const { training, probe } = plan();
    expect([training.length, probe.length]).toEqual([1200, 300]);
    expect(new Set([...training, ...probe]).size).toBe(1500);
    const small = plan({}, 100);
    expect(small.training).toEqual(small.probe);
  });
});
