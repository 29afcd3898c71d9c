/**
 * @file Labels that may be mistakes: clicks that, left out, are confidently told to be something else by what they are like.
 */
import { applyPower } from "./calibration.ts";
import type { Clicks } from "./clicks.ts";
import { largestOf, leaveOut, type Candidate } from "./leave-out.ts";
import type { SpaceModels } from "./models.ts";

export interface Hint {
  readonly row: number;
  readonly label: number;
  /** What it would be called. */
  readonly other: number;
  /** Probability of that. */
  readonly confidence: number;
}

/** The surest first. @param clicks those that can be left out  @param least confidence below which nothing is said */
export function findHints(models: SpaceModels, chosen: Candidate, clicks: Clicks, least = 0.6): Hint[] {
  const { count, classCount, probabilities } = leaveOut(models, chosen.model, clicks);
  const hints: Hint[] = [];
  for (let at = 0; at < count; at++) {
    const one = probabilities.subarray(at * classCount, (at + 1) * classCount);
    applyPower(one, classCount, chosen.power);
    const other = largestOf(one, classCount);
    if (other !== clicks.labels[at] && one[other] >= least)
      hints.push({ row: clicks.rows[at], label: clicks.labels[at], other, confidence: one[other] });
  }
  return hints.sort((one, other) => other.confidence - one.confidence || one.row - other.row);
}
