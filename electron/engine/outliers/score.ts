/**
 * @file How odd each image is among the others of its collection: duplicates count as one, few images are scored by their plain distance, more by two questions at once (two-questions.ts), large collections in
 * blocks.
 */
import { BugError, throwIfAborted } from "../base/errors.ts";
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { createRandom } from "../base/random.ts";
import type { StageOptions } from "../base/stage.ts";
import { meanDistance } from "./density.ts";
import { distinctGraph, distinctTable, findDistinct, type Distinct, type FindNeighbours } from "./distinct.ts";
import { nearestByDistance, standardise } from "./light.ts";
import { nearestNormal, reasonCount } from "./nearest.ts";
import { shareRanks } from "./ranks.ts";
import { answersOf, describeQuestions, joinAnswers, widest, type Answers } from "./two-questions.ts";
import { whiten } from "./whiten.ts";

export interface OutlierInput {
  readonly table: VectorTable;
  /** Of `table`; about 32 neighbours. */
  readonly graph: NeighbourGraph;
  /** [count] duplicate group of each row, or -1. Members count as one and share their score. */
  readonly groups: Int32Array;
  /** [count, 12] of `lightTable`; null: the vectors alone are looked at. */
  readonly light: VectorTable | null;
  readonly seed: number;
  /** Exact neighbours of a table of unit-length rows. */
  readonly neighbours: FindNeighbours;
}

export interface OutlierScores {
  /** [count] higher = odder, 0..1 (small collections: a cosine distance). Only the order within one collection means anything. */
  readonly scores: Float32Array;
  /** [count] 0..100, 100 = oddest; equal scores share the mean of their places, and a group of duplicates has one place. */
  readonly percentiles: Float32Array;
  /** [count, 3] rows of the nearest normal images, -1 where there are not that many others. Never a duplicate of the row itself. */
  readonly nearest: Int32Array;
  /** Which score this is. */
  readonly method: string;
}

/** Neighbours among which the nearest normal ones are sought. */
const wide = 32;
/** The fewest neighbours left by striking out copies: more than a clump of 16 has. */
const leastWide = 24;
const shrinkage = 0.3;
/** Below this many distinct images far neighbours are no neighbours and a covariance is a guess: measured from 12 to 400, the plain distance wins up to 200. */
const smallLimit = 250;
/**
 * Larger collections are scored in random blocks of at most this many images. It is not only what makes 100,000 images take seconds: every block is an
 * equally thin sample, in which the 60th neighbour lies beyond a clump again.
 */
const blockLimit = 1500;

export function scoreOutliers(input: OutlierInput, options: StageOptions = {}): OutlierScores {
  const { graph, groups } = input;
  const lights = input.light?.count ?? graph.count;
  if (graph.count !== input.table.count || groups.length !== graph.count || lights !== graph.count) {
    throw new BugError(
      `outliers: ${input.table.count} vectors, a graph of ${graph.count}, ${groups.length} groups and ${lights} rows of light; expected equal counts`,
    );
  }
  throwIfAborted(options.signal);
  const distinct = findDistinct(groups);
  const table = distinctTable(input.table, distinct);
  const merged = distinctGraph({ graph, distinct, table, k: wide, least: leastWide, neighbours: input.neighbours });
  const small = table.count < smallLimit;
  // Ranked as stored, so that what is equal there is equal here.
  const raw = Float32Array.from(small ? smallScore(merged) : mixedScore(table, distinct, input, options));
  const ranks = shareRanks(raw);
  const nearest = nearestNormal({ table, graph: merged, ranks }, options);
  options.onProgress?.(graph.count, graph.count);
  return {
    scores: Float32Array.from(distinct.of, (index) => raw[index]),
    percentiles: Float32Array.from(distinct.of, (index) => 100 * ranks[index]),
    nearest: spread(nearest, distinct.of, distinct.rows),
    method: small ? "mean cosine distance to the nearest fifth" : describeMixed(table.count, input.light !== null),
  };
}

/** Mean distance to the nearest fifth, but at least two (one copy that was not recognised must not hide a picture) where there are two. */
function smallScore(graph: NeighbourGraph): Float64Array {
  return meanDistance(graph, 1, Math.max(2, Math.round(graph.count / 5)));
}

function describeMixed(count: number, byLight: boolean): string {
  const blockCount = Math.ceil(count / blockLimit);
  return blockCount > 1 ? `${describeQuestions(byLight)}, in ${blockCount} random blocks` : describeQuestions(byLight);
}

/** @param table of the distinct pictures */
function mixedScore(table: VectorTable, distinct: Distinct, input: OutlierInput, options: StageOptions): Float64Array {
  const light = input.light === null ? null : standardise(distinctTable(input.light, distinct));
  const total = input.table.count;
  const whitenedShare = 0.6;
  const report = (share: number): void => options.onProgress?.(Math.floor(share * total), total);
  const whitened = whiten(table, {
    shrinkage,
    seed: input.seed,
    signal: options.signal,
    onProgress: (done, count) => report((whitenedShare * done) / count),
  });
  const blocks = cutIntoBlocks(table.count, input.seed);
  const answers: Answers[] = blocks.map((rows, index) => {
    throwIfAborted(options.signal);
    const plain = input.neighbours(rowsOf(table, rows), widest);
    const byLight = light === null ? null : nearestByDistance(rowsOf(light, rows), widest);
    const found = answersOf(plain, input.neighbours(rowsOf(whitened, rows), widest), byLight);
    report(whitenedShare + (0.39 * (index + 1)) / blocks.length);
    return found;
  });
  throwIfAborted(options.signal);
  return joinAnswers(table.count, blocks, answers);
}

/** Random blocks of nearly equal size, each in ascending order. */
function cutIntoBlocks(count: number, seed: number): Int32Array[] {
  const order = Int32Array.from({ length: count }, (_, row) => row);
  const blockCount = Math.max(1, Math.ceil(count / blockLimit));
  if (blockCount === 1) return [order];
  const random = createRandom(seed);
  for (let index = count - 1; index > 0; index--) {
    const other = random.below(index + 1);
    [order[index], order[other]] = [order[other], order[index]];
  }
  return Array.from({ length: blockCount }, (_, block) =>
    order.slice(Math.floor((block * count) / blockCount), Math.floor(((block + 1) * count) / blockCount)).sort(),
  );
}

function rowsOf(table: VectorTable, rows: Int32Array): VectorTable {
  const { dimensions } = table;
  const values = new Float32Array(rows.length * dimensions);
  rows.forEach((row, index) => values.set(table.values.subarray(row * dimensions, (row + 1) * dimensions), index * dimensions));
  return { count: rows.length, dimensions, values };
}

/** From distinct pictures to rows. */
function spread(nearest: Int32Array, of: Int32Array, rows: Int32Array): Int32Array {
  const result = new Int32Array(of.length * reasonCount);
  of.forEach((index, row) => {
    for (let place = 0; place < reasonCount; place++) {
      const other = nearest[index * reasonCount + place];
      result[row * reasonCount + place] = other < 0 ? -1 : rows[other];
    }
  });
  return result;
}
