/**
 * @file Which place of one view shows what a place of the other shows (Wang et al. 2021, DenseCL, arXiv 2011.09157): the one whose backbone feature is most
 * alike. The key of that place is the positive of the place.
 */
import type { Operators } from "../step/operators.ts";

export interface DenseMatchOptions {
  /** [n, places, channels] backbone features of the view that asks. */
  readonly from: string;
  /** [n, places, channels] of the view that answers. */
  readonly to: string;
  /** [n, places, d] its keys. */
  readonly keys: string;
}

/** @returns [n, places, d]: the key of each place's match; the choice has no gradient */
export function denseMatches(operators: Operators, { from, to, keys }: DenseMatchOptions): string {
  const unit = (value: string): string => operators.normalise(operators.detach(value));
  const likeness = operators.matMul(unit(from), operators.transpose(unit(to)));
  return operators.matMul(operators.argmax(likeness), keys);
}
