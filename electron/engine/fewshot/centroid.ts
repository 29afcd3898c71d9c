/**
 * @file The nearest mean of what was clicked, by cosine on centred vectors (SimpleShot: Wang et al., 2019): for one or two clicks a class, where there is little to solve.
 */
import type { VectorTable } from "../base/neighbour-graph.ts";
import type { Clicks } from "./clicks.ts";
import { project } from "./project.ts";

export interface Centroid {
  learn(row: number, label: number): void;
  forget(row: number, label: number): void;
  score(row: number, classCount: number, scores: Float64Array): void;
  scoreLeftOut(row: number, label: number, classCount: number, scores: Float64Array): void;
}

/** @param table rows of unit length */
export function createCentroid(table: VectorTable, clicks: Clicks, classLimit: number): Centroid {
  const { count, dimensions, values } = table;
  /** [n, classLimit] inner product with the sum of each class. */
  const products = new Float32Array(count * classLimit);
  const sums = Array.from({ length: classLimit }, () => new Float64Array(dimensions));
  /** [classLimit] square of the length of each sum. */
  const squares = new Float64Array(classLimit);
  const change = (row: number, label: number, sign: 1 | -1): void => {
    const vector = Float64Array.from(values.subarray(row * dimensions, (row + 1) * dimensions));
    const sum = sums[label];
    let square = 0;
    for (let index = 0; index < dimensions; index++) square += (sum[index] += sign * vector[index]) ** 2;
    squares[label] = square;
    const similarities = project(table, vector);
    for (let each = 0, at = label; each < count; each++, at += classLimit) products[at] += sign * similarities[each];
  };
  clicks.rows.forEach((row, at) => change(row, clicks.labels[at], 1));
  return {
    learn: (row, label) => change(row, label, 1),
    forget: (row, label) => change(row, label, -1),
    score: (row, classCount, scores) => {
      for (let label = 0; label < classCount; label++)
        scores[label] = squares[label] > least ? products[row * classLimit + label] / Math.sqrt(squares[label]) : -1;
    },
    scoreLeftOut: (row, label, classCount, scores) => {
      let own = 0;
      for (let at = row * dimensions; at < (row + 1) * dimensions; at++) own += values[at] ** 2;
      for (let each = 0; each < classCount; each++) {
        const product = products[row * classLimit + each] - (each === label ? own : 0);
        // |s - x|^2 = |s|^2 - 2 x's + |x|^2
        const square = squares[each] - (each === label ? 2 * products[row * classLimit + each] - own : 0);
        scores[each] = square > least ? product / Math.sqrt(square) : -1;
      }
    },
  };
}

/** Smaller squares are rounding. */
const least = 1e-6;
