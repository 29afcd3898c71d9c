/**
 * @file Seeded random numbers. Every algorithm takes a generator; `Math.random` is banned by lint.
 * The generator is SplitMix32-seeded xoshiro128** (Blackman and Vigna, 2018, https://prng.di.unimi.it/): fast, 32 bits a call,
 * the same sequence on every platform.
 */

export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1) with 32 bits of resolution. */
  unit(): number;
  /** An integer in [0, bound). `bound` in 1..2^32. */
  below(bound: number): number;
  /** A standard normal number (Box-Muller, one per call). */
  normal(): number;
}

/** A generator whose whole sequence follows from `seed` (any integer; its low 32 bits count). */
export function createRandom(seed: number): Random {
  let mix = seed >>> 0;
  const splitMix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    return mixBits(mix) >>> 0;
  };
  let a = splitMix();
  let b = splitMix();
  let c = splitMix();
  let d = splitMix();
  const uint32 = (): number => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  return randomFrom(uint32);
}

/** A generator over a source of 32 random bits. */
export function randomFrom(uint32: () => number): Random {
  const unit = (): number => uint32() / 4294967296;
  return {
    uint32,
    unit,
    below: (bound) => Math.floor(unit() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit()),
  };
}

/** SplitMix32's finaliser: every bit of the result depends on every bit of the number. A signed number of 32 bits. */
export function mixBits(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97);
  return hash ^ (hash >>> 15);
}

/** Shuffles `values` in place (Fisher-Yates) and returns it. */
export function shuffle<T>(values: T[], random: Random): T[] {
  for (let index = values.length - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [values[index], values[other]] = [values[other] as T, values[index] as T];
  }
  return values;
}
