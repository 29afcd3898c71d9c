/**
 * @file SupCon (Khosla et al. 2020, arXiv 2004.11362): all views of all pictures of the same label attract. A picture without a label has only its own
 * views; then the loss is NT-Xent (times temperature / base).
 *
 *   L = mean_i [ -(t / base) 1/|P(i)| sum_{p in P(i)} (s_ip / t - log sum_{k != i} exp(s_ik / t)) ]
 */
import type { Operators } from "../step/operators.ts";
import { withoutSelf } from "./pairs.ts";

export interface SupConOptions {
  /** [n] int64; below 0: none. */
  readonly labels: string;
  readonly temperature: number;
  /** The authors' code has .07, which multiplies the loss; the temperature itself leaves it as it is. */
  readonly base: number;
}

/** @param z [views n, d] unit rows, all pictures as the first view sees them, then as the second, ... */
export function supCon(operators: Operators, z: string, { labels, temperature, base }: SupConOptions): string {
  const [rows = 0] = operators.shape(z);
  const [images = 0] = operators.shape(labels);
  const logits = operators.add(operators.scale(operators.products(z, z), 1 / temperature), withoutSelf(operators, rows));
  const logShares = operators.subtract(logits, operators.column(operators.logSumExp(logits)));
  const positives = operators.multiply(
    tiled(operators, sameLabel(operators, labels), rows / images),
    operators.matrix(rows, rows, (row, column) => (row === column ? 0 : 1)),
  );
  const count = operators.atLeast(operators.sum(positives, [1]), 1);
  const shares = operators.divide(operators.sum(operators.multiply(logShares, positives), [1]), count);
  return operators.scale(operators.average(shares), -temperature / base);
}

/** [n, n]: 1 for the same picture, and for two of one known label. */
function sameLabel(operators: Operators, labels: string): string {
  const [images = 0] = operators.shape(labels);
  const column = operators.builder.reshape(labels, [images, 1]);
  const row = operators.builder.reshape(labels, [1, images]);
  const isKnown = operators.exceeds(column, operators.builder.constant("int64", [], [-1]));
  const others = operators.matrix(images, images, (one, other) => (one === other ? 0 : 1));
  const alike = operators.multiply(operators.multiply(operators.equals(column, row), isKnown), others);
  return operators.add(
    alike,
    operators.matrix(images, images, (one, other) => (one === other ? 1 : 0)),
  );
}

function tiled(operators: Operators, value: string, times: number): string {
  return operators.stack(Array<string>(times).fill(operators.beside(Array<string>(times).fill(value))));
}
