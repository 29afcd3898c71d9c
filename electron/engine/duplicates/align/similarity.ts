/**
 * @file How one picture lies in another, from corners that look alike: a change of size, a turn and a shift that many pairs of corners agree on (RANSAC, Fischler and Bolles 1981). A guess to a pixel or
 * two; refine.ts makes it exact, and compare-aligned.ts alone decides.
 */
import { createRandom } from "../../base/random.ts";
import { wordsPerCorner, type Corners } from "./corners.ts";
import type { Affine } from "./geometry.ts";

export interface Lie {
  /** From the second picture into the first. */
  readonly affine: Affine;
  readonly inliers: number;
}

const mostBits = 72;
const leastLead = 0.82;
/** Pixels within which two corners of a picture are one, seen at two sizes. */
const samePlace = 6;
const fewestInliers = 8;
const inlierDistance = 3;
const draws = 400;
const scaleBounds = { least: 0.35, most: 2.9 };
const mostTurn = Math.PI / 9;

/** Null where too few corners agree. */
export function findSimilarity(first: Corners, second: Corners): Lie | null {
  const pairs = matchCorners(first, second);
  const count = pairs.length / 2;
  if (count < fewestInliers) return null;
  const random = createRandom(1 + count);
  let best: { affine: Affine; inliers: number[] } | null = null;
  for (let draw = 0; draw < draws; draw++) {
    const [one, other] = [random.below(count), random.below(count)];
    const affine = throughTwo(first, second, [pairs[2 * one], pairs[2 * one + 1], pairs[2 * other], pairs[2 * other + 1]]);
    if (affine === null) continue;
    const inliers = inliersOf(affine, { first, second, pairs });
    if (best === null || inliers.length > best.inliers.length) best = { affine, inliers };
  }
  for (let round = 0; best !== null && round < 3; round++) {
    const affine = fitSimilarity(first, second, pairs, best.inliers);
    if (affine === null) break;
    const inliers = inliersOf(affine, { first, second, pairs });
    if (inliers.length < best.inliers.length) break;
    best = { affine, inliers };
  }
  if (best === null) return null;
  const places = new Set(
    best.inliers.map(
      (at) => `${Math.round(second.x[pairs[2 * at + 1]] / samePlace)},${Math.round(second.y[pairs[2 * at + 1]] / samePlace)}`,
    ),
  );
  return places.size < fewestInliers ? null : { affine: best.affine, inliers: places.size };
}

/** [pairs, 2] corner of the first, corner of the second: the nearest by far, and each of the second once. */
function matchCorners(first: Corners, second: Corners): number[] {
  const takenBy = new Map<number, { one: number; bits: number }>();
  for (let one = 0; one < first.count; one++) {
    let [best, bestBits, nextBits] = [-1, 1000, 1000];
    const from = one * wordsPerCorner;
    for (let other = 0; other < second.count; other++) {
      const distance = bitsApart(first.bits, from, second.bits, other * wordsPerCorner, nextBits);
      if (distance >= nextBits) continue;
      const isSame = best >= 0 && Math.abs(second.x[other] - second.x[best]) + Math.abs(second.y[other] - second.y[best]) < samePlace;
      if (distance < bestBits) {
        if (!isSame) nextBits = bestBits;
        [best, bestBits] = [other, distance];
      } else if (!isSame) nextBits = distance;
    }
    if (best < 0 || bestBits > mostBits || bestBits > leastLead * nextBits) continue;
    const taken = takenBy.get(best);
    if (taken === undefined || bestBits < taken.bits) takenBy.set(best, { one, bits: bestBits });
  }
  return [...takenBy].flatMap(([other, { one }]) => [one, other]);
}

/** Differing bits; at least `limit` once they are more. */
function bitsApart(one: Int32Array, oneAt: number, other: Int32Array, otherAt: number, limit: number): number {
  let sum = 0;
  for (let word = 0; word < wordsPerCorner; word++) {
    let bits = one[oneAt + word] ^ other[otherAt + word];
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    sum += (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
    if (sum >= limit) return sum;
  }
  return sum;
}

function isPlausible(cosine: number, sine: number): boolean {
  const scale = Math.hypot(cosine, sine);
  return scale >= scaleBounds.least && scale <= scaleBounds.most && Math.abs(Math.atan2(sine, cosine)) <= mostTurn;
}

/** The similarity that takes two corners of the second to two of the first. */
function throughTwo(first: Corners, second: Corners, [a, p, b, q]: readonly number[]): Affine | null {
  const [dx, dy] = [second.x[q] - second.x[p], second.y[q] - second.y[p]];
  const square = dx * dx + dy * dy;
  if (square < 400) return null;
  const [ex, ey] = [first.x[b] - first.x[a], first.y[b] - first.y[a]];
  const cosine = (ex * dx + ey * dy) / square;
  const sine = (ey * dx - ex * dy) / square;
  if (!isPlausible(cosine, sine)) return null;
  return [cosine, -sine, first.x[a] - cosine * second.x[p] + sine * second.y[p], sine, cosine, first.y[a] - sine * second.x[p] - cosine * second.y[p]]; // prettier-ignore
}

interface Pairs {
  readonly first: Corners;
  readonly second: Corners;
  readonly pairs: readonly number[];
}

function inliersOf([a, b, c, d, e, f]: Affine, { first, second, pairs }: Pairs): number[] {
  const inliers: number[] = [];
  for (let at = 0; 2 * at < pairs.length; at++) {
    const [one, other] = [pairs[2 * at], pairs[2 * at + 1]];
    const x = a * second.x[other] + b * second.y[other] + c - first.x[one];
    const y = d * second.x[other] + e * second.y[other] + f - first.y[one];
    if (x * x + y * y < inlierDistance * inlierDistance) inliers.push(at);
  }
  return inliers;
}

/** Least squares (Umeyama 1991 in the plane). */
function fitSimilarity(first: Corners, second: Corners, pairs: readonly number[], inliers: readonly number[]): Affine | null {
  let [meanX, meanY, meanU, meanV] = [0, 0, 0, 0];
  for (const at of inliers) {
    const [one, other] = [pairs[2 * at], pairs[2 * at + 1]];
    meanX += second.x[other] / inliers.length;
    meanY += second.y[other] / inliers.length;
    meanU += first.x[one] / inliers.length;
    meanV += first.y[one] / inliers.length;
  }
  let [along, across, square] = [0, 0, 0];
  for (const at of inliers) {
    const [one, other] = [pairs[2 * at], pairs[2 * at + 1]];
    const [x, y] = [second.x[other] - meanX, second.y[other] - meanY];
    const [u, v] = [first.x[one] - meanU, first.y[one] - meanV];
    along += u * x + v * y;
    across += v * x - u * y;
    square += x * x + y * y;
  }
  if (square < 1) return null;
  const [cosine, sine] = [along / square, across / square];
  if (!isPlausible(cosine, sine)) return null;
  return [cosine, -sine, meanU - cosine * meanX + sine * meanY, sine, cosine, meanV - sine * meanX - cosine * meanY];
}
