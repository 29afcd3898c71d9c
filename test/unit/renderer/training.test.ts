/** @file What the training pages compute: requests from forms, ranges of charts, strips, the blind test, words. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { plainRequest, type TrainingChoices } from "#protocol/training.ts";
import { requestOf, suggestedForm, trialKey, withMethod, withRung, withSetting } from "../../../renderer/state/training-form.ts";
import { blindWords, differingRows, drawPairs, signTest } from "../../../renderer/views/training/blind-test.ts";
import { placeAt, rangeOf, smooth } from "../../../renderer/views/training/chart.ts";
import {
  judgedByWords,
  metricWords,
  metricWordsOf,
  partsWords,
  runTitle,
  totalSeconds,
  verdictWords,
} from "../../../renderer/views/training/run-words.ts";
import { stripPixels } from "../../../renderer/views/training/strip-image.ts";

const suggested: Pick<TrainingChoices, "suggested" | "architectures"> = {
  suggested: { preset: "photo", presetReason: "", rung: "adapter", rungReason: "" },
  architectures: [{ name: "resnet-small", size: 32, summary: "" }],
};
const form = suggestedForm(suggested);

describe("requests", () => {
  test("what nobody changed is left to the engine", () => {
    expect(requestOf(form)).toEqual({ ...plainRequest, trainable: "adapter", set: ["evaluations=8"] });
    expect(requestOf(withRung(form, "last"))).toEqual({ ...plainRequest, trainable: "last" });
    expect(requestOf(withRung(form, "whiten"))).toEqual({ ...plainRequest, method: "whiten" });
    expect(requestOf(withRung(form, "scratch"))).toEqual({ ...plainRequest, from: "scratch:resnet-small" });
  });

  test("a person's own number of looks stays whatever the rung", () => {
    const own = withSetting(form, "evaluations", "3");
    expect(requestOf(withRung(withRung(own, "last"), "adapter")).set).toEqual(["evaluations=3"]);
  });

  test("settings, optimizer and executor; an emptied field is as it was; whitening takes none", () => {
    const changed = {
      ...withSetting(withRung(form, "all"), "temperature", " 0.1 "),
      optimizer: "sgd",
      executor: "native",
      method: "simclr",
    };
    expect(requestOf(changed)).toMatchObject({ method: "simclr", set: ["temperature=0.1", "optimizer=sgd", "executor=native"] });
    expect(requestOf(withSetting(changed, "temperature", "")).set).toEqual(["optimizer=sgd", "executor=native"]);
    expect(requestOf(withRung(changed, "whiten")).set).toEqual([]);
    const other = withMethod({ ...changed, changed: { temperature: "0.1", clip: "1" } }, "diet", new Set(["clip", "smoothing"]));
    expect(requestOf(other)).toMatchObject({ method: "diet", set: ["clip=1", "optimizer=sgd", "executor=native"] });
  });

  test("one length of three", () => {
    expect(requestOf({ ...form, lengthKind: "steps", length: 7 })).toMatchObject({ steps: 7, minutes: null, epochs: null });
    expect(requestOf({ ...form, lengthKind: "minutes", length: 0.5 })).toMatchObject({ steps: null, minutes: 0.5, epochs: null });
    expect(requestOf({ ...form, rung: "whiten", lengthKind: "steps", length: 7 })).toMatchObject({ steps: null });
  });

  test("a trial is not repeated for how views are altered", () => {
    const augment = new Set(["grey"]);
    const key = trialKey(requestOf(form), augment);
    expect(trialKey(requestOf(withSetting({ ...form, preset: "document", seed: 5 }, "grey", "1")), augment)).toBe(key);
    expect(trialKey(requestOf(withSetting(form, "local.grey", "1")), augment)).toBe(key);
    expect(trialKey(requestOf(withSetting(form, "smoothing", "0.1")), augment)).not.toBe(key);
    expect(trialKey(requestOf({ ...form, batch: 16 }), augment)).not.toBe(key);
  });
});

describe("charts", () => {
  test("ticks are round, a few, and hold every finite value", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e7, max: 1e7 }), { minLength: 1, maxLength: 40 }), (thousandths) => {
        const values = thousandths.map((value) => value / 1000);
        const { low, high, ticks } = rangeOf([{ name: "", colour: "", steps: values, values }]);
        const slip = 1e-8 * (high - low);
        expect(low).toBeLessThanOrEqual(Math.min(...values) + slip);
        expect(high).toBeGreaterThanOrEqual(Math.max(...values) - slip);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThan(8);
      }),
    );
    expect(rangeOf([{ name: "", colour: "", steps: [0], values: [Number.NaN] }]).ticks).toEqual([0, 1]);
    expect(rangeOf([], [0, 1]).ticks).toEqual([0, 0.5, 1]);
    expect(rangeOf([{ name: "", colour: "", steps: [], values: [3.1, 4.9] }])).toMatchObject({ low: 3, high: 5 });
  });

  test("a smoothed value is the mean of those up to it", () => {
    expect([...smooth([1, 3, 5, 7], 2)]).toEqual([1, 2, 4, 6]);
    expect([...smooth([1, 3], 10)]).toEqual([1, 2]);
  });

  test("the place of a step", () => {
    const steps = [0, 10, 20];
    expect([-1, 0, 9, 10, 15, 99, Infinity].map((step) => placeAt(steps, step))).toEqual([-1, 0, 0, 1, 1, 2, 2]);
    expect(placeAt([], 5)).toBe(-1);
  });
});

test("a strip: pictures side by side, views below, nothing between", () => {
  // Two pictures with one view each, one pixel a side.
  const strip = { sidePx: 1, pictures: 2, viewsEach: 1, names: ["view"], ids: Int32Array.of(1, 2), pixels: Uint8Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4) }; // prettier-ignore
  const { data, width, height } = stripPixels(strip, 1);
  expect([width, height]).toEqual([3, 3]);
  const at = (x: number, y: number): number[] => [...data.subarray((y * 3 + x) * 4, (y * 3 + x) * 4 + 4)];
  expect([at(0, 0), at(2, 0), at(0, 2), at(2, 2), at(1, 1)]).toEqual([[1, 1, 1, 255], [3, 3, 3, 255], [2, 2, 2, 255], [4, 4, 4, 255], [0, 0, 0, 0]]); // prettier-ignore
});

describe("the blind test", () => {
  test("rows that differ, the most different first", () => {
    const before = Int32Array.of(1, 2, 0, 2, 0, 1);
    const after = Int32Array.of(2, 1, 0, 2, 3, 4);
    // The order within a row does not count.
    expect(differingRows({ count: 3, k: 2 }, before, after)).toEqual([2]);
    expect(differingRows({ count: 3, k: 2 }, before, Int32Array.of(1, 3, 3, 4, 0, 1))).toEqual([1, 0]);
  });

  test("pairs: each row once, either order, the same for the same seed", () => {
    const rows = Array.from({ length: 60 }, (_, row) => row);
    const pairs = drawPairs(rows, 20, 1);
    expect(new Set(pairs.map(({ row }) => row)).size).toBe(20);
    const first = pairs.filter(({ beforeFirst }) => beforeFirst).length;
    expect(first).toBeGreaterThan(3);
    expect(first).toBeLessThan(17);
    expect(drawPairs(rows, 20, 1)).toEqual(pairs);
    expect(drawPairs(rows, 20, 2)).not.toEqual(pairs);
    expect(drawPairs([4], 20, 1)).toHaveLength(1);
  });

  test("the sign test against sums over all outcomes", () => {
    for (const [before, after] of [
      [1, 0],
      [10, 2],
      [6, 6],
      [0, 6],
      [1, 1],
      [3, 9],
    ] as const) {
      // prettier-ignore
      const total = before + after;
      const ones = (outcome: number): number => outcome.toString(2).replaceAll("0", "").length;
      const outcomes = Array.from({ length: 2 ** total }, (_, outcome) => Math.max(ones(outcome), total - ones(outcome)));
      const uneven = outcomes.filter((most) => most >= Math.max(before, after)).length;
      expect(signTest(before, after)).toBeCloseTo(uneven / 2 ** total, 10);
    }
    // The smallest clear split of 20.
    expect(signTest(5, 15)).toBeCloseTo(0.0414, 4);
    expect(signTest(0, 0)).toBe(1);
  });

  test("in words", () => {
    const answers = [...Array<"after">(15).fill("after"), ...Array<"before">(5).fill("before")];
    expect(blindWords(answers, "the trained encoder")).toBe(
      "You found the trained encoder better 15 times, the encoder of before 5 times. That is hardly chance (p = .041).",
    );
    expect(blindWords(["after", "same"], "x")).toMatch(/no difference 1 times\. That may well be chance/);
    expect(blindWords([], "x")).toMatch(/Neither is ahead/);
  });
});

describe("words", () => {
  const metrics = { viewRetrieval: 0, alignment: 0, uniformity: 0, rankMe: 0, neighboursKept: 0, weakLabelKnn: null };
  const report = {
    run: "run-1", encoder: "run-1", method: "diet", steps: 1, seconds: 1, viewsPerSecond: 1, loss: null, predictor: { uniformity: 0, advice: "" },
    verdict: "helped", recommended: "run-1", reasons: [], notes: [], report: { frozen: metrics, whitened: metrics, after: metrics },
  } as const; // prettier-ignore

  test("bad news are as plain as good ones", () => {
    expect(verdictWords(report)).toEqual({ title: "Training helped.", text: "Recommended: the trained encoder." });
    expect(verdictWords({ ...report, verdict: "hurt", recommended: "bundled" })).toEqual({
      title: "Training hurt.",
      text: "Recommended: keep the encoder that you have.",
    });
    expect(verdictWords({ ...report, recommended: "run-1-whitened" })).toEqual({
      title: "Better than before, but whitening alone does as well.",
      text: "Recommended: the whitened encoder. Nothing about it was trained.",
    });
    expect(verdictWords({ ...report, method: "whiten", encoder: "run-1-whitened", recommended: "run-1-whitened" })).toEqual({
      title: "Whitening helped.",
      text: "Recommended: the whitened encoder.",
    });
  });

  test("a number says whose word it goes by; reports from before that was kept go by sub-folders", () => {
    const given = { kind: "given", project: "Mine", pictures: 120, classes: 4 } as const;
    const titles = (words: typeof metricWords): string[] => words.map(({ title }) => title);
    expect(metricWordsOf({})).toBe(metricWords);
    expect(metricWordsOf({ judgedBy: { kind: "folders", project: null, pictures: 9, classes: 2 } })).toBe(metricWords);
    const told = metricWordsOf({ judgedBy: given });
    expect(titles(told)).toEqual(
      titles(metricWords).map((title) => title.replace("Pictures told by their folder", "Pictures told by your labels")),
    );
    expect(told.find(({ name }) => name === "weakLabelKnn")?.text).toBe(
      "The classes that you gave 120 pictures by hand, judged by the 5 nearest. More is better.",
    );
    expect(judgedByWords({ judgedBy: given, weakClasses: 4 })).toBe("120 pictures that you labelled (Mine, 4 classes) help to judge");
    expect(judgedByWords({ judgedBy: null, weakClasses: 3 })).toBe("3 sub-folders help to judge");
    expect(judgedByWords({ judgedBy: null, weakClasses: 0 })).toBe("");
  });

  test("time is told by its parts, what is none is left out", () => {
    const trial = { seconds: { read: 0, features: 20, steps: 100.2, judge: 0.1 }, steps: 1200 };
    expect(totalSeconds(trial)).toBeCloseTo(120.3);
    expect(partsWords(trial)).toBe("looking at views once 20 s, 1,200 steps 2 min");
  });

  test("a run's name, or what it did", () => {
    const run = { id: "run-3-abc", name: "", method: "default", trainable: "adapter", base: "bundled" };
    const titled = (change: Partial<typeof run>): string => runTitle({ ...run, ...change } as never);
    expect([titled({}), titled({ name: "Mine" }), titled({ method: "whiten" }), titled({ base: "scratch:vit-tiny" })]).toEqual([
      "Run 3: adapter",
      "Mine",
      "Run 3: whitening",
      "Run 3: vit-tiny from scratch",
    ]);
  });
});
