/**
 * @file How common each class is in the folder. A person clicks rare and common things alike, so models are made as if all classes were equally common; what they then say of all images tells
 * how common each is, and that makes them righter (expectation-maximisation on the shares: Saerens, Latinne and Decaestecker, 2002). With few clicks it is hardly believed.
 */
import type { Clicks } from "./clicks.ts";

/** Clicks a class at which the shares found and equal shares are believed alike: clip art gains 4 points at 5 clicks and 6 at 20, balanced folders lose none to half a point. */
const halfBelieved = 5;
const rounds = 15;

/** How far the shares are believed: 0 to 1. */
export function beliefInShares({ rows, classCount }: Clicks): number {
  const each = rows.length / Math.max(1, classCount);
  return each < 1.5 ? 0 : each / (each + halfBelieved);
}

/**
 * [classCount] factor of each class's probability; 1 where all are as common.
 * @param probabilities [sample, classCount] calibrated, of images drawn from the folder
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
