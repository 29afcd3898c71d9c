/**
 * @file One query out of several: the sum of unit vectors, each with its weight, less those to keep away from; made unit length.
 */
import { BugError, UserError } from "../base/errors.ts";

export interface WeightedVector {
  /** [dimensions], unit length. */
  readonly vector: Float32Array;
  /** Below 0: away from it. */
  readonly weight: number;
}

/** What is left where terms cancel each other out is rounding. */
const leastLength = 1e-4;

/** Throws UserError `bad-query` where nothing is left of the sum. */
export function combineTerms(terms: readonly WeightedVector[]): Float32Array {
  const [first] = terms;
  if (first === undefined) throw new BugError("a query without terms");
  const sum = new Float64Array(first.vector.length);
  for (const { vector, weight } of terms) {
    if (vector.length !== sum.length) throw new BugError(`terms of ${sum.length} and ${vector.length} numbers`);
    vector.forEach((value, at) => {
      sum[at] = (sum[at] as number) + weight * value;
    });
  }
  const length = Math.hypot(...sum);
  const total = terms.reduce((most, { weight }) => Math.max(most, Math.abs(weight)), 0);
  if (!(length > leastLength * total))
    throw new UserError("bad-query", "The terms cancel each other out: nothing is left to search for. Take one of them away.");
  return Float32Array.from(sum, (value) => value / length);
}
