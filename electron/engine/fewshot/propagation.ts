/**
 * @file Label propagation (Zhou et al., 2003; METHODS 6.1): labels flow along the neighbour graph, F = (I - a S)^-1 Y, each class divided by its mass. F is linear in Y, so
 * one more label is one more column of the inverse added to its class, and one label left out is its own column taken off: exact and without solving anew (spread-columns.ts).
 */
import { BugError } from "../base/errors.ts";
import { samplePlaces } from "../base/sample-rows.ts";
import type { Clicks } from "./clicks.ts";
import type { SimilarityGraph } from "./similarity-graph.ts";
import { columnsOf } from "./spread-columns.ts";

/** How far labels flow. Of .8, .9 and .95 the last was best on folders of four kinds. */
export const defaultFlow = 0.95;

export interface Propagation {
  learn(row: number, label: number): void;
  forget(row: number, label: number): void;
  /** Share of each class in what reached the row, into `scores` [classCount]; even where nothing did. */
  score(row: number, classCount: number, scores: Float64Array): void;
  /** The same as if the row, labelled so, had not been learnt from. Only where `canLeaveOut`. */
  scoreLeftOut(row: number, label: number, classCount: number, scores: Float64Array): void;
  canLeaveOut(row: number): boolean;
  /** How much of a class reached the row, by itself. */
  reached(row: number, label: number): number;
  reachedLeftOut(row: number, label: number): number;
}

export interface PropagationInput {
  readonly graph: SimilarityGraph;
  readonly clicks: Clicks;
  readonly classLimit: number;
  readonly flow?: number | undefined;
}

/** What a labelled row keeps of its own label, and what it gives in all. */
interface Own {
  readonly self: number;
  readonly mass: number;
}

const seed = 2;

/** Of the clicks that are there at once, so many at least can be left out: each costs a column of its own. Later ones all can. */
export function leaveOutLimit(count: number): number {
  return Math.max(96, Math.floor(5e6 / Math.max(1, count)));
}

export function createPropagation({ graph, clicks, classLimit, flow = defaultFlow }: PropagationInput): Propagation {
  const { count } = graph;
  /** Of each class, [n] what reached the rows. */
  const reached = Array.from({ length: classLimit }, () => new Float32Array(count));
  const masses = new Float64Array(classLimit);
  const own = new Map<number, Own>();
  const columns = columnsOf(graph, flow);
  const add = (column: Float32Array, label: number, sign: 1 | -1): number => {
    const its = reached[label];
    let mass = 0;
    for (let each = 0; each < count; each++) {
      mass += column[each];
      its[each] += sign * column[each];
    }
    masses[label] += sign * mass;
    return mass;
  };
  const change = (row: number, label: number, sign: 1 | -1): void =>
    columns([Int32Array.of(row)], (column) => {
      const mass = add(column, label, sign);
      if (sign === 1) own.set(row, { self: column[row], mass });
      else own.delete(row);
    });
  const learnAll = (): void => {
    const { rows, labels } = clicks;
    const limit = leaveOutLimit(count);
    const asked = rows.length <= limit / 2 ? Int32Array.from(rows.keys()) : samplePlaces(rows.length, limit, seed);
    const addAll = asked.length === rows.length;
    columns(
      Array.from(asked, (at) => Int32Array.of(rows[at])),
      (column, place) => {
        const row = rows[asked[place]];
        const mass = addAll ? add(column, labels[asked[place]], 1) : sumOf(column);
        own.set(row, { self: column[row], mass });
      },
    );
    if (addAll) return;
    const used = [...new Set(labels)];
    columns(
      used.map((label) => rows.filter((_, at) => labels[at] === label)),
      (column, at) => add(column, used[at], 1),
    );
  };
  const ownOf = (row: number): Own => {
    const its = own.get(row);
    if (!its) throw new BugError(`row ${row} cannot be left out`);
    return its;
  };
  learnAll();
  return {
    learn: (row, label) => change(row, label, 1),
    forget: (row, label) => change(row, label, -1),
    canLeaveOut: (row) => own.has(row),
    score: (row, classCount, scores) => {
      for (let label = 0; label < classCount; label++)
        scores[label] = masses[label] > 0 ? Math.max(0, reached[label][row]) / masses[label] : 0;
      normalise(scores, classCount);
    },
    scoreLeftOut: (row, label, classCount, scores) => {
      const given = ownOf(row);
      for (let each = 0; each < classCount; each++) {
        const mine = each === label;
        const mass = masses[each] - (mine ? given.mass : 0);
        const value = reached[each][row] - (mine ? given.self : 0);
        // A class of this click alone is nowhere without it.
        scores[each] = mass > 1e-6 * given.mass ? Math.max(0, value) / mass : 0;
      }
      normalise(scores, classCount);
    },
    reached: (row, label) => reached[label][row],
    reachedLeftOut: (row, label) => reached[label][row] - ownOf(row).self,
  };
}

function normalise(scores: Float64Array, classCount: number): void {
  let sum = 0;
  for (let label = 0; label < classCount; label++) sum += scores[label];
  for (let label = 0; label < classCount; label++) scores[label] = sum > 0 ? scores[label] / sum : 1 / classCount;
}

function sumOf(column: Float32Array): number {
  return column.reduce((sum, value) => sum + value, 0);
}
