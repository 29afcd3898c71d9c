/**
 * @file What to look at next. Before any click: pictures that stand for many, each unlike those before it. Afterwards: pictures that are undecided, have many like them, and are unlike what was
 * shown.
 */
import type { NeighbourGraph, VectorTable } from "../base/neighbour-graph.ts";
import { project } from "./project.ts";

export interface Suggestion {
  readonly row: number;
  readonly why: string;
}

/** Neighbours by which crowds are told from loners. */
const crowd = 10;

/** [n] mean similarity to the nearest, between 0 and 1: high where many are alike. */
export function densities({ count, k, similarities }: NeighbourGraph): Float32Array {
  const width = Math.min(crowd, k);
  return Float32Array.from({ length: count }, (_, row) => {
    let sum = 0;
    for (let place = 0; place < width; place++) sum += similarities[row * k + place];
    return width === 0 ? 0 : Math.max(0, sum / width);
  });
}

export interface FirstInput {
  /** Centred rows of about equal length. */
  readonly table: VectorTable;
  readonly neighbours: NeighbourGraph;
  readonly count: number;
  /** Rows that were shown already: neither they nor what is like them comes again. */
  readonly without?: Iterable<number> | undefined;
}

/** So many of those that were shown are kept away from; each costs a pass over all vectors. */
const keptAway = 32;

/** Greedy: the densest, then always the one that is dense and far from all chosen (Gonzalez, 1985, weighed by density). */
export function suggestFirst({ table, neighbours, count, without = [] }: FirstInput): Suggestion[] {
  const dense = densities(neighbours);
  const nearest = new Float32Array(table.count).fill(-Infinity);
  const standsFor = new Int32Array(table.count).fill(-1);
  const length = squaredLength(table, 0);
  const keepFrom = (row: number, place: number): void => {
    const similarities = project(table, vectorOf(table, row));
    for (let each = 0; each < table.count; each++)
      if (similarities[each] > nearest[each]) [nearest[each], standsFor[each]] = [similarities[each], place];
  };
  const shown = [...new Set(without)];
  for (const row of shown.slice(-keptAway)) keepFrom(row, -1);
  for (const row of shown) nearest[row] = Infinity;
  const rows: number[] = [];
  while (rows.length < Math.min(count, table.count - shown.length)) {
    const row = bestRow(table.count, (each) =>
      nearest[each] === Infinity ? -1 : dense[each] * Math.max(0, length - Math.max(0, nearest[each])),
    );
    keepFrom(row, rows.length);
    nearest[row] = Infinity;
    rows.push(row);
  }
  const sizes = new Int32Array(rows.length);
  for (const place of standsFor) if (place >= 0) sizes[place]++;
  return rows.map((row, place) => ({ row, why: `stands for about ${sizes[place]} images` }));
}

/** With one class: what is most like it, to be confirmed or refused. @param confidences [n] */
export function suggestAlike(
  confidences: Float32Array,
  { count, without, name }: { count: number; without: ReadonlySet<number>; name: string },
): Suggestion[] {
  // prettier-ignore
  const rows = [...confidences.keys()].filter((row) => !without.has(row));
  rows.sort((one, other) => confidences[other] - confidences[one] || one - other);
  return rows.slice(0, count).map((row) => ({ row, why: `like ${name} (${Math.round(100 * confidences[row])} %)` }));
}

export interface NextInput {
  readonly table: VectorTable;
  readonly neighbours: NeighbourGraph;
  readonly count: number;
  readonly classCount: number;
  /** [n, classCount] */
  readonly probabilities: Float32Array;
  /** 1 where a row is like nothing that was labelled, towards 0 where it is. */
  readonly strangeness: (row: number) => number;
  /** Rows that are labelled or were shown. */
  readonly without: ReadonlySet<number>;
  readonly nameOf: (label: number) => string;
}

/** Of the best this many, those are taken that are unlike one another. */
const shortlist = 256;

export function suggestNext(input: NextInput): Suggestion[] {
  const { table, neighbours, classCount, probabilities, strangeness, without, nameOf } = input;
  const dense = densities(neighbours);
  const scores = new Float32Array(table.count);
  for (let row = 0; row < table.count; row++)
    scores[row] = without.has(row) ? -1 : undecided(probabilities, row, classCount) * dense[row] * Math.sqrt(strangeness(row));
  const candidates = [...scores.keys()].filter((row) => scores[row] >= 0).sort((one, other) => scores[other] - scores[one] || one - other); // prettier-ignore
  const listed = candidates.slice(0, shortlist);
  const length = squaredLength(table, 0);
  const nearest = new Map<number, number>(listed.map((row) => [row, 0]));
  const chosen: number[] = [];
  while (chosen.length < Math.min(input.count, listed.length)) {
    const place = bestRow(listed.length, (at) => {
      const near = nearest.get(listed[at]) as number;
      return near === Infinity ? -1 : scores[listed[at]] * (1 - near);
    });
    const row = listed[place];
    chosen.push(row);
    const vector = vectorOf(table, row);
    for (const other of listed) {
      const cosine = Math.min(1, Math.max(0, dot(table, other, vector) / length));
      nearest.set(other, Math.max(nearest.get(other) as number, cosine));
    }
    nearest.set(row, Infinity);
  }
  return chosen.map((row) => ({ row, why: whyOf(probabilities.subarray(row * classCount, (row + 1) * classCount), nameOf) }));
}

/** 0 where one class has all of the probability, 1 where the two best have equally much. */
function undecided(probabilities: Float32Array, row: number, classCount: number): number {
  let [first, second] = [0, 0];
  for (let at = row * classCount; at < (row + 1) * classCount; at++) {
    const value = probabilities[at];
    if (value > first) [first, second] = [value, first];
    else if (value > second) second = value;
  }
  return 1 - (first - second);
}

function whyOf(probabilities: Float32Array, nameOf: (label: number) => string): string {
  const order = [...probabilities.keys()].sort((one, other) => probabilities[other] - probabilities[one]);
  const percent = (label: number): string => `${Math.round(100 * probabilities[label])} %`;
  const [first, second] = order;
  if (second === undefined) return "many images are like it";
  if (probabilities[first] > 0.75) return `many images like it were not shown yet; taken for ${nameOf(first)} (${percent(first)})`;
  return `between ${nameOf(first)} (${percent(first)}) and ${nameOf(second)} (${percent(second)})`;
}

function bestRow(count: number, scoreOf: (row: number) => number): number {
  let best = 0;
  let most = -Infinity;
  for (let row = 0; row < count; row++) {
    const score = scoreOf(row);
    if (score > most) [best, most] = [row, score];
  }
  return best;
}

function vectorOf({ dimensions, values }: VectorTable, row: number): Float64Array {
  return Float64Array.from(values.subarray(row * dimensions, (row + 1) * dimensions));
}

function dot({ dimensions, values }: VectorTable, row: number, vector: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < dimensions; index++) sum += values[row * dimensions + index] * vector[index];
  return sum;
}

function squaredLength(table: VectorTable, row: number): number {
  return table.count === 0 ? 1 : dot(table, row, vectorOf(table, row));
}
