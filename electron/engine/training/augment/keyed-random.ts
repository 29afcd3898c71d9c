/**
 * @file Random numbers that follow from a key and a count, without a state to carry along: the i-th number of (seed, step, picture, view) is the same in
 * whatever batch, order or thread the view is made, and after a run has been killed and resumed.
 */
import type { Random } from "../../base/random.ts";

/** A generator whose whole sequence follows from the key's numbers (integers; their low 32 bits count) and their order. */
export function keyedRandom(...key: readonly number[]): Random {
  // 64 bits of key: two chains of finalisers over the same numbers.
  let first = 0x243f6a88;
  let second = 0x85a308d3;
  for (const number of key) {
    first = mix(first ^ number);
    second = mix((second + Math.imul(number, 0x9e3779b9)) | 0) ^ first;
  }
  let place = 0;
  const uint32 = (): number => {
    place = (place + 0x9e3779b9) | 0;
    return mix(mix((first + place) | 0) ^ second) >>> 0;
  };
  const unit = (): number => uint32() / 4294967296;
  return {
    uint32,
    unit,
    below: (bound) => Math.floor(unit() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  };
}

/** A 32-bit finaliser (the one of engine/base/random.ts): every bit of the result depends on every bit of the number. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 15);
}
