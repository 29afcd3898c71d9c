/** @file The rule that joins both answers: the first stands where nothing is far, the second takes over where something is, whatever the blocks. */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { deviationsAbove, robustSpread } from "#engine/outliers/robust.ts";
import { shareRanks } from "#engine/outliers/ranks.ts";
import { joinAnswers, type Answers } from "#engine/outliers/two-questions.ts";

const count = 400;
const everything = [Int32Array.from({ length: count }, (_, row) => row)];

function answers(home: (row: number) => number, far: (row: number) => number): Answers {
  const four = (value: (row: number) => number): Float64Array[] =>
    Array.from({ length: 4 }, () => Float64Array.from({ length: count }, (_, row) => value(row)));
  return { home: four(home), far: four(far) };
}

describe("the joined score", () => {
  test("is the rank of the first answer where nothing is two deviations away", () => {
    const home = (row: number): number => (row * 37) % count;
    // Evenly spread: the farthest is 1.35 robust deviations above the middle.
    const joined = joinAnswers(count, everything, [answers(home, (row) => row)]);
    const ranks = shareRanks(Float64Array.from({ length: count }, (_, row) => home(row)));
    joined.forEach((score, row) => expect(score).toBeCloseTo((ranks[row] as number) / 2, 12));
  });

  test("puts a clump that is far before all others, though it is at home with itself", () => {
    const random = createRandom(3);
    const normal = Float64Array.from({ length: count }, () => random.normal());
    const joined = joinAnswers(count, everything, [
      answers(
        (row) => (row < 16 ? 0 : 1 + (normal[row] as number) ** 2),
        (row) => (row < 16 ? 9 : 0) + (normal[row] as number),
      ),
    ]);
    const lowest = Math.min(...joined.subarray(0, 16));
    expect(joined.subarray(16).every((score) => score < lowest)).toBe(true);
    expect(joined.every((score) => score >= 0 && score <= 1)).toBe(true);
  });

  test("takes over little by little", () => {
    const random = createRandom(5);
    const normal = Float64Array.from({ length: count }, () => random.normal());
    const { median, deviation } = robustSpread(normal);
    const at = (deviations: number): number => {
      const far = normal.slice();
      far[0] = median + deviations * deviation;
      return joinAnswers(count, everything, [answers((row) => row, (row) => far[row] as number)])[0] as number; // prettier-ignore
    };
    const scores = [1, 2, 2.5, 3, 3.5, 4, 9].map(at);
    for (let step = 1; step < scores.length; step++) expect(scores[step]).toBeGreaterThanOrEqual(scores[step - 1] as number);
    expect(scores[0]).toBeLessThan(0.01);
    // The farthest, and the most at home: 1 for being far, .7 for being the farthest, nothing for the first answer, halved.
    expect(scores.at(-1)).toBeCloseTo(0.85, 12);
  });

  test("is the same for one block and for the same answers cut into three", () => {
    const random = createRandom(7);
    const values = Array.from({ length: 8 }, () => Float64Array.from({ length: count }, () => random.normal()));
    const whole: Answers = { home: values.slice(0, 4), far: values.slice(4) };
    const blocks = [0, 1, 2].map((part) => everything[0]!.filter((row) => row % 3 === part));
    const cut = blocks.map((rows): Answers => {
      const take = (all: readonly Float64Array[]): Float64Array[] => all.map((each) => Float64Array.from(rows, (row) => each[row]!));
      return { home: take(whole.home), far: take(whole.far) };
    });
    expect([...joinAnswers(count, blocks, cut)]).toEqual([...joinAnswers(count, everything, [whole])]);
  });
});

test("deviations are counted from the median, in units that odd values cannot move, and never beyond 100", () => {
  const values = [...Array.from({ length: 99 }, (_, at) => at), 1e9];
  const deviations = deviationsAbove(values);
  expect(deviations[49]).toBeCloseTo(-0.5 / (1.4826 * 25), 6);
  expect(deviations[99]).toBe(100);
  expect([...deviationsAbove([5, 5, 5, 5, 8])]).toEqual([0, 0, 0, 0, 0]);
});
