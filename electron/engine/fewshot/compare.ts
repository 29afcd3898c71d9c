/**
 * @file Is one way of telling clicks better than another, or was it luck? Both were asked of the same clicks, none of which they had learnt from. What counts for a click is how much of the
 * probability its class was given, once both are as sure as one another: that says more than right or wrong, which for fifty clicks say little. Luck is told by chance itself: were the two alike,
 * each click's difference might as well have had the other sign (the permutation test of Fisher, 1935).
 */
import { createRandom } from "../base/random.ts";
import { applyPower, fitPower, type LeftOut } from "./calibration.ts";
import { largestOf } from "./leave-out.ts";

export interface Comparison {
  /** Shares of the clicks that are told. */
  readonly accuracy: number;
  readonly plainAccuracy: number;
  /** What the tuned probabilities must be raised to, to be as sure as they deserve. */
  readonly tunedPower: number;
  /** Mean of what the class of a click is given more. */
  readonly gain: number;
  /** How often signs thrown by chance gain as much. */
  readonly chance: number;
  readonly isBetter: boolean;
}

/** Beyond chance: what luck does less often than this. */
export const mostChance = 0.1;
/** Less than this is none, however surely. */
export const leastGain = 0.005;
const throws = 4000;
const seed = 11;

/**
 * @param tuned, plain: answers for the same clicks in the same order; several of each where the clicks were asked several times, in other folds
 */
export function compareAnswers(tuned: readonly LeftOut[], plain: readonly LeftOut[]): Comparison {
  const [one, other] = [askedAll(tuned), askedAll(plain)];
  const times = Math.max(1, tuned.length);
  const clicks = one.count / times;
  const differences = new Float64Array(clicks);
  const [given, before] = [givenToTruth(one, asSureAs(one, meanConfidence(other, 1))), givenToTruth(other, 1)];
  for (let at = 0; at < one.count; at++) differences[at % clicks] += (given[at] - before[at]) / times;
  const gain = differences.reduce((sum, value) => sum + value, 0) / Math.max(1, clicks);
  const chance = chanceOf(differences, gain);
  const [accuracy, plainAccuracy] = [accuracyOf(one), accuracyOf(other)];
  const tunedPower = fitPower(one, 1);
  return {
    accuracy,
    plainAccuracy,
    tunedPower,
    gain,
    chance,
    isBetter: gain >= leastGain && chance <= mostChance && accuracy >= plainAccuracy,
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

function givenToTruth({ count, classCount, probabilities, labels }: LeftOut, power: number): Float64Array {
  return Float64Array.from({ length: count }, (_, at) => {
    const one = probabilities.slice(at * classCount, (at + 1) * classCount);
    applyPower(one, classCount, power);
    return one[labels[at]];
  });
}

function meanConfidence({ count, classCount, probabilities }: LeftOut, power: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) {
    const one = probabilities.slice(at * classCount, (at + 1) * classCount);
    applyPower(one, classCount, power);
    sum += one[largestOf(one, classCount)];
  }
  return sum / Math.max(1, count);
}

const halvings = 30;

/** The power at which answers are as sure as wanted, in the mean. Surer is not righter, but would look like it. */
function asSureAs(answers: LeftOut, wanted: number): number {
  let [low, high] = [-6, 6];
  for (let each = 0; each < halvings; each++) {
    const middle = (low + high) / 2;
    if (meanConfidence(answers, 2 ** middle) < wanted) low = middle;
    else high = middle;
  }
  return 2 ** ((low + high) / 2);
}

function accuracyOf({ count, classCount, probabilities, labels }: LeftOut): number {
  let right = 0;
  for (let at = 0; at < count; at++)
    if (largestOf(probabilities.subarray(at * classCount, (at + 1) * classCount), classCount) === labels[at]) right++;
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
