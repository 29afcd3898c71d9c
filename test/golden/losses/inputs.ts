/**
 * @file The inputs of the golden values of losses (losses.json), which an implementation of its own in another language and in float64 made of the very same numbers:
 * s <- (1664525 s + 1013904223) mod 2^32, each number 2 s / 2^32 - 1.
 */
import { unitAll } from "../../reference/losses/vectors.ts";

/** [rows, width] */
export function congruential(rows: number, width: number, seed: number): number[][] {
  let state = seed;
  const next = (): number => {
    // 1664525 * 2^32 is above 2^53: the product is taken in two halves.
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (2 * state) / 4294967296 - 1;
  };
  return Array.from({ length: rows }, () => Array.from({ length: width }, next));
}

const raw = congruential(4, 3, 1);
const noise = congruential(4, 3, 2);

/** First views, second views, both. */
export const a = unitAll(raw);
export const b = unitAll(raw.map((row, at) => row.map((value, place) => value + 0.5 * (noise[at]?.[place] as number))));
export const z = [...a, ...b];
export const queue = unitAll(congruential(5, 3, 3));
export const prototypes = unitAll(congruential(6, 3, 4));
export const instances = congruential(4, 3, 7);
