/**
 * @file Is one way of telling clicks better than another, or was it luck? Both were asked of the same clicks, none of which they had learnt from. What counts for a click is the logarithm of the
 * probability that its class was given, once each way is as sure as it deserves: that says more than right or wrong, which for fifty clicks say little. Luck is told by chance itself: were the two alike,
 * each click's difference might as well have had the other sign (the permutation test of Fisher, 1935).
 *
 * How much is let through as luck depends on what is at stake: `run-tuning.ts` has it, with what was measured.
 */
import { createRandom } from "../base/random.ts";
import { applyPower, type LeftOut } from "./calibration.ts";
import { largestOf } from "./leave-out.ts";

export interface Comparison {
  /** Shares of the clicks that are told. */
  readonly accuracy: number;
  readonly plainAccuracy: number;
  /** What the tuned probabilities must be raised to, to be as sure as they deserve. */
  readonly tunedPower: number;
  /** Mean logarithm of how many times more the class of a click is given. */
  readonly gain: number;
  /** How often signs thrown by chance gain as much. */
  readonly chance: number;
  readonly isBetter: boolean;
}

/** Less than this is none, however surely. */
export const leastGain = 0.005;
/** One click may not decide: a class that is given some seven times more counts no further. */
const mostOfOne = 2;
const throws = 4000;
const seed = 11;

/**
 * @param tuned, plain: answers for the same clicks in the same order; several of each where the clicks were asked several times, in other folds
 * @param mostChance 0 to 1: what luck does less often than this is no luck
 */
export function compareAnswers(tuned: readonly LeftOut[], plain: readonly LeftOut[], mostChance: number): Comparison {
  const [one, other] = [askedAll(tuned), askedAll(plain)];
  const clicks = one.count / Math.max(1, tuned.length);
  const tunedPower = likeliestPower(one);
  const [given, before] = [logarithms(one, tunedPower), logarithms(other, likeliestPower(other))];
  const [told, toldBefore] = [isTold(one), isTold(other)];
  const gains = perClick(
    given.map((value, at) => Math.max(-mostOfOne, Math.min(mostOfOne, value - before[at]))),
    clicks,
  );
  const gain = mean(gains);
  const chance = chanceOf(gains, gain);
  // Right and wrong have no say, but may object.
  const error = standardError(
    perClick(
      told.map((value, at) => value - toldBefore[at]),
      clicks,
    ),
  );
  const [accuracy, plainAccuracy] = [mean(told), mean(toldBefore)];
  return {
    accuracy,
    plainAccuracy,
    tunedPower,
    gain,
    chance,
    isBetter: gain >= leastGain && chance <= mostChance && accuracy >= plainAccuracy - error,
  };
}

/** All times one behind the other. */
function askedAll(times: readonly LeftOut[]): LeftOut {
  return {
    count: times.reduce((sum, { count }) => sum + count, 0),
    classCount: times[0]?.classCount ?? 0,
    probabilities: Float64Array.from(times.flatMap(({ probabilities }) => [...probabilities])),
    labels: Int32Array.from(times.flatMap(({ labels }) => [...labels])),
  };
}

/** [count] logarithm of what the class of each click is given. */
function logarithms({ count, classCount, probabilities, labels }: LeftOut, power: number): Float64Array {
  return Float64Array.from({ length: count }, (_, at) => {
    const one = probabilities.slice(at * classCount, (at + 1) * classCount);
    applyPower(one, classCount, power);
    return Math.log(Math.max(one[labels[at]], Number.MIN_VALUE));
  });
}

const thirds = 40;

/** The power under which the clicks are likeliest: the likelihood has one top, so a third of the way is cut off each time. Surer is not righter, but would look like it. */
function likeliestPower(answers: LeftOut): number {
  let [low, high] = [-6, 6];
  for (let each = 0; each < thirds; each++) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3];
    if (mean(logarithms(answers, 2 ** left)) > mean(logarithms(answers, 2 ** right))) high = right;
    else low = left;
  }
  return 2 ** ((low + high) / 2);
}

/** [count] 1 where the class was told. */
function isTold({ count, classCount, probabilities, labels }: LeftOut): Float64Array {
  return Float64Array.from({ length: count }, (_, at) =>
    largestOf(probabilities.subarray(at * classCount, (at + 1) * classCount), classCount) === labels[at] ? 1 : 0,
  );
}

/** Means over the times that each click was asked. */
function perClick(values: Float64Array, clicks: number): Float64Array {
  const means = new Float64Array(clicks);
  values.forEach((value, at) => (means[at % clicks] += (value * clicks) / values.length));
  return means;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function standardError(values: Float64Array): number {
  const middle = mean(values);
  return Math.sqrt(
    values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1) / Math.max(1, values.length),
  );
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
