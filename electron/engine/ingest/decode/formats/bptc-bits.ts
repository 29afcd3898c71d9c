/**
 * @file What BC6H and BC7 share: the bits of a block from the lowest up, and the places on a line between two ends.
 */

/** Reads numbers of up to 16 bits, one after the other; behind the end there are zeros. */
export function blockBits(block: Uint8Array, from: number): (count: number) => number {
  let at = from;
  return (count) => {
    let value = 0;
    for (let bit = 0; bit < count; bit++, at++) value |= (((block[at >> 3] ?? 0) >> (at & 7)) & 1) << bit;
    return value;
  };
}

/** 64ths of the way, by the bits of an index. */
const weights: Readonly<Record<number, readonly number[]>> = {
  2: [0, 21, 43, 64],
  3: [0, 9, 18, 27, 37, 46, 55, 64],
  4: [0, 4, 9, 13, 17, 21, 26, 30, 34, 38, 43, 47, 51, 55, 60, 64],
};

export function blend(first: number, second: number, { index, bits }: { index: number; bits: number }): number {
  const weight = weights[bits]?.[index] ?? 0;
  return (first * (64 - weight) + second * weight + 32) >> 6;
}
