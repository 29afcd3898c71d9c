/** @file The blind test: pairs of neighbour rows without names, and whether the choices could be chance. */
import type { RunNeighbours } from "#protocol/training.ts";

export interface BlindPair {
  /** Row of the picture that is asked about. */
  readonly row: number;
  /** Whether the encoder of before lies above. */
  readonly beforeFirst: boolean;
}

export type BlindAnswer = "before" | "after" | "same";

/** Rows whose neighbours differ, the most different first. */
export function differingRows({ count, k }: Pick<RunNeighbours, "count" | "k">, before: Int32Array, after: Int32Array): number[] {
  const fresh = Array.from({ length: count }, (_, row) => {
    const known = new Set(before.subarray(row * k, (row + 1) * k));
    return after.subarray(row * k, (row + 1) * k).reduce((sum, other) => sum + (known.has(other) ? 0 : 1), 0);
  });
  return Array.from({ length: count }, (_, row) => row)
    .filter((row) => (fresh[row] ?? 0) > 0)
    .sort((one, other) => (fresh[other] ?? 0) - (fresh[one] ?? 0) || one - other);
}

/** Pairs drawn among the rows that differ, not only among the most different ones, which would be no fair sample. */
export function drawPairs(rows: readonly number[], wanted: number, seed: number): BlindPair[] {
  const random = generator(seed);
  const left = [...rows];
  const pairs: BlindPair[] = [];
  while (left.length > 0 && pairs.length < wanted) {
    const [row = 0] = left.splice(Math.floor(random() * left.length), 1);
    pairs.push({ row, beforeFirst: random() < 0.5 });
  }
  return pairs;
}

/** Two-sided sign test: how likely a split at least so uneven is where both are equally good. "same" does not count. */
export function signTest(before: number, after: number): number {
  const total = before + after;
  if (total === 0) return 1;
  const most = Math.max(before, after);
  let probability = 0;
  for (let hits = most; hits <= total; hits++) probability += binomial(total, hits);
  return Math.min(1, 2 * probability * 0.5 ** total);
}

export function blindWords(answers: readonly BlindAnswer[], afterName: string): string {
  const after = answers.filter((answer) => answer === "after").length;
  const before = answers.filter((answer) => answer === "before").length;
  const same = answers.length - after - before;
  const chance = signTest(before, after);
  const split = `You found ${afterName} better ${after} times, the encoder of before ${before} times${same > 0 ? `, no difference ${same} times` : ""}.`;
  if (before === after) return `${split} Neither is ahead.`;
  const shown = chance < 0.001 ? "p < .001" : `p = ${chance.toFixed(3).replace(/^0/u, "")}`;
  return chance < 0.05 ? `${split} That is hardly chance (${shown}).` : `${split} That may well be chance (${shown}).`;
}

function binomial(total: number, hits: number): number {
  let value = 1;
  for (let at = 1; at <= hits; at++) value = (value * (total - hits + at)) / at;
  return value;
}

/** A linear congruence, whose high bits are good enough to deal pairs. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}
