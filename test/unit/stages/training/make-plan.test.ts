import { describe, expect, test } from "vitest";

import { plainRequest } from "#protocol/training.ts";
import type { EncoderCard } from "#engine/encoders/encoder-card.ts";
import { generalSpecs, makePlan, type PlanFacts, type TrainParameters } from "#engine/stages/training/make-plan.ts";
import { isAugmentSetting } from "#engine/training/augment/settings.ts";
import { methods } from "#engine/training/methods/table.ts";
import type { RunPlan } from "#engine/training/trainer/run-plan.ts";

const asked: TrainParameters = { ...plainRequest, run: "run-1", from: "some", seed: 3 };

const facts: PlanFacts = {
  card: { id: "some", input: { size: 160, sizeMultipleOf: 32 } } as EncoderCard,
  baselineFolder: "/encoders/some",
  baselineSize: 160,
  population: 1000,
  picturesPath: (side) => ({ path: `/pictures-${side}`, fingerprint: `print-${side}` }),
  labels: null,
  weakLabels: null,
  givenLabels: null,
  texts: null,
  folderOfEncoder: (id) => `/encoders/${id}`,
  threads: 2,
};

function plan(changes: Partial<TrainParameters> = {}, facing: Partial<PlanFacts> = {}): RunPlan {
  return makePlan({ ...asked, ...changes }, { ...facts, ...facing });
}
const scratch = { from: "scratch:resnet-small" };
const noCard = { card: null };

describe("defaults", () => {
  test("an adapter by DIET on kept views; the last stage by DIET, and by DCL from 5,000 pictures on", () => {
    expect(plan()).toMatchObject({
      method: "diet",
      trainable: "adapter",
      keptViews: 4,
      minutes: 1,
      batchStatistics: false,
      size: 160,
    });
    expect(plan({ trainable: "last" })).toMatchObject({ method: "diet", keptViews: 2, minutes: 4 });
    expect(plan({ trainable: "last" }, { population: 5000 }).method).toBe("dcl");
    expect(plan({ trainable: "adapter" }, { population: 50_000 }).method).toBe("diet");
    expect(plan({ trainable: "all" })).toMatchObject({ keptViews: 0, minutes: 10, batchStatistics: true });
  });

  test("from nothing: SimCLR, everything, in the architecture's size, held against the collection's encoder", () => {
    const made = plan(scratch, noCard);
    expect(made).toMatchObject({ method: "simclr", trainable: "all", size: 32, minutes: 20, keptViews: 0, baseline: "/encoders/some" });
    expect(made.from).toEqual({ kind: "scratch", architecture: "resnet-small" });
    // The pictures are large enough for the encoder that it is held against.
    expect(made.pictures).toMatchObject({ sidePx: 160, path: "/pictures-160", fingerprint: "print-160" });
    expect(plan({ ...scratch, size: 224 }, noCard).pictures.sidePx).toBe(272);
  });

  test("how long: steps as asked for, epochs by the training set, minutes else", () => {
    expect(plan({ steps: 7 })).toMatchObject({ steps: 7, minutes: null });
    expect(plan({ epochs: 3, batch: 40 })).toMatchObject({ steps: 60, minutes: null, images: 40 });
    expect(plan({ minutes: 2.5 })).toMatchObject({ steps: null, minutes: 2.5 });
    expect(plan({ epochs: 0.001 }).steps).toBe(1);
  });

  test("the learning rate follows the batch, unless it is given", () => {
    const { rate, perImages, decay } = methods.diet.defaults.adapter ?? methods.diet.defaults.tune;
    expect(plan({ batch: perImages * 2 }).rate).toBeCloseTo(2 * rate, 12);
    expect(plan({ batch: perImages * 2, set: ["learningRate=0.5"] }).rate).toBe(0.5);
    expect(plan().optimizerOptions.decay).toBe(decay);
    expect(plan({ set: ["weightDecay=0"] }).optimizerOptions.decay).toBe(0);
  });
});

