/**
 * @file Learning from clicks as the formulas say it, with nothing kept from one answer to the next: whole matrices, solved anew.
 */
import { choleskyFactor, solveCholesky } from "#engine/base/cholesky.ts";
import type { NeighbourGraph, VectorTable } from "#engine/base/neighbour-graph.ts";
import type { Clicks } from "#engine/fewshot/clicks.ts";

/** [n, C]: x'(X'X + lambda I)^-1 X'(Y - 1 / C). */
export function ridgeScores(
  { count, dimensions, values }: VectorTable,
  { rows, labels, classCount }: Clicks,
  lambda: number,
): Float64Array {
  const size = rows.length;
  const dot = (one: number, other: number): number => {
    let sum = 0;
    for (let index = 0; index < dimensions; index++) sum += values[one * dimensions + index] * values[other * dimensions + index];
    return sum;
  };
  const kernel = Float64Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return dot(rows[row], rows[column]) + (row === column ? lambda : 0);
  });
  const weights = Float64Array.from(
    { length: size * classCount },
    (_, at) => (labels[Math.floor(at / classCount)] === at % classCount ? 1 : 0) - 1 / classCount,
  );
  solveCholesky({ factor: choleskyFactor(kernel, size), size, values: weights, columns: classCount });
  return Float64Array.from({ length: count * classCount }, (_, at) => {
    const [row, label] = [Math.floor(at / classCount), at % classCount];
    let sum = 0;
    for (let each = 0; each < size; each++) sum += dot(row, rows[each]) * weights[each * classCount + label];
    return sum;
  });
}

/** [n, C] shares of classes: (I - flow D^-1/2 W D^-1/2)^-1 Y, each column divided by its sum, each row made sum 1; W from the `used` nearest of either. */
export function propagationShares(
  { count, k, indices, similarities }: NeighbourGraph,
  { rows, labels, classCount }: Clicks,
  { used, flow }: { used: number; flow: number },
): Float64Array {
  const weights = new Float64Array(count * count);
  for (let row = 0; row < count; row++)
    for (let place = 0; place < Math.min(used, k); place++) {
      const other = indices[row * k + place];
      weights[row * count + other] = weights[other * count + row] = Math.max(0, similarities[row * k + place]) ** 3;
    }
  const degrees = Float64Array.from({ length: count }, (_, row) =>
    weights.subarray(row * count, (row + 1) * count).reduce((sum, value) => sum + value, 0),
  );
  const matrix = weights.map((weight, at) => {
    const [row, column] = [Math.floor(at / count), at % count];
    const even = weight === 0 ? 0 : weight / Math.sqrt(degrees[row] * degrees[column]);
    return (row === column ? 1 : 0) - flow * even;
  });
  const reached = new Float64Array(count * classCount);
  rows.forEach((row, at) => (reached[row * classCount + labels[at]] = 1));
  solveCholesky({ factor: choleskyFactor(matrix, count), size: count, values: reached, columns: classCount });
  const masses = Float64Array.from({ length: classCount }, (_, label) => {
    let sum = 0;
    for (let row = 0; row < count; row++) sum += reached[row * classCount + label];
    return sum;
  });
  return reached.map((_, at) => {
    const [row, label] = [Math.floor(at / classCount), at % classCount];
    const share = (each: number): number => (masses[each] > 1e-9 ? reached[row * classCount + each] / masses[each] : 0);
    let sum = 0;
    for (let each = 0; each < classCount; each++) sum += share(each);
    return sum > 0 ? share(label) / sum : 1 / classCount;
  });
}

/** The clicks without one of them. */
export function withoutClick({ rows, labels, classCount }: Clicks, at: number): Clicks {
  return { rows: rows.filter((_, each) => each !== at), labels: labels.filter((_, each) => each !== at), classCount };
}
