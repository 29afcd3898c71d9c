/**
 * @file Sinkhorn and Knopp's iteration as SwAV uses it (Caron et al. 2020, arXiv 2006.09882; Cuturi 2013): soft assignments of samples to prototypes in
 * which every prototype gets about as much. Rows and columns of exp(score / eps) are made even in turn, unrolled; the samples come last, so each sums to 1.
 */
import type { Operators } from "../step/operators.ts";

export interface SinkhornOptions {
  /** Smaller: harder assignments. */
  readonly epsilon: number;
  readonly iterations: number;
  /** [n, 1]: samples that count (1) or do not (0). */
  readonly presence?: string;
}

/** @param scores [n, k] @returns [n, k], without gradient */
export function sinkhorn(operators: Operators, scores: string, { epsilon, iterations, presence }: SinkhornOptions): string {
  const [samples = 0, prototypes = 0] = operators.shape(scores);
  const fixed = operators.detach(scores);
  const flat = operators.builder.reshape(fixed, [1, samples * prototypes]);
  const largest = operators.builder.reshape(operators.largest(flat), []);
  let shares = operators.unary("Exp", operators.scale(operators.subtract(fixed, largest), 1 / epsilon));
  if (presence !== undefined) shares = operators.multiply(shares, presence);
  // Only ratios count: the sums 1/k and 1/n of the paper would cancel. What has nothing stays 0.
  const even = (sums: string, shape: readonly number[]): string => operators.builder.reshape(operators.atLeast(sums, 1e-30), shape);
  for (let round = 0; round < iterations; round++) {
    shares = operators.divide(shares, even(operators.sum(shares, [0]), [1, prototypes]));
    shares = operators.divide(shares, even(operators.sum(shares, [1]), [samples, 1]));
  }
  return operators.detach(shares);
}
