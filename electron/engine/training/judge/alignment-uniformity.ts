/**
 * @file How near the two views of a picture lie and how evenly pictures fill the sphere (Wang and Isola, 2020, arXiv 2005.10242): alignment E |a - b|^2 and
 * uniformity log E exp(-t |x - y|^2) over pairs of different pictures, t = 2. Lower is better for both; uniformity is 0 where all is one point and
 * near -4 where pictures are at right angles.
 */
import { BugError, throwIfAborted } from "../../base/errors.ts";
import type { VectorTable } from "../../base/neighbour-graph.ts";
import { createRandom } from "../../base/random.ts";
import type { StageOptions } from "../../base/stage.ts";

/** @param a [n, d] unit length; row i of `b` is another view of the picture of row i */
export function alignment(a: VectorTable, b: VectorTable): number {
  if (a.count !== b.count || a.dimensions !== b.dimensions)
    throw new BugError(`views of [${a.count}, ${a.dimensions}] and [${b.count}, ${b.dimensions}] do not pair up`);
  let sum = 0;
  for (let at = 0; at < a.values.length; at++) sum += (a.values[at] - b.values[at]) ** 2;
  return sum / a.count;
}

export interface UniformityOptions extends StageOptions {
  /** Draws the pairs where there are too many to look at. */
  readonly seed: number;
  /** More pairs than this are sampled; 500,000 if not given. */
  readonly maximumPairs?: number | undefined;
  /** 2 if not given. */
  readonly t?: number | undefined;
}

/** Pairs between two looks at the signal. */
const stride = 4096;

/** @param table [n, d] unit length, 2 rows or more */
export function uniformity(table: VectorTable, options: UniformityOptions): number {
  const { count } = table;
  if (count < 2) throw new BugError(`uniformity of ${count} vectors; expected 2 or more`);
  const { maximumPairs = 500_000, t = 2, signal, onProgress } = options;
  const all = (count * (count - 1)) / 2;
  const total = Math.min(all, maximumPairs);
  const next = total === all ? pairsInOrder() : pairsAtRandom(count, options.seed);
  let sum = 0;
  for (let pair = 0; pair < total; pair++) {
    if (pair % stride === 0) {
      throwIfAborted(signal);
      onProgress?.(pair, total);
    }
    const [one, other] = next();
    sum += Math.exp(-t * squaredDistance(table, one, other));
  }
  onProgress?.(total, total);
  return Math.log(sum / total);
}

type NextPair = () => readonly [number, number];

function pairsInOrder(): NextPair {
  let one = 1;
  let other = -1;
  return () => {
    if (++other === one) {
      one++;
      other = 0;
    }
    return [one, other];
  };
}

function pairsAtRandom(count: number, seed: number): NextPair {
  const random = createRandom(seed);
  return () => {
    const one = random.below(count);
    const step = 1 + random.below(count - 1);
    return [one, (one + step) % count];
  };
}

function squaredDistance({ dimensions, values }: VectorTable, one: number, other: number): number {
  let sum = 0;
  for (let a = one * dimensions, b = other * dimensions, end = a + dimensions; a < end; a++, b++) {
    const difference = values[a] - values[b];
    sum += difference * difference;
  }
  return sum;
}
