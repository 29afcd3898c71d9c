/** @file What the app computes of labels by itself: marks, counts, strips, what bulk acceptance would take and whether it may, words. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { labelSources, noLabel, type LabelClass, type LabelProject } from "#protocol/label-model.ts";
import type { ClassId, ImageId, ProjectId } from "#protocol/model.ts";
import { keyName } from "../../../renderer/app/key-name.ts";
import {
  acceptable,
  likeliest,
  refill,
  sameLabels,
  surestPerClass,
  tally,
  withGiven,
  type LabelFacts,
} from "../../../renderer/state/label-facts.ts";
import { freeName, keepsPlaces, mark } from "../../../renderer/state/label-projects.ts";
import { labelTargets } from "../../../renderer/state/label-targets.ts";
import { inkOn, luminance } from "../../../renderer/widgets/colour.ts";
import {
  accuracyWords,
  asSentence,
  countWords,
  handLabels,
  importWords,
  predictionWords,
  relabelWords,
  shareText,
  tableWords,
  taughtLabels,
  whyNoBulk,
  whyNoTuning,
} from "../../../renderer/widgets/label-words.ts";

const none = noLabel.class;
/** As [given, told, confidence]. */
type Row = readonly [number, number, number];

function facts(rows: readonly Row[]): LabelFacts {
  return {
    version: 1,
    given: Uint16Array.from(rows, ([given]) => given),
    sources: Uint8Array.from(rows, ([given]) => (given === none ? noLabel.source : 0)),
    told: Uint16Array.from(rows, ([, told]) => told),
    confidences: Float32Array.from(rows, ([, , confidence]) => confidence),
  };
}

const place = fc.constantFrom(none, 0, 1, 2);
const rows = fc.array(fc.tuple(place, place, fc.integer({ min: 0, max: 100 }).map((value) => value / 100)), { maxLength: 60 }); // prettier-ignore

function named(name: string, given: Partial<LabelClass> = {}): LabelClass {
  const bySource = { clicked: 0, accepted: 0, "imported-folders": 0, "imported-csv": 0, ...given.bySource };
  const count = labelSources.reduce((sum, source) => sum + bySource[source], 0);
  return { id: 1 as ClassId, colour: 0, key: null, kind: "normal", ...given, name, count, bySource };
}

const clicked = (count: number): Partial<LabelClass> => ({
  bySource: { clicked: count, accepted: 0, "imported-folders": 0, "imported-csv": 0 },
});

function project(...classes: LabelClass[]): LabelProject {
  return { id: 1 as ProjectId, name: "Mine", classes, undo: null, redo: null };
}

