import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { applyPower, expectedCalibrationError, fitPower, reliability, type LeftOut } from "#engine/fewshot/calibration.ts";
import type { Clicks } from "#engine/fewshot/clicks.ts";
import { beliefInShares, classFactors, commonness } from "#engine/fewshot/commonness.ts";
import { largestOf } from "#engine/fewshot/leave-out.ts";

const classCount = 4;

/** Answers whose true probabilities are known, told to a power `distortion`: 1 is honest, 2 too sure, 1/3 too shy. */
function answers(count: number, distortion: number, seed: number): LeftOut {
  const random = createRandom(seed);
  const probabilities = new Float64Array(count * classCount);
  const labels = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const one = probabilities.subarray(row * classCount, (row + 1) * classCount);
    for (let label = 0; label < classCount; label++) one[label] = Math.exp(2 * random.normal());
    applyPower(one, classCount, 1);
    let rest = random.unit();
    while (labels[row] < classCount - 1 && (rest -= one[labels[row]]) > 0) labels[row]++;
    applyPower(one, classCount, distortion);
  }
  return { count, classCount, probabilities, labels };
}

function errorOf({ count, probabilities, labels }: LeftOut, power: number): number {
  const told = Array.from({ length: count }, (_, row) => {
    const one = probabilities.slice(row * classCount, (row + 1) * classCount);
    applyPower(one, classCount, power);
    const best = largestOf(one, classCount);
    return { confidence: one[best], right: best === labels[row] ? 1 : 0 };
  });
  return expectedCalibrationError(
    reliability(
      told.map(({ confidence }) => confidence),
      told.map(({ right }) => right),
    ),
  );
}

describe.each([0.33, 1, 2, 4])("answers to the power %f", (distortion) => {
  test("are brought back", () => {
    const known = answers(1000, distortion, 1);
    const power = fitPower(known, 1);
    // A quarter of an octave is the step between powers that are tried.
    expect(Math.abs(Math.log2(power * distortion))).toBeLessThan(0.5);
    const others = answers(4000, distortion, 2);
    expect(errorOf(others, power)).toBeLessThan(0.04);
    if (distortion !== 1) expect(errorOf(others, 1)).toBeGreaterThan(0.08);
  });
});

test("with few clicks the power stays near the usual one", () => {
  const wrong = answers(2, 1, 1);
  expect(Math.abs(Math.log2(fitPower(wrong, 2.5) / 2.5))).toBeLessThan(1);
  expect(fitPower({ count: 0, classCount, probabilities: new Float64Array(0), labels: new Int32Array(0) }, 2)).toBe(2);
});

test("the table of reliability counts what is in each bin, and the error weighs them", () => {
  const bins = reliability([0.15, 0.95, 0.95, 1], [1, 1, 0, 1]);
  expect(bins.map(({ from, count, accuracy }) => [from, count, accuracy])).toEqual([
    [0.1, 1, 1],
    [0.9, 3, 2 / 3],
  ]);
  // 1/4 of .85, and 3/4 of .9667 - .6667 = .3.
  expect(expectedCalibrationError(bins)).toBeCloseTo(0.25 * 0.85 + 0.75 * 0.3, 6);
});

describe("how common a class is", () => {
  const clicksOf = (each: number): Clicks => ({ rows: new Int32Array(each * 4), labels: new Int32Array(each * 4), classCount });
  const drawn = (shares: readonly number[]): Float64Array => {
    const random = createRandom(4);
    const count = 4000;
    const probabilities = new Float64Array(count * classCount);
    for (let row = 0; row < count; row++) {
      let rest = random.unit();
      let label = 0;
      while (label < classCount - 1 && (rest -= shares[label]) > 0) label++;
      const one = probabilities.subarray(row * classCount, (row + 1) * classCount);
      // Each class gives evidence for itself of e^(2 + noise), the same for all: right for equal shares.
      for (let each = 0; each < classCount; each++) one[each] = Math.exp(1.5 * ((each === label ? 1.5 : 0) + random.normal()));
      applyPower(one, classCount, 1);
    }
    return probabilities;
  };
  const sharesOf = (shares: readonly number[], belief: number): number[] =>
    [...classFactors(drawn(shares), classCount, belief)].map((factor) => factor / classCount);

  test("is found", () => {
    const shares = [0.7, 0.1, 0.1, 0.1];
    sharesOf(shares, 1).forEach((share, label) => expect(Math.abs(share - shares[label])).toBeLessThan(0.05));
    sharesOf([0.25, 0.25, 0.25, 0.25], 1).forEach((share) => expect(Math.abs(share - 0.25)).toBeLessThan(0.05));
  });

  test("is believed where it is more uneven than errors make it, the sooner the more was clicked, and not at all at one click a class", () => {
    const believed = (unevenness: number): number[] => [1, 2, 5, 20].map((each) => beliefInShares(clicksOf(each), unevenness));
    expect(believed(0)).toEqual([0, 0, 0, 0]);
    expect(believed(0.12).map((belief) => belief > 0)).toEqual([false, false, true, true]);
    expect(believed(1)).toEqual([0, 3 / 4, 6 / 7, 21 / 22]);
    expect(sharesOf([0.7, 0.1, 0.1, 0.1], 0)).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  test("equal classes are left equal, and of uneven ones the common one is told more", () => {
    expect([...commonness(drawn([0.25, 0.25, 0.25, 0.25]), clicksOf(5))]).toEqual([1, 1, 1, 1]);
    const [first, ...others] = commonness(drawn([0.7, 0.1, 0.1, 0.1]), clicksOf(5));
    expect(first).toBeGreaterThan(2.2);
    for (const factor of others) expect(factor).toBeLessThan(0.65);
  });
});
