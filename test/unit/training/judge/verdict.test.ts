import { describe, expect, test } from "vitest";

import { predict } from "#engine/training/judge/predictor.ts";
import { expectedGain, judgeCandidates, type Evidence, type JudgedCandidate } from "#engine/training/judge/verdict.ts";

const before: Evidence = { mutual: 0.5, witnessed: 0.4, weakLabelKnn: null, neighboursKept: 1 };

function candidate(name: string, changes: Partial<Evidence> = {}, alarms?: string[]): JudgedCandidate {
  return { name, metrics: { ...before, neighboursKept: 0.6, ...changes }, alarms };
}

const frozen = candidate("frozen", before);
const better = { mutual: 0.6, witnessed: 0.5 };
const worse = { mutual: 0.45, witnessed: 0.3, neighboursKept: 0.2 };

describe("judgeCandidates", () => {
  test("the reasons say whose word the weak labels are", () => {
    const labelled = (weakLabelKnn: number): JudgedCandidate => candidate("x", { weakLabelKnn });
    const told = [
      { ...labelled(0.5), name: "frozen" },
      { ...labelled(0.8), name: "whitened" },
    ];
    expect(judgeCandidates(told).reasons).toContain("80 % of images have neighbours of their own folder; 50 % had before.");
    expect(judgeCandidates(told, { kind: "given", project: "Mine", pictures: 120, classes: 4 }).reasons).toContain(
      "Of 120 images that were labelled by hand (Mine, 4 classes), 80 % have neighbours of their own class; 50 % had before.",
    );
  });

  test("the expected gain by hand", () => {
    // 9.137 * .1 + 7.167 * (.5 / .4 - 1) + .136
    expect(expectedGain(before, { ...before, ...better })).toBeCloseTo(2.84145, 10);
    // And half of it with half of -2 points on weak labels.
    const weak = (value: number): Partial<Evidence> => ({ weakLabelKnn: value });
    expect(expectedGain({ ...before, ...weak(0.8) }, { ...before, ...better, ...weak(0.78) })).toBeCloseTo(2.84145 / 2 - 1, 10);
    // Weak labels on one side only say nothing.
    expect(expectedGain(before, { ...before, ...better, ...weak(0.1) })).toBeCloseTo(2.84145, 10);
  });

  test("more mutual and more confirmed neighbours: helped, recommended", () => {
    const judgement = judgeCandidates([frozen, candidate("whitened", better)]);
    expect([judgement.verdict, judgement.recommended]).toEqual(["helped", "whitened"]);
    expect(judgement.reasons).toEqual([
      "60 % of neighbours choose each other; 50 % did before.",
      "50 % of neighbours are confirmed by a part of the encoder that was not trained; 40 % were before.",
    ]);
  });

  test("fewer: hurt, the frozen encoder is recommended and the rewriting named", () => {
    const judgement = judgeCandidates([frozen, candidate("last", worse)]);
    expect([judgement.verdict, judgement.recommended]).toEqual(["hurt", "frozen"]);
    expect(judgement.reasons.at(-1)).toMatch(/Only 20 % of neighbours are still those of before/);
  });

  test("the verdict is about the one that was trained, the recommendation about all", () => {
    const candidates = [candidate("whitened", better), candidate("last", worse)];
    const judgement = judgeCandidates([frozen, ...candidates]);
    expect([judgement.verdict, judgement.recommended]).toEqual(["hurt", "whitened"]);
    expect([...judgement.expectedGains.keys()]).toEqual(["whitened", "last"]);
  });

  test("the simpler one wins unless the later is better by more than half a point", () => {
    const recommend = (mutual: number): string =>
      judgeCandidates([frozen, candidate("whitened", better), candidate("joined", { ...better, mutual })]).recommended;
    // .05 * 9.137 = .457 and .06 * 9.137 = .548
    expect(recommend(0.65)).toBe("whitened");
    expect(recommend(0.66)).toBe("joined");
  });

  test("an alarm is a loss, whatever else is said", () => {
    const judgement = judgeCandidates([frozen, candidate("last", better, ["The loss is NaN, not a number."])]);
    expect([judgement.verdict, judgement.recommended]).toEqual(["hurt", "frozen"]);
    expect(judgement.reasons[0]).toBe("The loss is NaN, not a number.");
  });

  test("a sequence stays unclear without weak labels, and is judged with them", () => {
    const sequence = candidate("frozen", { ...before, mutual: 0.82 });
    const after = { mutual: 0.88, witnessed: 0.5 };
    expect(judgeCandidates([sequence, candidate("whitened", after)])).toMatchObject({
      verdict: "unclear",
      recommended: "frozen",
    });
    const labelled = candidate("frozen", { mutual: 0.82, weakLabelKnn: 0.7 });
    const candidates = [candidate("whitened", { ...after, weakLabelKnn: 0.73 })];
    expect(judgeCandidates([labelled, ...candidates]).verdict).toBe("helped");
  });

  test("the form is the best of what was trained, never one with an alarm while another is left", () => {
    const [last, joined] = [candidate("last", better, ["Collapsed."]), candidate("last-joined", { mutual: 0.55 })];
    expect(judgeCandidates([frozen, candidate("whitened", better), last, joined])).toMatchObject({
      form: "last-joined",
      recommended: "whitened",
    });
    expect(judgeCandidates([frozen, candidate("whitened", better), last])).toMatchObject({ form: "last", verdict: "hurt" });
    expect(judgeCandidates([frozen, candidate("whitened", better)])).toMatchObject({ form: "whitened", verdict: "helped" });
    expect(() => judgeCandidates([candidate("whitened", better)])).toThrow(/frozen/);
  });

  test("without candidates there is nothing to say", () => {
    expect(judgeCandidates([frozen])).toMatchObject({ verdict: "unclear", recommended: "frozen", reasons: [] });
  });
});

describe("predict", () => {
  test.each([
    ["efficientnet-lite0-160", -0.9, 0.5, "likely to help"],
    ["efficientnet-lite0-160", -1.82, 0.57, "likely to help"],
    ["efficientnet-lite0-160", -2.4, 0.5, "unclear"],
    ["efficientnet-lite0-160", -3.4, 0.5, "not likely"],
    ["efficientnet-lite0-160", -1.1, 0.82, "unclear"],
    ["imported", -0.9, 0.5, "unknown"],
  ])("%s, uniformity %d, mutual %d: %s", (encoder, uniformity, mutual, advice) => {
    const prediction = predict({ encoder, uniformity, mutual });
    expect([prediction.advice, prediction.uniformity]).toEqual([advice, uniformity]);
    expect(prediction.reason).not.toBe("");
  });
});
