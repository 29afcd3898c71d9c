/**
 * @file layCorners in TypeScript: how one picture lies in another, from corners that look alike: a change of size, a turn and a shift that many pairs of corners agree on. Guesses come from the pairs
 * that look most alike (in the manner of PROSAC, Chum and Matas 2005: no chance, so the answer is always the same), the one that most agree with is fitted by least squares (Umeyama 1991 in the plane).
 */
import { ArgumentCheck, kernelError, maxCount } from "../kernel-error.ts";
import { cornerWords } from "./find-corners.ts";

export interface LayCornersArguments {
  /** [pictures + 1] where the corners of each picture begin, rising from 0. */
  readonly starts: Int32Array;
  /** [corners] pixels. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [corners, 8] */
  readonly bits: Int32Array;
  /** [pairs, 2] pictures. */
  readonly pairs: Int32Array;
  /** [pairs, 5] cosine, sine, right, down and how many places agree: (x, y) of the second lies at (cosine x - sine y + right, sine x + cosine y + down) of the first. Zeros where too few agree. */
  readonly found: Float64Array;
  /** 1 to 256; changes nothing but time. */
  readonly threads: number;
}

const mostBits = 72;
const leastLead = 0.82;
/** Pixels within which two corners of a picture are one, seen at two sizes. */
const samePlace = 6;
const fewestAgree = 8;
const agreeWithin = 3; // pixels
const guesses = 400;
const attempts = 2000;
/** Of all pairs of corners: more will hardly be found. */
const enough = 0.75;
const leastApart = 20; // pixels
const scaleBounds = { least: 0.35, most: 2.9 };
/** Tangent of 20 degrees. */
const mostTurn = 0.36397;
const fits = 3;
const maxThreads = 256;

