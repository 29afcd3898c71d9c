/**
 * @file Label propagation (Zhou et al., 2003; METHODS 6.1): labels flow along the neighbour graph, F = (I - a S)^-1 Y, each class divided by its mass. F is linear in Y, so
 * one more label is one more column of the inverse added to its class, and one label left out is its own column taken off: exact and without solving anew.
 * A column is solved by Chebyshev's iteration (Golub and Varga, 1961), whose error falls as that of 40 plain steps does in a third of them.
 */
import { BugError } from "../base/errors.ts";
import type { Clicks } from "./clicks.ts";
import type { SimilarityGraph } from "./similarity-graph.ts";

/** How far labels flow. Of .8, .9 and .95 the last was best on folders of four kinds. */
export const defaultFlow = 0.95;
const iterations = 24;

export interface Propagation {
  learn(row: number, label: number): void;
  forget(row: number, label: number): void;
  /** Share of each class in what reached the row, into `scores` [classCount]; even where nothing did. */
  score(row: number, classCount: number, scores: Float64Array): void;
  /** The same as if the row, labelled so, had not been learnt from. */
  scoreLeftOut(row: number, label: number, classCount: number, scores: Float64Array): void;
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

export function createPropagation({ graph, clicks, classLimit, flow = defaultFlow }: PropagationInput): Propagation {
  const { count } = graph;
  /** [n, classLimit] */
  const reached = new Float32Array(count * classLimit);
  const masses = new Float64Array(classLimit);
  /** Of each labelled row: what of its own label it holds itself, and what it gave in all. */
  const own = new Map<number, { readonly self: number; readonly mass: number }>();
  const solve = columnSolver(graph, flow);
  const change = (row: number, label: number, sign: 1 | -1): void => {
    const column = solve(row);
    let mass = 0;
    for (let each = 0, at = label; each < count; each++, at += classLimit) {
      const value = column[each];
      mass += value;
      reached[at] += sign * value;
    }
    masses[label] += sign * mass;
    if (sign === 1) own.set(row, { self: column[row], mass });
    else own.delete(row);
  };
  const normalise = (scores: Float64Array, classCount: number): void => {
    let sum = 0;
    for (let label = 0; label < classCount; label++) sum += scores[label];
    for (let label = 0; label < classCount; label++) scores[label] = sum > 0 ? scores[label] / sum : 1 / classCount;
  };
  clicks.rows.forEach((row, at) => change(row, clicks.labels[at], 1));
  return {
    learn: (row, label) => change(row, label, 1),
    forget: (row, label) => change(row, label, -1),
    score: (row, classCount, scores) => {
      for (let label = 0; label < classCount; label++)
        scores[label] = masses[label] > 0 ? Math.max(0, reached[row * classLimit + label]) / masses[label] : 0;
      normalise(scores, classCount);
    },
    scoreLeftOut: (row, label, classCount, scores) => {
      const given = own.get(row);
      if (!given) throw new BugError(`row ${row} was not learnt from`);
      for (let each = 0; each < classCount; each++) {
        const mine = each === label;
        const mass = masses[each] - (mine ? given.mass : 0);
        const value = reached[row * classLimit + each] - (mine ? given.self : 0);
        // A class of this click alone is nowhere without it.
        scores[each] = mass > 1e-6 * given.mass ? Math.max(0, value) / mass : 0;
      }
      normalise(scores, classCount);
    },
    reached: (row, label) => reached[row * classLimit + label],
    reachedLeftOut: (row, label) => reached[row * classLimit + label] - (own.get(row)?.self ?? 0),
  };
}

/** Row -> its column of (I - flow S)^-1, [n]; valid until the next call. */
export function columnSolver({ count, starts, columns, weights }: SimilarityGraph, flow: number): (row: number) => Float32Array {
  const solution = new Float32Array(count);
  const residual = new Float32Array(count);
  const step = new Float32Array(count);
  return (row) => {
    // The eigenvalues of I - flow S lie in [1 - flow, 1 + flow].
    const first = 1 / flow;
    let ratio = flow;
    solution.fill(0);
    residual.fill(0);
    step.fill(0);
    residual[row] = 1;
    step[row] = 1;
    for (let iteration = 0; iteration < iterations; iteration++) {
      for (let each = 0; each < count; each++) solution[each] += step[each];
      for (let each = 0; each < count; each++) {
        let sum = 0;
        for (let at = starts[each]; at < starts[each + 1]; at++) sum += weights[at] * step[columns[at]];
        residual[each] -= step[each] - flow * sum;
      }
      const next = 1 / (2 * first - ratio);
      const keep = next * ratio;
      const take = (2 * next) / flow;
      for (let each = 0; each < count; each++) step[each] = keep * step[each] + take * residual[each];
      ratio = next;
    }
    return solution;
  };
}
