/**
 * @file Which pairs of possible copies are looked at with one encoder and not with the other. Whether two pictures are copies is told by their pixels and not by an
 * encoder; an encoder only says which pairs are worth looking at, and hashes and colours say so too. What all ways find with both encoders is no difference.
 */
import type { CandidatePair } from "../../duplicates/types.ts";

export interface ChangedPairs {
  /** Only with the one encoder, the most similar first. */
  readonly onlyBefore: readonly CandidatePair[];
  readonly onlyAfter: readonly CandidatePair[];
  /** With both, whichever way. */
  readonly both: number;
  /** Beyond the limit, and left out. */
  readonly leftOut: { readonly before: number; readonly after: number };
}

/** @param limit of each list: every pair in it is compared pixel by pixel */
export function changedPairs(before: readonly CandidatePair[], after: readonly CandidatePair[], limit: number): ChangedPairs {
  const [known, now] = [new Set(before.map(keyOf)), new Set(after.map(keyOf))];
  const lost = before.filter((pair) => !now.has(keyOf(pair))).sort(bySimilarity);
  const found = after.filter((pair) => !known.has(keyOf(pair))).sort(bySimilarity);
  return {
    onlyBefore: lost.slice(0, limit),
    onlyAfter: found.slice(0, limit),
    both: before.length - lost.length,
    leftOut: { before: Math.max(0, lost.length - limit), after: Math.max(0, found.length - limit) },
  };
}

function keyOf({ a, b }: CandidatePair): string {
  return `${a}/${b}`;
}

function bySimilarity(one: CandidatePair, other: CandidatePair): number {
  return (other.similarity ?? 0) - (one.similarity ?? 0) || one.a - other.a || one.b - other.b;
}