interface Table {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly bits: Int32Array;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A corner of the first picture and one of the second. */
interface Match {
  readonly one: number;
  readonly other: number;
  readonly bits: number;
}

interface Lie {
  readonly cosine: number;
  readonly sine: number;
  readonly right: number;
  readonly down: number;
}

export function layCorners(given: LayCornersArguments): void {
  const check = new ArgumentCheck("layCorners", given);
  const starts = check.array("starts", "Int32Array");
  const x = check.array("x", "Float32Array");
  const y = check.array("y", "Float32Array", x.length);
  const bits = check.array("bits", "Int32Array", x.length * cornerWords);
  const pairs = check.array("pairs", "Int32Array");
  const found = check.array("found", "Float64Array", Math.floor(pairs.length / 2) * 5);
  check.integer("threads", 1, maxThreads);
  const isRising = starts.every((start, at) => start >= (at === 0 ? 0 : (starts[at - 1] as number)));
  if (starts.length < 1 || starts.length > maxCount || !isRising || starts[0] !== 0 || starts[starts.length - 1] !== x.length)
    throw kernelError("out-of-range", "layCorners: starts do not rise from 0 to the number of corners");
  if (pairs.some((picture) => picture < 0 || picture >= starts.length - 1))
    throw kernelError("out-of-range", "layCorners: pairs name a picture that there is not");
  found.fill(0);
  const rangeOf = (picture: number): Range => ({ from: starts[picture] as number, to: starts[picture + 1] as number });
  for (let pair = 0; 2 * pair + 1 < pairs.length; pair++) {
    const laid = lay({ x, y, bits }, rangeOf(pairs[2 * pair] as number), rangeOf(pairs[2 * pair + 1] as number));
    if (laid !== null) found.set(laid, 5 * pair);
  }
}

function lay(table: Table, first: Range, second: Range): readonly number[] | null {
  const matches = matchesOf(table, first, second);
  if (matches.length < fewestAgree) return null;
  let best: Lie | null = null;
  let most = 0;
  let [guessed, attempted] = [0, 0];
  search: for (let high = 1; high < matches.length; high++) {
    for (let low = 0; low < high; low++) {
      if (guessed >= guesses || attempted++ >= attempts || most >= enough * matches.length) break search;
      const lie = throughTwo(table, matches[low] as Match, matches[high] as Match);
      if (lie === null) continue;
      guessed++;
      const agreeing = matches.reduce((count, match) => count + (agrees(table, match, lie) ? 1 : 0), 0);
      if (agreeing > most) [best, most] = [lie, agreeing];
    }
  }
  if (best === null) return null;
  let agreeing = matches.filter((match) => agrees(table, match, best as Lie));
  for (let round = 0; round < fits; round++) {
    const fitted = fit(table, agreeing);
    if (fitted === null) break;
    const next = matches.filter((match) => agrees(table, match, fitted));
    if (next.length < agreeing.length) break;
    [best, agreeing] = [fitted, next];
  }
  const places = new Set(agreeing.map(({ other }) => placeOf(table.x[other] as number) * 65536 + placeOf(table.y[other] as number)));
  return places.size < fewestAgree ? null : [best.cosine, best.sine, best.right, best.down, places.size];
}

function placeOf(pixels: number): number {
  return Math.floor(pixels / samePlace + 0.5);
}

/** Each corner of the first with the one of the second that is nearest by far, each of the second once; most alike first. */
function matchesOf({ x, y, bits }: Table, first: Range, second: Range): Match[] {
  const taken = new Map<number, Match>();
  for (let one = first.from; one < first.to; one++) {
    let [best, bestBits, nextBits] = [-1, 1000, 1000];
    for (let other = second.from; other < second.to; other++) {
      const distance = bitsApart(bits, one * cornerWords, other * cornerWords);
      if (distance >= nextBits) continue;
      const isSame =
        best >= 0 &&
        Math.abs((x[other] as number) - (x[best] as number)) + Math.abs((y[other] as number) - (y[best] as number)) < samePlace;
      if (distance < bestBits) {
        if (!isSame) nextBits = bestBits;
        [best, bestBits] = [other, distance];
      } else if (!isSame) nextBits = distance;
    }
    if (best < 0 || bestBits > mostBits || bestBits > leastLead * nextBits) continue;
    const known = taken.get(best);
    if (known === undefined || bestBits < known.bits) taken.set(best, { one, other: best, bits: bestBits });
  }
  return [...taken.values()].sort((a, b) => a.bits - b.bits || a.other - b.other);
}

function bitsApart(bits: Int32Array, one: number, other: number): number {
  let sum = 0;
  for (let word = 0; word < cornerWords; word++) {
    let differing = (bits[one + word] as number) ^ (bits[other + word] as number);
    differing -= (differing >>> 1) & 0x55555555;
    differing = (differing & 0x33333333) + ((differing >>> 2) & 0x33333333);
    sum += (((differing + (differing >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
  }
  return sum;
}

/** The similarity that takes two corners of the second to two of the first. */
function throughTwo({ x, y }: Table, low: Match, high: Match): Lie | null {
  const dx = (x[high.other] as number) - (x[low.other] as number);
  const dy = (y[high.other] as number) - (y[low.other] as number);
  const square = dx * dx + dy * dy;
  if (square < leastApart * leastApart) return null;
  const ex = (x[high.one] as number) - (x[low.one] as number);
  const ey = (y[high.one] as number) - (y[low.one] as number);
  const cosine = (ex * dx + ey * dy) / square;
  const sine = (ey * dx - ex * dy) / square;
  if (!isPlausible(cosine, sine)) return null;
  const [px, py] = [x[low.other] as number, y[low.other] as number];
  return { cosine, sine, right: (x[low.one] as number) - cosine * px + sine * py, down: (y[low.one] as number) - sine * px - cosine * py };
}

function isPlausible(cosine: number, sine: number): boolean {
  const square = cosine * cosine + sine * sine;
  const { least, most } = scaleBounds;
  return square >= least * least && square <= most * most && Math.abs(sine) <= mostTurn * cosine;
}

function agrees({ x, y }: Table, { one, other }: Match, { cosine, sine, right, down }: Lie): boolean {
  const dx = cosine * (x[other] as number) - sine * (y[other] as number) + right - (x[one] as number);
  const dy = sine * (x[other] as number) + cosine * (y[other] as number) + down - (y[one] as number);
  return dx * dx + dy * dy < agreeWithin * agreeWithin;
}

function fit({ x, y }: Table, matches: readonly Match[]): Lie | null {
  let [meanX, meanY, meanU, meanV] = [0, 0, 0, 0];
  for (const { one, other } of matches) {
    meanX += x[other] as number;
    meanY += y[other] as number;
    meanU += x[one] as number;
    meanV += y[one] as number;
  }
  meanX /= matches.length;
  meanY /= matches.length;
  meanU /= matches.length;
  meanV /= matches.length;
  let [along, across, square] = [0, 0, 0];
  for (const { one, other } of matches) {
    const [a, b] = [(x[other] as number) - meanX, (y[other] as number) - meanY];
    const [u, v] = [(x[one] as number) - meanU, (y[one] as number) - meanV];
    along += u * a + v * b;
    across += v * a - u * b;
    square += a * a + b * b;
  }
  if (square < 1) return null;
  const [cosine, sine] = [along / square, across / square];
  if (!isPlausible(cosine, sine)) return null;
  return { cosine, sine, right: meanU - cosine * meanX + sine * meanY, down: meanV - sine * meanX - cosine * meanY };
}
