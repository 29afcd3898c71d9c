/**
 * @file Slow, obvious versions of what the outliers stage computes: neighbours by sorting all similarities, the local outlier factor word for word as in
 * Breunig et al. 2000, the Mahalanobis distance by solving a linear system, ranks by counting, AUROC by comparing all pairs.
 */
import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";

/** Exact neighbours: all similarities, sorted; ties go to the lower row. */
export function slowNeighbours(table: VectorTable, k: number): NeighbourGraph {
  const { count } = table;
  const width = Math.max(0, Math.min(k, count - 1));
  const indices = new Int32Array(count * width);
  const similarities = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const others = Array.from({ length: count }, (_, other) => ({ other, similarity: dot(table, row, other) })).filter(
      ({ other }) => other !== row,
    );
    others.sort((a, b) => b.similarity - a.similarity || a.other - b.other);
    others.slice(0, width).forEach(({ other, similarity }, position) => {
      indices[row * width + position] = other;
      similarities[row * width + position] = similarity;
    });
  }
  return { count, k: width, indices, similarities };
}

/** Local outlier factor over cosine distances, from all pairs. Equal distances: the k first of the sorted list are the neighbourhood. */
export function slowLof(table: VectorTable, k: number): number[] {
  const rows = Array.from({ length: table.count }, (_, row) => row);
  const distance = (a: number, b: number): number => Math.max(0, 1 - dot(table, a, b));
  const neighbours = rows.map((row) =>
    rows
      .filter((other) => other !== row)
      .sort((a, b) => distance(row, a) - distance(row, b) || a - b)
      .slice(0, k),
  );
  const kDistance = rows.map((row) => distance(row, neighbours[row]!.at(-1)!));
  const reachability = (from: number, to: number): number => Math.max(kDistance[to]!, distance(from, to));
  const density = rows.map((row) => 1 / mean(neighbours[row]!.map((other) => reachability(row, other))));
  return rows.map((row) => mean(neighbours[row]!.map((other) => density[other]! / density[row]!)));
}

/** Mean over the k nearest of the distance to each, divided by how far that one's own k-th is. */
export function slowDistanceRatio(table: VectorTable, k: number): number[] {
  const rows = Array.from({ length: table.count }, (_, row) => row);
  const sorted = rows.map((row) =>
    rows
      .filter((other) => other !== row)
      .map((other) => ({ other, distance: 1 - dot(table, row, other) }))
      .sort((a, b) => a.distance - b.distance || a.other - b.other)
      .slice(0, k),
  );
  return rows.map((row) => mean(sorted[row]!.map(({ other, distance }) => distance / sorted[other]!.at(-1)!.distance)));
}

/** Mean cosine distance to the neighbours ranked `first` to `last` (from 1). */
export function slowMeanDistance(table: VectorTable, first: number, last: number): number[] {
  return Array.from({ length: table.count }, (_, row) => {
    const distances = Array.from({ length: table.count }, (_, other) => other)
      .filter((other) => other !== row)
      .map((other) => 1 - dot(table, row, other));
    return mean(distances.sort((a, b) => a - b).slice(first - 1, last));
  });
}

/** (x - mean)' S^-1 (x - mean), S = (1 - shrinkage) covariance + shrinkage trace / d I, solved by Gauss-Jordan elimination. */
export function slowMahalanobis(table: VectorTable, shrinkage: number): number[] {
  const { count, dimensions: size } = table;
  const at = (row: number, column: number): number => table.values[row * size + column]!;
  const rows = Array.from({ length: count }, (_, row) => row);
  const columns = Array.from({ length: size }, (_, column) => column);
  const centre = columns.map((column) => mean(rows.map((row) => at(row, column))));
  const covariance = columns.map((a) => columns.map((b) => mean(rows.map((row) => (at(row, a) - centre[a]!) * (at(row, b) - centre[b]!)))));
  const trace = columns.reduce((sum, column) => sum + covariance[column]![column]!, 0);
  const shrunk = covariance.map((line, a) => line.map((value, b) => (1 - shrinkage) * value + (a === b ? (shrinkage * trace) / size : 0)));
  return rows.map((row) => {
    const offset = columns.map((column) => at(row, column) - centre[column]!);
    const solution = solve(shrunk, offset);
    return offset.reduce((sum, value, column) => sum + value * solution[column]!, 0);
  });
}

/** Share of (odd, normal) pairs that the score orders rightly; a tie counts half. */
export function auroc(scores: ArrayLike<number>, odd: readonly boolean[]): number {
  let right = 0;
  let pairs = 0;
  odd.forEach((isOdd, a) => {
    if (!isOdd) return;
    odd.forEach((other, b) => {
      if (other) return;
      pairs++;
      right += scores[a]! > scores[b]! ? 1 : scores[a]! === scores[b]! ? 0.5 : 0;
    });
  });
  return right / pairs;
}

function dot(table: VectorTable, a: number, b: number): number {
  let sum = 0;
  for (let index = 0; index < table.dimensions; index++)
    sum += table.values[a * table.dimensions + index]! * table.values[b * table.dimensions + index]!;
  return sum;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const lines = matrix.map((line, index) => [...line, right[index]!]);
  lines.forEach((_, pivot) => {
    const best = lines.reduce(
      (found, line, index) => (index >= pivot && Math.abs(line[pivot]!) > Math.abs(lines[found]![pivot]!) ? index : found),
      pivot,
    );
    [lines[pivot], lines[best]] = [lines[best]!, lines[pivot]!];
    const scale = lines[pivot]![pivot]!;
    lines[pivot] = lines[pivot]!.map((value) => value / scale);
    lines.forEach((line, index) => {
      if (index !== pivot) lines[index] = line.map((value, column) => value - line[pivot]! * lines[pivot]![column]!);
    });
  });
  return lines.map((line) => line.at(-1)!);
}
