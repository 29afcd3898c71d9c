/**
 * @file Six pictures of the probe by which a person sees what a run does: their nearest others before the training and at each look on the way. They are
 * chosen once, by the seed and the vectors before any step, and kept in the run's folder, so that a run that goes on shows the same six.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { NeighbourGraph, VectorTable } from "../../base/neighbour-graph.ts";
import { createRandom, type Random } from "../../base/random.ts";
import { writeWhole } from "../../base/write-whole.ts";
import type { PictureCache } from "../augment/picture-cache.ts";
import { nearestOthers, type NearestOptions } from "../judge/nearest.ts";
import { rowsAt } from "./embed.ts";

/** Nearest others of each example, nearest first: [examples, neighbours] each. */
export interface ExampleNeighbours {
  /** Rows of the probe. */
  readonly rows: readonly number[];
  /** Cosine similarities. */
  readonly similarities: readonly number[];
}

export interface ProbeExamples {
  /** Different pictures of the probe that was looked at. */
  readonly pictures: number;
  /** Neighbours shown of each. */
  readonly neighbours: number;
  /** Rows of the probe; none where it has too few pictures. */
  readonly examples: readonly number[];
  readonly before: ExampleNeighbours;
}

/** Of different pictures of the probe: with fewer, most are neighbours of most. */
export const fewestForExamples = 12;
const exampleCount = 6;
const neighbourCount = 5;
const name = "examples.json";

export interface ExampleOptions extends NearestOptions {
  /** Of the run. */
  readonly folder: string;
  readonly seed: number;
  /** Rows of the probe that are no copies of an earlier one. */
  readonly distinct: readonly number[];
}

/**
 * Those of the run's folder, or chosen now.
 * @param before the probe's plain pictures before any step, unit length
 * @returns what a look at the plain pictures tells of them; null where there are none
 */
export function openExamples(before: VectorTable, options: ExampleOptions): (plain: VectorTable) => ExampleNeighbours | null {
  const { folder, distinct } = options;
  let known = readProbeExamples(folder);
  if (known === null) {
    known = choose(before, options);
    writeWhole(join(folder, name), JSON.stringify(known));
  }
  const { examples, neighbours } = known;
  const places = examples.map((row) => distinct.indexOf(row));
  return (plain) => {
    if (places.length === 0) return null;
    return neighboursAt(nearestOthers(rowsAt(plain, allRows(plain), distinct), neighbours, options), places, distinct);
  };
}

/** @param folder of the run  @returns null where it keeps none: it has not begun, or did before there were any */
export function readProbeExamples(folder: string): ProbeExamples | null {
  const path = join(folder, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as ProbeExamples) : null;
}

/** The first row of each different picture. @param positions of the rows in the cache */
export function distinctRows(cache: Pick<PictureCache, "key" | "read">, positions: readonly number[]): number[] {
  const bytes = cache.key.sidePx * cache.key.sidePx * 3;
  const seen = new Set<string>();
  return positions.flatMap((position, row) => {
    const square = cache.read(Int32Array.of(position)).subarray(0, bytes);
    const hash = createHash("sha1").update(square).digest("base64");
    if (seen.has(hash)) return [];
    seen.add(hash);
    return [row];
  });
}

/**
 * Pictures that are unlike one another: each next one is the furthest from those before (Gonzalez 1985). The furthest of all would be the odd ones out, whose
 * neighbours say little: the quarter with the remotest neighbours is not chosen from.
 */
export function chooseExamples(table: VectorTable, graph: NeighbourGraph, count: number, random: Random): number[] {
  const closeness = (row: number): number => graph.similarities[(row + 1) * graph.k - 1] ?? -1;
  const ordinary = allRows(table)
    .sort((one, other) => closeness(other) - closeness(one) || one - other)
    .slice(0, Math.max(count, Math.ceil(0.75 * table.count)));
  const chosen: number[] = [];
  // Similarity to the nearest of those that are chosen.
  const nearest = new Float64Array(table.count).fill(-Infinity);
  let next: number | undefined = ordinary[random.below(ordinary.length)];
  while (next !== undefined && chosen.length < count) {
    chosen.push(next);
    for (const row of ordinary) nearest[row] = Math.max(nearest[row], similarity(table, row, next));
    const left = ordinary.filter((row) => !chosen.includes(row));
    next = left.reduce<number | undefined>((far, row) => (far === undefined || nearest[row] < nearest[far] ? row : far), undefined);
  }
  return chosen;
}

function choose(before: VectorTable, options: ExampleOptions): ProbeExamples {
  const { distinct, seed } = options;
  const none = { pictures: distinct.length, neighbours: neighbourCount, examples: [], before: { rows: [], similarities: [] } };
  if (distinct.length < fewestForExamples) return none;
  const table = rowsAt(before, allRows(before), distinct);
  const graph = nearestOthers(table, neighbourCount, options);
  const chosen = chooseExamples(table, graph, exampleCount, createRandom(seed));
  return {
    ...none,
    examples: chosen.map((place) => distinct[place] as number),
    before: neighboursAt(graph, chosen, distinct),
  };
}

function neighboursAt(
  { k, indices, similarities }: NeighbourGraph,
  places: readonly number[],
  distinct: readonly number[],
): ExampleNeighbours {
  const of = (values: Int32Array | Float32Array): number[] => places.flatMap((place) => [...values.subarray(place * k, (place + 1) * k)]);
  return {
    rows: of(indices).map((place) => distinct[place] as number),
    // As many digits as are shown, and one more.
    similarities: of(similarities).map((value) => Math.round(value * 1000) / 1000),
  };
}

function allRows({ count }: VectorTable): number[] {
  return Array.from({ length: count }, (_, row) => row);
}

function similarity({ dimensions, values }: VectorTable, one: number, other: number): number {
  let sum = 0;
  for (let index = 0; index < dimensions; index++) sum += values[one * dimensions + index] * values[other * dimensions + index];
  return sum;
}