test("the probe is a fifth, at most 2,000, never trained on; small folders are judged by what they were trained on", () => {
  for (const population of [400, 1000, 30_000]) {
    const { training, probe } = plan({}, { population });
    expect(probe).toHaveLength(Math.min(2000, population / 5));
    const together = [...training, ...probe].sort((one, other) => one - other);
    expect(together).toEqual(Array.from({ length: population }, (_, place) => place));
  }
  const small = plan({}, { population: 399 });
  expect([small.training.length, small.probe]).toEqual([399, small.training]);
  expect(plan({ seed: 4 }).probe).not.toEqual(plan({ seed: 3 }).probe);
  expect(plan({ batch: 64 }, { population: 20 }).images).toBe(20);
});

describe("--set", () => {
  test("goes to the method, the optimizer, augmentation or the run, by its name", () => {
    const made = plan({
      method: "simclr",
      set: [
        "temperature=0.5",
        "optimizer=lars",
        "blur=0.3",
        "view.hue=0.1",
        "clip=2",
        "evaluations=9",
        "warmUp=0.2",
        "keptViews=0",
        "sgdMomentum=0.8",
      ],
    });
    expect(made.settings).toMatchObject({ temperature: 0.5, projection: 128 });
    expect(made).toMatchObject({
      optimizer: "lars",
      augment: { blur: "0.3", "view.hue": "0.1" },
      clip: 2,
      evaluations: 9,
      warmUpShare: 0.2,
      keptViews: 0,
    });
    expect(made.optimizerOptions.momentum).toBe(0.8);
  });

  test.each<[Partial<TrainParameters>, string, RegExp]>([
    [{ set: ["temprature=1"] }, "setting-unknown", /"temprature"; known: .*learningRate.*smoothing/],
    [{ set: ["smoothing"] }, "setting-invalid", /"smoothing".*key=value/],
    [{ set: ["smoothing=2"] }, "setting-invalid", /smoothing is "2"; expected a number from 0 to 0.95/],
    [{ set: ["learningRate=fast"] }, "setting-invalid", /learningRate is "fast"/],
    [{ set: ["optimizer=magic"] }, "setting-invalid", /optimizer is "magic"; expected one of sgd, adam, adamw, lars/],
    [{ set: ["blur=much"] }, "augment-settings", /blur is "much"; expected a number from 0 to 1/],
    [{ set: ["left.blur=1"] }, "augment-settings", /"left.blur"/],
    [{ method: "moko" }, "method-unknown", /"moko"; expected one of whiten, simclr, moco/],
    [{ method: "supcon" }, "labels-missing", /--labels/],
    [{ method: "clip" }, "pairs-missing", /--pairs/],
    [{ set: ["executor=abacus"] }, "setting-invalid", /executor is "abacus"; expected one of/],
    [{ size: 100 }, "train-size", /--size is 100.*multiples of 32/],
    [{ augment: "paintings" }, "augment-preset", /"paintings"; expected one of photo/],
    [{ device: "abacus" }, "device-unavailable", /"abacus" to train on; expected one of auto, cpu/],
  ])("%j is refused as %s", (changes, code, message) => {
    expect(() => plan(changes)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error);
  });

  test("sizes that no encoder may have, whitening from nothing and folders of a few pictures are refused", () => {
    expect(() => plan({ ...scratch, size: 8 }, noCard)).toThrow(/--size is 8; expected a whole number from 16/);
    expect(() => plan({ ...scratch, method: "whiten" }, noCard)).toThrow(/trains nothing.*scratch:resnet-small/);
    expect(() => plan({}, { population: 7 })).toThrow(/There are 7 pictures; expected at least 8/);
    expect(plan({}, { population: 8 }).images).toBe(8);
  });

  test("labels, texts and teachers reach the methods that learn from them", () => {
    const none = Array<number>(998).fill(-1);
    expect(plan({ method: "supcon" }, { labels: [0, 1, ...none] }).labels).toHaveLength(1000);
    expect(() => plan({ method: "supcon" }, { labels: [-1, -1, ...none] })).toThrow(/learns from labels/);
    // Sub-folders are labels where nobody says otherwise, and only for methods that want some.
    const weakLabels = Array.from({ length: 1000 }, (_, place) => place % 5);
    expect(plan({ method: "supcon" }, { weakLabels }).labels).toBe(weakLabels);
    expect(plan({}, { weakLabels }).labels).toBe(null);
    const texts = Array.from({ length: 1000 }, (_, place) => (place % 3 === 0 ? "" : "a text"));
    const clip = plan({ method: "clip" }, { texts });
    expect(clip.training.length).toBeGreaterThan(400);
    expect(clip.training.filter((place) => place % 3 === 0)).toEqual([]);
    expect(plan({ method: "distill" }).teacher).toBe("/encoders/some");
    expect(plan({ method: "distill", set: ["teacher=large"] }).teacher).toBe("/encoders/large");
    expect(plan({ set: ["teacher=large"] }).teacher).toBe(null);
  });

  test("no setting hides another of its name", () => {
    for (const { id, settings } of Object.values(methods)) {
      const names = [...Object.keys(generalSpecs), "optimizer", "executor", "teacher", ...Object.keys(settings)];
      expect(new Set(names).size, id).toBe(names.length);
      expect(names.filter(isAugmentSetting), id).toEqual([]);
    }
  });
});

