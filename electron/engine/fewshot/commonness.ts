/**
 * @file How common each class is in the folder. A person clicks rare and common things alike, so models are made as if all classes were equally common; what they then say of all images tells
 * how common each is, and that makes them righter (expectation-maximisation on the shares: Saerens, Latinne and Decaestecker, 2002). It is believed where it is beyond what errors would make of equal shares.
 */
import type { Clicks } from "./clicks.ts";

/**
 * Classes that are equally common are never found quite so: what errs makes some seem commoner. So shares are found with half a belief first, and count only where they are more uneven than errors make
 * them, which is the less the more was clicked. Six draws on thirteen folders, against no shares at all, at 2, 5 and 20 clicks a class: uneven folders gain (signs 6, 7, 6 points, clip art 1, 5, 8, terrain
 * 1, 5, 4, sprites 2, 3, 2), even ones (clothes, digits, brain slices) lose less than a tenth of a point. Believed by the number of clicks alone, it was half of that, and a third of a point.
 */
const firstBelief = 0.6;
/** Unevenness that errors reach at one click a class, by its root, and how much more is beyond doubt. */
const errorsReach = 0.21;
const beyondDoubt = 0.1;
const rounds = 15;

/** How far shares so uneven are believed: 0 to 1. @param unevenness standard deviation of the factors found with `firstBelief` */
export function beliefInShares({ rows, classCount }: Clicks, unevenness: number): number {
  const each = rows.length / Math.max(1, classCount);
  if (each < 1.5) return 0;
  const evidence = (unevenness - errorsReach / Math.sqrt(each)) / beyondDoubt;
  return ((each + 1) / (each + 2)) * Math.min(1, Math.max(0, evidence));
}

/**
 * [classCount] factor of each class's probability, believed as far as clicks and evidence allow; 1 where all seem as common.
 * @param probabilities [sample, classCount] calibrated, of images drawn from the folder
 */
export function commonness(probabilities: Float64Array, clicks: Clicks): Float64Array {
  const first = classFactors(probabilities, clicks.classCount, firstBelief);
  const unevenness = Math.sqrt(first.reduce((sum, factor) => sum + (factor - 1) ** 2, 0) / clicks.classCount);
  return classFactors(probabilities, clicks.classCount, beliefInShares(clicks, unevenness));
}

/**
 * The same with a belief of 0 (all are as common) to 1.
 */
export function classFactors(probabilities: Float64Array, classCount: number, belief: number): Float64Array {
  const count = probabilities.length / classCount;
  const factors = new Float64Array(classCount).fill(1);
  if (belief === 0 || count === 0) return factors;
  const sums = new Float64Array(classCount);
  for (let round = 0; round < rounds; round++) {
    sums.fill(0);
    for (let row = 0; row < count; row++) {
      const start = row * classCount;
      let total = 0;
      for (let label = 0; label < classCount; label++) total += probabilities[start + label] * factors[label];
      if (total > 0)
        for (let label = 0; label < classCount; label++) sums[label] += (probabilities[start + label] * factors[label]) / total;
    }
    for (let label = 0; label < classCount; label++) factors[label] = belief * ((sums[label] / count) * classCount) + (1 - belief);
  }
  return factors;
}