describe("facts", () => {
  test("what is tallied adds up, and predictions of labelled pictures do not count", () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { labelled, predicted, unsure, perClass, givenPerClass } = tally(facts(given), 3);
        expect(labelled).toBe(given.filter(([its]) => its !== none).length);
        expect(unsure).toBe(given.filter(([its, told]) => its === none && told === none).length);
        expect(labelled + predicted + unsure).toBe(given.length);
        for (const at of [0, 1, 2]) {
          expect(perClass[at]).toBe(given.filter(([its, told]) => its === none && told === at).length);
          expect(givenPerClass[at]).toBe(given.filter(([its]) => its === at).length);
        }
      }),
    );
  });

  test("a label shows at once and leaves the arrays of before as they were", () => {
    const before = facts([
      [none, 1, 0.9],
      [0, 0, 1],
    ]);
    const after = withGiven(before, [0], { place: 2, source: 1 });
    expect([[...before.given], [...after.given], [...after.sources]]).toEqual([
      [none, 0],
      [2, 0],
      [1, 0],
    ]);
    expect([...withGiven(after, [0, 1], { place: none, source: 0 }).sources]).toEqual([noLabel.source, noLabel.source]);
    expect([sameLabels(before.given, after.given), sameLabels(before.given, before.given.slice())]).toEqual([false, true]);
  });

  test("the surest of each class, against sorting everything", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 6 }), fc.constantFrom(null, 1), (given, most, only) => {
        const passes = (_: number, index: number): boolean => index % 7 !== 3;
        const found = surestPerClass(facts(given), { classCount: 3, most, only, passes });
        for (const at of [0, 1, 2]) {
          const expected = given
            .map(([its, told, confidence], index) => ({ its, place: only ?? told, confidence: Math.fround(confidence), index }))
            .filter((each) => each.its === none && each.place === at && passes(at, each.index))
            .sort((one, other) => other.confidence - one.confidence || one.index - other.index);
          expect(found[at]).toEqual(expected.slice(0, most).map(({ index }) => index));
        }
      }),
    );
  });

  test("what would be accepted: the most doubtful first, with the errors to be expected", () => {
    const some = facts([
      [none, 0, 0.95],
      [none, 1, 0.8],
      [0, 0, 1],
      [none, none, 0.9],
      [none, 1, 0.5],
      [none, 0, 0.8],
    ]);
    const all = acceptable(some, { least: Math.fround(0.8), place: null });
    expect([...all.order]).toEqual([1, 5, 0]);
    expect(all.expectedErrors).toBeCloseTo(0.45, 5);
    expect([...acceptable(some, { least: 0.5, place: 1 }).order]).toEqual([4, 1]);
    expect([...acceptable(some, { least: 0.99, place: null }).order]).toEqual([]);
  });

  test("more of one class, the likeliest first; alone, everything may be of it", () => {
    const some = facts([
      [none, 0, 0.6],
      [none, none, 0.3],
      [0, 0, 1],
      [none, 0, 0.9],
    ]);
    expect([...likeliest(some, 0, false)]).toEqual([3, 0]);
    expect([...likeliest(some, 0, true)]).toEqual([3, 0, 1]);
  });

  test("a strip keeps its places: what stays does not move, gaps are filled, nothing twice", () => {
    const odd = (id: number): boolean => id % 2 === 1;
    expect(refill([1, 2, 3, 4, 5], [5, 6, 7, 8], { most: 5, stays: odd })).toEqual([1, 6, 3, 7, 5]);
    expect(refill([], [4, 2], { most: 5, stays: odd })).toEqual([4, 2]);
    expect(refill([1, 2, 3], [], { most: 5, stays: odd })).toEqual([1, 3]);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(30), { maxLength: 5 }), fc.uniqueArray(fc.nat(30), { maxLength: 10 }), (shown, best) => {
        const next = refill(shown, best, { most: 5, stays: odd });
        expect(new Set(next).size).toBe(next.length);
        expect(next.length).toBeLessThanOrEqual(5);
        expect(next.filter((id) => shown.includes(id) && odd(id))).toEqual(shown.filter(odd));
      }),
    );
  });

  test("the mark of a picture as one number", () => {
    const some = facts([
      [3, 1, 1],
      [none, 4, 0.7],
      [none, none, 0.2],
    ]);
    expect([0, 1, 2].map((index) => mark.of(some, index))).toEqual([6, 9, mark.none]);
    expect([6, 9].map((value) => [mark.placeOf(value), mark.isPrediction(value)])).toEqual([
      [3, false],
      [4, true],
    ]);
  });
});

describe("a table on its way in", () => {
  test("how much of it is known here", () => {
    expect(tableWords({ rows: 1, matched: 1, unmatched: [] })).toBe("The one row matches.");
    expect(tableWords({ rows: 220, matched: 220, unmatched: [] })).toBe("All 220 rows match.");
    expect(tableWords({ rows: 2, matched: 1, unmatched: ["a"] })).toBe("1 of 2 rows matches; 1 unmatched: a.");
    expect(tableWords({ rows: 220, matched: 212, unmatched: [..."abcdefgh"] })).toBe(
      "212 of 220 rows match; 8 unmatched: a, b, c and 5 more.",
    );
    expect(relabelWords(1)).toBe("1 picture has another class now and gets the table’s. One step undoes it all.");
    expect(relabelWords(14)).toBe("14 pictures have another class now and get the table’s. One step undoes it all.");
    expect(tableWords({ rows: 1, matched: 0, unmatched: ["a"] })).toBe("0 of 1 row matches; 1 unmatched: a.");
  });
});

describe("projects", () => {
  test("positions stay where classes are added, not where one goes", () => {
    const [a, b, c] = [1, 2, 3].map((id) => ({ ...named(`c${id}`), id: id as ClassId }));
    expect(keepsPlaces(project(a, b), project(a, { ...b, name: "new" }, c))).toBe(true);
    expect(keepsPlaces(project(a, b), project(b))).toBe(false);
    expect(keepsPlaces(project(a), { ...project(a), id: 2 as ProjectId })).toBe(false);
    expect(keepsPlaces(null, project(a))).toBe(false);
  });

  test("a name that nobody has", () => {
    expect(freeName("cat", [])).toBe("cat");
    expect(freeName("cat", [{ name: "cat" }, { name: "cat (2)" }])).toBe("cat (3)");
  });

  test("what a key is meant for: the open picture, the selection, the one pointed at", () => {
    const [one, two, three] = [1, 2, 3] as ImageId[];
    expect(labelTargets({ opened: one, selected: [two], pointed: three })).toEqual([one]);
    expect(labelTargets({ opened: null, selected: [two, one], pointed: three })).toEqual([two, one]);
    expect(labelTargets({ opened: null, selected: [], pointed: three })).toEqual([three]);
    expect(labelTargets({ opened: null, selected: [], pointed: null })).toEqual([]);
  });
});