describe("labels given by hand", () => {
  const population = 2000;
  const labels = Array.from({ length: population }, (_, place) => (place < 150 ? place % 3 : -1));
  const given = { labels, project: "Mine" };

  test("are held back to judge by, in half of the probe at most, and are not learnt from", () => {
    const made = plan({}, { population, givenLabels: given });
    expect(made.judgedBy).toEqual({ kind: "given", project: "Mine", pictures: 150, classes: 3 });
    expect(made.probe).toHaveLength(400);
    expect(made.training.filter((place) => place < 150)).toEqual([]);
    expect(made.labels).toBeNull();
    expect(made.weakLabels).toEqual(labels);
    const many = Array.from({ length: population }, (_, place) => (place < 1000 ? place % 3 : -1));
    const crowded = plan({}, { population, givenLabels: { labels: many, project: "Mine" } });
    expect(crowded.probe).toHaveLength(400);
    // The other half is drawn from all that is left.
    expect(crowded.judgedBy?.pictures).toBeGreaterThan(200);
    expect(crowded.judgedBy?.pictures).toBeLessThan(350);
    expect(plan({}, { population, givenLabels: given })).toEqual(made);
  });

  test("are left alone where they are too few: nothing differs from a run without them", () => {
    const few = { labels: labels.map((label, place) => (place < 60 ? label : -1)), project: "Mine" };
    const weakLabels = Array.from({ length: population }, (_, place) => place % 5);
    expect(plan({}, { population, givenLabels: few, weakLabels })).toEqual(plan({}, { population, weakLabels }));
    expect(plan({}, { population, weakLabels }).judgedBy).toEqual({ kind: "folders", project: null, pictures: 400, classes: 5 });
    // Methods that learn from labels learn from sub-folders all the same.
    expect(plan({ method: "supcon" }, { population, givenLabels: given, weakLabels }).labels).toBe(weakLabels);
    expect(() => plan({ method: "supcon" }, { population, givenLabels: given })).toThrow(/learns from labels/);
  });
});

test("what is told of one kind of views reaches that kind", () => {
  expect(plan({ method: "byol", set: ["first.blur=0.5"] }).augment).toEqual({ "first.blur": "0.5" });
});

test("whitening alone has nothing to set but the run's own", () => {
  expect(plan({ method: "whiten" })).toMatchObject({ method: "whiten", settings: {} });
  expect(() => plan({ method: "whiten", set: ["temperature=1"] })).toThrow(/"temperature"/);
});
