/**
 * @file spreadLabels in TypeScript: (I - flow S)^-1 applied to some columns at once, for a symmetric S whose eigenvalues lie in [-1, 1], by Chebyshev's iteration (Golub and Varga, 1961). Every step is
 * rounded to 32 bits as the native kernel rounds it, in the same order: both give the same bytes.
 */
import { ArgumentCheck, kernelError, maxCount } from "../kernel-error.ts";
import { maxThreads } from "./exact-neighbours.ts";

export interface SpreadLabelsArguments {
  readonly count: number;
  /** [count + 1]: the edges of row i are starts[i] .. starts[i + 1]; the first is 0, the last the number of edges. */
  readonly starts: Int32Array;
  /** [edges]: the other end. */
  readonly columns: Int32Array;
  /** [edges] */
  readonly weights: Float32Array;
  readonly flow: number;
  readonly iterations: number;
  /** [count, width]: labels before, what reached the rows after. */
  readonly values: Float32Array;
  /** Columns side by side. */
  readonly width: 1 | 4 | 16;
  /** At most so many, native only. */
  readonly threads: number;
}

export function spreadLabels(given: SpreadLabelsArguments): void {
  const check = new ArgumentCheck("spreadLabels", given);
  const count = check.integer("count", 1, maxCount);
  const starts = check.array("starts", "Int32Array", count + 1);
  const columns = check.array("columns", "Int32Array");
  const weights = check.array("weights", "Float32Array", columns.length);
  const flow = Math.fround(check.number("flow", 0.001, 0.999));
  const iterations = check.integer("iterations", 1, 1000);
  const width = check.oneOf("width", [1, 4, 16]);
  const values = check.array("values", "Float32Array", count * width);
  check.integer("threads", 1, maxThreads);
  if (!isGraph(count, starts, columns)) throw kernelError("out-of-range", "spreadLabels: a start or a column lies outside the graph");

  const solution = new Float32Array(values.length);
  const residual = values.slice();
  let step = values.slice();
  let following = new Float32Array(values.length);
  const round = Math.fround;
  let ratio = flow;
  for (let iteration = 0; iteration < iterations; iteration++) {
    // The eigenvalues of I - flow S lie in [1 - flow, 1 + flow].
    const next = 1 / (2 / flow - ratio);
    const keep = round(next * ratio);
    const take = round((2 * next) / flow);
    for (let row = 0; row < count; row++)
      for (let lane = 0; lane < width; lane++) {
        let sum = 0;
        for (let edge = starts[row]; edge < starts[row + 1]; edge++)
          sum = round(sum + round(weights[edge] * step[columns[edge] * width + lane]));
        const at = row * width + lane;
        const own = step[at];
        const rest = round(round(residual[at] - own) + round(flow * sum));
        solution[at] += own;
        residual[at] = rest;
        following[at] = round(round(keep * own) + round(take * rest));
      }
    [step, following] = [following, step];
    ratio = next;
  }
  values.set(solution);
}

function isGraph(count: number, starts: Int32Array, columns: Int32Array): boolean {
  if (starts[0] !== 0 || starts[count] !== columns.length) return false;
  for (let row = 0; row < count; row++) if (starts[row + 1] < starts[row]) return false;
  return columns.every((column) => column >= 0 && column < count);
}
