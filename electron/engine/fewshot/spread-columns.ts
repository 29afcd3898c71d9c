/**
 * @file Columns of (I - flow S)^-1 of a neighbour graph, as many at a time as share what is fetched from memory: what flows from labelled rows to all others.
 */
import { loadKernels, usualThreads } from "#native/kernels.ts";

import type { SimilarityGraph } from "./similarity-graph.ts";

/** Rows that are labelled with 1 -> what reaches every row, [n], valid until `use` returns. */
export type SpreadColumns = (labelled: readonly Int32Array[], use: (column: Float32Array, at: number) => void) => void;

/** Its error is some .002 of the whole; that of 40 plain steps with the usual flow is .13. */
const iterations = 22;
const widths = [1, 4, 16] as const;

export function columnsOf({ count, starts, columns, weights }: SimilarityGraph, flow: number): SpreadColumns {
  const [kernels, threads] = [loadKernels(), usualThreads()];
  const column = new Float32Array(count);
  return (labelled, use) => {
    for (let first = 0; first < labelled.length;) {
      const left = labelled.length - first;
      const width = widths.find((each) => each >= Math.min(left, 16)) ?? 16;
      const values = new Float32Array(count * width);
      const lanes = Math.min(left, width);
      for (let lane = 0; lane < lanes; lane++) for (const row of labelled[first + lane]) values[row * width + lane] = 1;
      kernels.spreadLabels({ count, starts, columns, weights, flow, iterations, values, width, threads });
      for (let lane = 0; lane < lanes; lane++) {
        for (let row = 0, at = lane; row < count; row++, at += width) column[row] = values[at];
        use(column, first + lane);
      }
      first += lanes;
    }
  };
}
