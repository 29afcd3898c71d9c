/**
 * @file The obvious evaluation of vectors by labels: votes counted over a full sort, ridge regression solved by elimination, and left-out rows really left out.
 */
import { referenceNeighbours } from "./neighbours.ts";

type Rows = readonly (readonly number[])[];

/** Leave-one-out votes of the k nearest; of classes with equally many the one with the nearest voter. */
export function slowVotes(rows: Rows, labels: ArrayLike<number>, k: number): number[] {
  return referenceNeighbours(rows.flat(), rows.length, rows[0].length).map((others) => {
    const voters = others.slice(0, k).map((other) => labels[other.index]);
    const count = (label: number): number => voters.filter((voter) => voter === label).length;
    const most = Math.max(...voters.map(count));
    return voters.find((voter) => count(voter) === most) as number;
  });
}

export function slowAccuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  const rows = Array.from(labels, (_, row) => row);
  return rows.filter((row) => predicted[row] === labels[row]).length / rows.length;
}

/** Mean over classes of 2 precision recall / (precision + recall). */
export function slowMacroF1(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  const rows = Array.from(labels, (_, row) => row);
  const classes = [...new Set([...Array.from(labels), ...Array.from(predicted)])];
  const scores = classes.map((label) => {
    const said = rows.filter((row) => predicted[row] === label);
    const there = rows.filter((row) => labels[row] === label);
    const right = said.filter((row) => labels[row] === label).length;
    if (right === 0) return 0;
    const [precision, recall] = [right / said.length, right / there.length];
    return (2 * precision * recall) / (precision + recall);
  });
  return scores.reduce((sum, score) => sum + score, 0) / classes.length;
}

export interface SlowRidge {
  readonly lambda: number;
  readonly predict: (row: readonly number[]) => number;
}

/** Primal ridge with an unpenalised constant; lambda by leaving each row out and fitting again. */
export function slowRidge(rows: Rows, labels: readonly number[], lambdas: readonly number[]): SlowRidge {
  const errors = lambdas.map((lambda) =>
    rows.reduce((sum, row, out) => {
      const others = rows.filter((_, at) => at !== out);
      const classes = [...new Set(labels)].sort((a, b) => a - b);
      const scores = fit(others, oneHot(labels, classes).filter((_, at) => at !== out), lambda)(row); // prettier-ignore
      return sum + scores.reduce((squares, score, column) => squares + (score - (classes[column] === labels[out] ? 1 : 0)) ** 2, 0);
    }, 0),
  );
  const lambda = lambdas[errors.lastIndexOf(Math.min(...errors))];
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const scoresOf = fit(rows, oneHot(labels, classes), lambda);
  return {
    lambda,
    predict: (row) => {
      const scores = scoresOf(row);
      return classes[scores.indexOf(Math.max(...scores))];
    },
  };
}

function oneHot(labels: readonly number[], classes: readonly number[]): number[][] {
  return labels.map((label) => classes.map((each) => (each === label ? 1 : 0)));
}

/** Scores of a row: mean of Y + (x - mean of X)' (X'X + lambda I)^-1 X'Y. */
function fit(rows: Rows, targets: Rows, lambda: number): (row: readonly number[]) => number[] {
  const [meanX, meanY] = [meanOf(rows), meanOf(targets)];
  const x = rows.map((row) => row.map((value, at) => value - meanX[at]));
  const y = targets.map((row) => row.map((value, at) => value - meanY[at]));
  const gram = meanX.map((_, a) => meanX.map((_unused, b) => x.reduce((sum, row) => sum + row[a] * row[b], a === b ? lambda : 0)));
  const products = meanX.map((_, a) => meanY.map((_unused, c) => x.reduce((sum, row, at) => sum + row[a] * y[at][c], 0)));
  const weights = solve(gram, products);
  return (row) => meanY.map((mean, c) => row.reduce((sum, value, a) => sum + (value - meanX[a]) * weights[a][c], mean));
}

function meanOf(rows: Rows): number[] {
  return rows[0].map((_, at) => rows.reduce((sum, row) => sum + row[at], 0) / rows.length);
}

/** Gauss-Jordan elimination with several right-hand sides. */
function solve(matrix: Rows, right: Rows): number[][] {
  const size = matrix.length;
  const lines = matrix.map((line, at) => [...line, ...right[at]]);
  for (let pivot = 0; pivot < size; pivot++) {
    let best = pivot;
    for (let at = pivot; at < size; at++) if (Math.abs(lines[at][pivot]) > Math.abs(lines[best][pivot])) best = at;
    [lines[pivot], lines[best]] = [lines[best], lines[pivot]];
    const scale = lines[pivot][pivot];
    lines[pivot] = lines[pivot].map((value) => value / scale);
    for (let at = 0; at < size; at++)
      if (at !== pivot) {
        const weight = lines[at][pivot];
        lines[at] = lines[at].map((value, column) => value - weight * lines[pivot][column]);
      }
  }
  return lines.map((line) => line.slice(size));
}
