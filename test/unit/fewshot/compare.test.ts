/** @file Better, or luck? */
import { expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import type { LeftOut } from "#engine/fewshot/calibration.ts";
import { compareAnswers } from "#engine/fewshot/compare.ts";

const mostChance = 0.2;

/** Answers of three classes that are right so often; `sharpness` makes them surer without making them righter. */
function answers({
  count = 60,
  right = 0.7,
  sharpness = 1,
  seed = 1,
}: {
  count?: number;
  right?: number;
  sharpness?: number;
  seed?: number;
}): LeftOut {
  const random = createRandom(seed);
  const probabilities = new Float64Array(count * 3);
  const labels = new Int32Array(count);
  for (let at = 0; at < count; at++) {
    labels[at] = at % 3;
    const told = random.unit() < right ? labels[at] : (labels[at] + 1 + random.below(2)) % 3;
    const raw = [0, 1, 2].map((label) => (label === told ? 0.6 + 0.3 * random.unit() : 0.2) ** sharpness);
    const sum = raw.reduce((total, value) => total + value, 0);
    raw.forEach((value, label) => (probabilities[at * 3 + label] = value / sum));
  }
  return { count, classCount: 3, probabilities, labels };
}

test("the same answers are not better", () => {
  const same = answers({});
  const { gain, isBetter } = compareAnswers([same], [same], mostChance);
  expect(gain).toBeCloseTo(0, 6);
  expect(isBetter).toBe(false);
});

test("the very same answers, only surer, are not better", () => {
  const { gain, tunedPower, isBetter } = compareAnswers([answers({ sharpness: 3 })], [answers({})], mostChance);
  expect(Math.abs(gain)).toBeLessThan(1e-6);
  expect(tunedPower).toBeLessThan(1);
  expect(isBetter).toBe(false);
});

test("many more right are better, fewer right never", () => {
  const [low, high] = [answers({ right: 0.5 }), answers({ right: 0.95, seed: 2 })];
  expect(compareAnswers([high], [low], mostChance)).toMatchObject({ isBetter: true });
  const worse = compareAnswers([low], [high], mostChance);
  expect([worse.isBetter, worse.gain < 0, worse.chance > 0.9]).toEqual([false, true, true]);
});

test("two ways that are alike are rarely called better: about as often as chance is given", () => {
  let called = 0;
  for (let seed = 1; seed <= 200; seed++)
    if (compareAnswers([answers({ seed, count: 40 })], [answers({ seed: 1000 + seed, count: 40 })], mostChance).isBetter) called++;
  // Three standard deviations above the share that is let through.
  expect(called).toBeLessThanOrEqual(200 * mostChance + 3 * Math.sqrt(200 * mostChance * (1 - mostChance)));
});

test("what is at stake decides how much may be luck", () => {
  const [one, other] = [answers({ right: 0.76, seed: 5 }), answers({ right: 0.7, seed: 5 })];
  const { chance, gain } = compareAnswers([one], [other], 1);
  expect(gain).toBeGreaterThan(0.005);
  expect([chance > 0.01, chance < 0.5]).toEqual([true, true]);
  expect(compareAnswers([one], [other], chance - 0.01).isBetter).toBe(false);
  expect(compareAnswers([one], [other], chance + 0.01).isBetter).toBe(true);
});

test("chance is the share of all signs that gain as much", () => {
  const [one, other] = [answers({ count: 8, right: 0.8, seed: 3 }), answers({ count: 8, seed: 4 })];
  const { chance, gain, tunedPower } = compareAnswers([one], [other], mostChance);
  // All 256 signs of eight differences.
  expect(tunedPower).toBeGreaterThan(0);
  const differences = differencesOf(one, other);
  expect(differences.reduce((sum, value) => sum + value, 0) / 8).toBeCloseTo(gain, 3);
  let reached = 0;
  for (let signs = 0; signs < 256; signs++) {
    const sum = differences.reduce((total, value, at) => total + ((signs >> at) & 1 ? value : -value), 0);
    if (sum / 8 >= gain - 1e-3) reached++;
  }
  expect(Math.abs(chance - reached / 256)).toBeLessThan(0.03);
});

test("clicks that were asked several times count once", () => {
  const times = [1, 2, 3].map((seed) => answers({ seed, right: 0.8 }));
  const plain = [4, 5, 6].map((seed) => answers({ seed, right: 0.6 }));
  const all = compareAnswers(times, plain, mostChance);
  const mean = (of: readonly LeftOut[]): number =>
    of.reduce((sum, each) => sum + compareAnswers([each], [each], mostChance).accuracy / of.length, 0);
  expect(all.accuracy).toBeCloseTo(mean(times), 10);
  expect(all.plainAccuracy).toBeCloseTo(mean(plain), 10);
});

/** As the comparison sees them, written out: logarithms of what the truth is given at the likeliest power, found in small steps. */
function differencesOf(one: LeftOut, other: LeftOut): number[] {
  const logarithmsOf = ({ count, probabilities, labels }: LeftOut): number[] => {
    const given = (power: number): number[] =>
      Array.from({ length: count }, (_, at) => {
        const row = [...probabilities.slice(at * 3, at * 3 + 3)];
        return Math.log(row[labels[at]] ** power / row.reduce((sum, each) => sum + each ** power, 0));
      });
    const likelihood = (power: number): number => given(power).reduce((sum, value) => sum + value, 0);
    let best = 1 / 64;
    for (let power = best; power < 64; power *= 1.0005) if (likelihood(power) > likelihood(best)) best = power;
    return given(best);
  };
  const [its, before] = [logarithmsOf(one), logarithmsOf(other)];
  return its.map((value, at) => Math.max(-2, Math.min(2, value - before[at])));
}
