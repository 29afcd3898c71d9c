/**
 * @file Is one way of telling clicks better than another, or was it luck? Both were asked of the same clicks, none of which they had learnt from. What counts for a click is how much of the
 * probability its class was given: that says more than right or wrong, and with fifty clicks right and wrong say little. Luck is told by chance itself: were the two alike, each click's difference
 * might as well have had the other sign (the permutation test of Fisher, 1935).
 */
import { createRandom } from "../base/random.ts";
import type { LeftOut } from "./calibration.ts";
import { largestOf } from "./leave-out.ts";

export interface Comparison {
  /** Shares of the clicks that are told. */
  readonly accuracy: number;
  readonly plainAccuracy: number;
  /** Mean of what the class of a click is given more. */
  readonly gain: number;
  /** How often signs thrown by chance gain as much. */
  readonly chance: number;
  readonly isBetter: boolean;
}

/** Beyond chance: what luck does less often than this. */
export const mostChance = 0.1;
const throws = 4000;
const seed = 11;

/**
 * @param tuned, plain: answers for the same clicks in the same order; several of each where the clicks were asked several times, in other folds
 */
export function compareAnswers(tuned: readonly LeftOut[], plain: readonly LeftOut[]): Comparison {
  const differences = new Float64Array(tuned[0]?.count ?? 0);
  tuned.forEach((its, time) => {
    const other = plain[time] as LeftOut;
    its.labels.forEach((label, at) => {
      const place = at * its.classCount + label;
      differences[at] += (its.probabilities[place] - other.probabilities[place]) / tuned.length;
    });
  });
  const gain = differences.reduce((sum, value) => sum + value, 0) / Math.max(1, differences.length);
  const chance = chanceOf(differences, gain);
  const [accuracy, plainAccuracy] = [meanAccuracy(tuned), meanAccuracy(plain)];
  return { accuracy, plainAccuracy, gain, chance, isBetter: gain > 0 && chance <= mostChance && accuracy >= plainAccuracy };
}

function meanAccuracy(all: readonly LeftOut[]): number {
  let right = 0;
  let count = 0;
  for (const each of all) {
    count += each.count;
    for (let at = 0; at < each.count; at++)
      if (largestOf(each.probabilities.subarray(at * each.classCount, (at + 1) * each.classCount), each.classCount) === each.labels[at])
        right++;
  }
  return right / Math.max(1, count);
}

/** Share of throws of all signs whose mean is at least `gain`. */
function chanceOf(differences: Float64Array, gain: number): number {
  const random = createRandom(seed);
  let reached = 0;
  for (let each = 0; each < throws; each++) {
    let sum = 0;
    for (const difference of differences) sum += random.unit() < 0.5 ? difference : -difference;
    if (sum / differences.length >= gain) reached++;
  }
  return (reached + 1) / (throws + 1);
}
