/**
 * @file From the coefficients of a block to N x M means of its pixels; src/kernels/jpeg/transform.h tells how. Sums are 32-bit integers that
 * wrap around, as there.
 */
const foldBits = 12;
const passBits = 6;
const cosineBits = 13;

/** cos(k pi / 16), written out, so that they are the same numbers in every language. */
const cosines = [
  1, 0.9807852804032304, 0.9238795325112867, 0.8314696123025452, 0.7071067811865476, 0.5555702330196022, 0.3826834323650898,
  0.19509032201612825, 0,
] as const;

/** The same with 13 bits behind the point. */
const [c1, c2, c3, c5, c6, c7] = [8035, 7568, 6811, 4551, 3135, 1598] as const;

const zigzag = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57,
  50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
] as const;

/** Points of a block across or down. */
export type Points = 1 | 2 | 4 | 8;

/** How a component's coefficients fold, in the order of the file: which sum each joins (-1: none) and with what weight. */
export interface Fold {
  readonly across: Points;
  readonly down: Points;
  readonly slots: Int8Array;
  readonly weights: Int32Array;
}

export function makeFold(quantiser: Uint8Array, across: Points, down: Points): Fold {
  const slots = new Int8Array(64).fill(-1);
  const weights = new Int32Array(64);
  for (let index = 0; index < 64; index++) {
    const place = zigzag[index] as number;
    const horizontal = foldFrequency(place & 7, across);
    const vertical = foldFrequency(place >> 3, down);
    if (horizontal === null || vertical === null) continue;
    slots[index] = vertical.index * across + horizontal.index;
    weights[index] = Math.floor(horizontal.weight * vertical.weight * (quantiser[index] as number) * (1 << foldBits) + 0.5);
  }
  return { across, down, slots, weights };
}

/** Adds the coefficient at `index` of the file's order. */
export function addCoefficient(sums: Int32Array, fold: Fold, index: number, value: number): void {
  const slot = index < 64 ? (fold.slots[index] as number) : -1;
  if (slot >= 0) sums[slot] = (sums[slot] as number) + Math.imul(value, fold.weights[index] as number);
}

/** Folded sums [down, across] to pixels [down, across], 0..255. */
export function transform(sums: Int32Array, { across, down }: Fold): Uint8Array {
  const rows = new Int32Array(across * down);
  const columns = new Int32Array(across * down);
  for (let index = 0; index < rows.length; index++) rows[index] = descale(sums[index] as number, foldBits - passBits);
  passDown(rows, down, across);
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++) columns[column * down + row] = rows[row * across + column] as number;
  passDown(columns, across, down);
  const pixels = new Uint8Array(across * down);
  for (let row = 0; row < down; row++)
    for (let column = 0; column < across; column++) {
      const value = descale(columns[column * down + row] as number, passBits) + 128;
      pixels[row * across + column] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  return pixels;
}

/** Frequency u of 8 points among N: the index it falls on and its weight; null where it averages out. */
function foldFrequency(u: number, points: Points): { readonly index: number; readonly weight: number } | null {
  const block = 8 / points;
  const weight = u === 0 ? cosines[4] / 2 : sine(block * u) / (block * sine(u)) / 2;
  if (points === 1) return u === 0 ? { index: 0, weight } : null;
  if (points === 2) {
    if (u === 0) return { index: 0, weight };
    return (u & 1) === 0 ? null : { index: 1, weight: weight * (u === 3 || u === 5 ? -cosines[4] : cosines[4]) };
  }
  if (points === 4 && u === 4) return null;
  const mirrored = points === 4 && u > 4;
  const index = mirrored ? 8 - u : u;
  // The middle frequency is +-cos(pi / 4) everywhere: the passes then only add and subtract it.
  const middle = index === points / 2 ? cosines[4] : 1;
  return { index, weight: (mirrored ? -weight : weight) * middle };
}

/** sin(k pi / 16) from the table of cosines. */
function sine(k: number): number {
  const half = k & 15;
  const value = cosines[half <= 8 ? 8 - half : half - 8] as number;
  return (k & 31) >= 16 ? -value : value;
}

function descale(value: number, bits: number): number {
  return ((value + (1 << (bits - 1))) | 0) >> bits;
}

/** Frequencies to points, down the columns of [points, lanes], in place. */
function passDown(values: Int32Array, points: Points, lanes: number): void {
  for (let lane = 0; lane < lanes; lane++) {
    const a = Array.from({ length: points }, (_, index) => values[index * lanes + lane] as number);
    passPoints(a, points).forEach((value, index) => (values[index * lanes + lane] = value));
  }
}

function passPoints(a: readonly number[], points: Points): readonly number[] {
  if (points === 1) return a;
  if (points === 2) {
    const [mean, change] = a as unknown as [number, number];
    return [mean + change, mean - change];
  }
  const even = points === 4 ? a.filter((_, index) => index % 2 === 0) : passEven(a);
  const odd = points === 4 ? passOdd4(a) : passOdd8(a);
  const [sums, differences] =
    points === 4
      ? [
          [(even[0] as number) + (even[1] as number) + (odd[0] as number), (even[0] as number) - (even[1] as number) + (odd[1] as number)],
          [(even[0] as number) + (even[1] as number) - (odd[0] as number), (even[0] as number) - (even[1] as number) - (odd[1] as number)],
        ]
      : [even.map((value, index) => value + (odd[index] as number)), even.map((value, index) => value - (odd[index] as number))];
  return [...sums, ...differences.reverse()];
}

/** [sum of products] as wrapping 32-bit integers, 13 bits taken off. */
function mix(...pairs: readonly (readonly [number, number])[]): number {
  return descale(
    pairs.reduce((sum, [value, cosine]) => (sum + Math.imul(value, cosine)) | 0, 0),
    cosineBits,
  );
}

function passOdd4(a: readonly number[]): number[] {
  const [, a1, , a3] = a as unknown as [number, number, number, number];
  return [mix([a1, c2], [a3, c6]), mix([a1, c6], [a3, -c2])];
}

function passEven(a: readonly number[]): number[] {
  const [a0, , a2, , a4, , a6] = a as unknown as [number, number, number, number, number, number, number];
  const [t0, t1, t2, t3] = [a0 + a4, a0 - a4, mix([a2, c2], [a6, c6]), mix([a2, c6], [a6, -c2])];
  return [t0 + t2, t1 + t3, t1 - t3, t0 - t2];
}

function passOdd8(a: readonly number[]): number[] {
  const [, a1, , a3, , a5, , a7] = a as unknown as [number, number, number, number, number, number, number, number];
  return [
    mix([a1, c1], [a3, c3], [a5, c5], [a7, c7]),
    mix([a1, c3], [a3, -c7], [a5, -c1], [a7, -c5]),
    mix([a1, c5], [a3, -c1], [a5, c7], [a7, c3]),
    mix([a1, c7], [a3, -c5], [a5, c3], [a7, -c1]),
  ];
}
