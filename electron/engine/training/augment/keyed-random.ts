/**
 * @file Random numbers that follow from a key and a count, without a state to carry along: the i-th number of (seed, step, picture, view) is the same in
 * whatever batch, order or thread the view is made, and after a run has been killed and resumed.
 */
import { mixBits, randomFrom, type Random } from "../../base/random.ts";

/** A generator whose whole sequence follows from the key's numbers (integers; their low 32 bits count) and their order. */
export function keyedRandom(...key: readonly number[]): Random {
  // 64 bits of key: two chains of finalisers over the same numbers.
  let first = 0x243f6a88;
  let second = 0x85a308d3;
  for (const number of key) {
    first = mixBits(first ^ number);
    second = mixBits((second + Math.imul(number, 0x9e3779b9)) | 0) ^ first;
  }
  let place = 0;
  return randomFrom(() => {
    place = (place + 0x9e3779b9) | 0;
    return mixBits(mixBits((first + place) | 0) ^ second) >>> 0;
  });
}