describe("accepting in bulk", () => {
  test("not before two clicks in every class, and it says why", () => {
    expect(whyNoBulk(project())).toMatch(/Nothing is labelled/u);
    expect(whyNoBulk(project(named("cat", clicked(9))))).toMatch(/two pictures that are not cat/u);
    expect(whyNoBulk(project(named("cat", clicked(2)), named("dog", clicked(1)), named("cow")))).toMatch(/: dog has 1, cow has none\./u);
    expect(whyNoBulk(project(named("cat", clicked(2)), named("dog", clicked(2))))).toBeNull();
  });

  test("what was accepted before does not count as clicks; an unused class for none is no hindrance", () => {
    const grown = named("dog", { bySource: { clicked: 1, accepted: 50, "imported-folders": 0, "imported-csv": 0 } });
    expect(handLabels(grown)).toBe(1);
    expect(whyNoBulk(project(named("cat", clicked(2)), grown))).toMatch(/dog has 1/u);
    const empty = named("None of these", { kind: "none-of-these" });
    expect(whyNoBulk(project(named("cat", clicked(2)), named("dog", clicked(2)), empty))).toBeNull();
    const once = named("None of these", { kind: "none-of-these", ...clicked(1) });
    expect(whyNoBulk(project(named("cat", clicked(2)), once))).toMatch(/None of these has 1/u);
  });
});

describe("training on labels", () => {
  test("not before eight can be left out: the only one of a class never is, and what was accepted does not teach", () => {
    const accepted = named("cow", { bySource: { clicked: 1, accepted: 50, "imported-folders": 0, "imported-csv": 0 } });
    expect(whyNoTuning(project(named("cat")))).toMatch(/Nothing is labelled by hand/u);
    expect(whyNoTuning(project(named("cat", clicked(9)), named("dog")))).toMatch(/Only cat has labels/u);
    expect(whyNoTuning(project(named("cat", clicked(7)), accepted))).toMatch(/at least 8.*So far there are 7;/u);
    expect(whyNoTuning(project(named("cat", clicked(8)), accepted))).toBeNull();
    expect(whyNoTuning(project(named("cat", clicked(4)), named("dog", clicked(4))))).toBeNull();
    expect(taughtLabels(project(named("cat", clicked(7)), accepted))).toBe(8);
  });
});

describe("words", () => {
  test("confidence", () => {
    expect([0.99, 0.85, 0.5, 0.2].map((confidence) => predictionWords("cat", confidence))).toEqual([
      "Almost certainly cat",
      "Probably cat",
      "Perhaps cat",
      "Hardly cat",
    ]);
    expect([0, 0.501, 0.999, 1].map(shareText)).toEqual(["0\u00a0%", "50\u00a0%", "99\u00a0%", "100\u00a0%"]);
    expect(accuracyWords({ model: "ridge", features: "frozen", looAccuracy: null })).toBe("not known yet");
  });

  test("counts and imports", () => {
    const both = named("cat", { bySource: { clicked: 3, accepted: 20, "imported-folders": 0, "imported-csv": 0 } });
    expect(countWords(both)).toBe("3 labelled by hand, 20 accepted in bulk");
    expect(countWords(named("dog"))).toBe("no picture yet");
    expect(importWords({ images: 1, classes: [{ name: "a", count: 1 }], unmatched: [] })).toBe("1 picture labelled in 1 class.");
    expect(importWords({ images: 5, classes: [], unmatched: ["x.jpg", "y.jpg"] })).toMatch(
      /2 paths could not be matched, the first: x\.jpg\./u,
    );
    expect(["", "told.", "why: 3 %"].map(asSentence)).toEqual(["", "Told.", "Why: 3 %."]);
  });

  test("ink on a colour has a contrast of at least 4.5", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (colour) => {
        const [light, dark] = inkOn(colour) === "#ffffff" ? [1, luminance(colour)] : [luminance(colour), 0];
        expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  test("keys: Shift is named only with Ctrl and a letter", () => {
    const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}): string =>
      keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });
    expect([
      press("z", { ctrlKey: true }),
      press("Z", { metaKey: true, shiftKey: true }),
      press("?", { shiftKey: true }),
      press("+", { ctrlKey: true, shiftKey: true }),
      press(" "),
      press("c", { altKey: true }),
      // A French keyboard.
      keyName({ key: "&", code: "Digit1", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false }),
      keyName({ key: "1", code: "Digit1", ctrlKey: false, metaKey: false, altKey: false, shiftKey: true }),
    ]).toEqual(["Ctrl+Z", "Shift+Ctrl+Z", "?", "Ctrl++", "Space", "", "1", "1"]);
  });
});
