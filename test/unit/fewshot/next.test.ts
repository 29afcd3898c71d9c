import { describe, expect, test } from "vitest";

import { createLearner } from "#engine/fewshot/learner.ts";
import { moreLikeThese } from "#engine/fewshot/more-like-these.ts";
import { suggestAlike, suggestFirst, suggestNext } from "#engine/fewshot/next.ts";
import { outlook } from "#engine/fewshot/outlook.ts";
import { noClass, predictAll } from "#engine/fewshot/predict.ts";
import { clouds, drawClicks, spaceOf } from "./folders.ts";

describe("before any click", () => {
  test("one of each cloud comes first, and all that is told stands for the whole", () => {
    const folder = clouds({ classCount: 5, count: 150, spread: 0.5 });
    const first = suggestFirst({ ...spaceOf(folder), count: 5 });
    expect(new Set(first.map(({ row }) => folder.labels[row])).size).toBe(5);
    const numbers = first.map(({ why }) => Number(/about (\d+) images/.exec(why)?.[1]));
    expect(numbers.reduce((sum, value) => sum + value, 0)).toBe(150);
    numbers.forEach((size) => expect(size).toBeGreaterThan(20));
  });

  test("what was shown does not come again, nor what is like it", () => {
    const folder = clouds({ classCount: 5, count: 150, spread: 0.3 });
    const without = [0, 1, 2];
    const first = suggestFirst({ ...spaceOf(folder), count: 2, without });
    expect(first.map(({ row }) => folder.labels[row]).sort()).toEqual([3, 4]);
    const rest = suggestFirst({ ...spaceOf(folder), count: 200, without }).map(({ row }) => row);
    expect([rest.length, new Set([...rest, ...without]).size]).toEqual([147, 150]);
  });

  test("no picture comes twice, and there are no more than there are", () => {
    const folder = clouds({ count: 20 });
    const all = suggestFirst({ ...spaceOf(folder), count: 50 });
    expect(new Set(all.map(({ row }) => row)).size).toBe(20);
  });
});

describe("after clicks", () => {
  const folder = clouds({ classCount: 4, count: 200, spread: 0.8 });
  const clicks = drawClicks(folder, 2, 1);
  // Nothing of class 3 has been shown.
  const some = {
    rows: clicks.rows.filter((_, at) => clicks.labels[at] < 3),
    labels: clicks.labels.filter((label) => label < 3),
    classCount: 3,
  };
  const learned = createLearner([spaceOf(folder)]).learn(some);
  const next = suggestNext({
    ...learned.models.space,
    count: 8,
    classCount: 3,
    probabilities: predictAll(learned).probabilities,
    strangeness: learned.models.ridge.strangeness,
    without: new Set(some.rows),
    nameOf: (label) => `class ${label}`,
  });

  test("what belongs to no class yet is asked for", () => {
    const unknown = next.filter(({ row }) => folder.labels[row] === 3);
    expect(unknown.length).toBeGreaterThanOrEqual(4);
    expect(next.some(({ row }) => some.rows.includes(row))).toBe(false);
    expect(new Set(next.map(({ row }) => row)).size).toBe(8);
  });

  test("and the reason is said", () => {
    for (const { why } of next)
      expect(why).toMatch(/^(between class \d \(\d+ %\) and class \d|many images like it were not shown yet; taken for class \d)/);
  });
});

describe("the outlook", () => {
  test("is flat where half of the clicks tell as much, and not where they tell less", () => {
    const easy = clouds({ spread: 0.3, count: 200 });
    const flat = outlook(spaceOf(easy).table, drawClicks(easy, 12, 1));
    expect(flat).toMatchObject({ flattened: true, withAll: 1 });
    expect(flat.words).toMatch(/^Half of the clicks tell 100 %, all of them 100 %: more clicks will hardly help\.$/);
    const hard = clouds({ spread: 3, dimensions: 40, count: 800, classCount: 6 });
    const rising = outlook(spaceOf(hard).table, drawClicks(hard, 16, 1));
    expect(rising.flattened).toBe(false);
    expect(rising.words).toMatch(/as many again may bring some \d+ points/);
  });

  test("with few clicks nothing is claimed", () => {
    const folder = clouds();
    expect(outlook(spaceOf(folder).table, drawClicks(folder, 2, 1))).toMatchObject({ withHalf: null, flattened: false });
  });
});

test("with one class what is most like it is to be confirmed", () => {
  const next = suggestAlike(Float32Array.of(0.2, 1, 0.9, 0.5), { count: 2, without: new Set([1]), name: "cat" });
  expect(next).toEqual([
    { row: 2, why: "like cat (90 %)" },
    { row: 3, why: "like cat (50 %)" },
  ]);
});

describe("more of these", () => {
  const folder = clouds({ spread: 0.9, count: 200 });
  const clicksOf = (each: number): Int32Array => {
    const { rows, labels } = drawClicks(folder, each, 1);
    return rows.filter((_, at) => labels[at] === 2);
  };

  test.each([1, 5])("%i clicks put their own class first", (each) => {
    const rows = clicksOf(each);
    const { predictions, meanRank } = moreLikeThese([spaceOf(folder)], rows, 0.5);
    const order = [...folder.labels.keys()]
      .filter((row) => !rows.includes(row))
      .sort((one, other) => predictions.confidences[other] - predictions.confidences[one]);
    expect(order.slice(0, 20).filter((row) => folder.labels[row] === 2).length).toBeGreaterThanOrEqual(17);
    if (each === 1) expect(meanRank).toBeNull();
    else expect(meanRank).toBeLessThan(0.25);
    for (const row of rows) expect([predictions.labels[row], predictions.confidences[row]]).toEqual([0, 1]);
  });

  test("a threshold no image reaches tells none but the clicks", () => {
    const rows = clicksOf(4);
    const { predictions } = moreLikeThese([spaceOf(folder)], rows, 1);
    expect(predictions.labels.filter((label) => label !== noClass)).toHaveLength(4);
  });
});
