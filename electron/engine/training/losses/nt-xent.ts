/**
 * @file NT-Xent (Chen et al. 2020, "A Simple Framework for Contrastive Learning"; METHODS 2.1): for each view, cross entropy of its other view among
 * all other views of the batch.
 */
import type { Operators } from "../step/operators.ts";

/** Less than any similarity over any temperature; its exp is 0. */
export const excluded = -1e9;

/**
 * @param z [2n, d] unit rows: all pictures as the first view sees them, then as the second
 * @returns the mean over all 2n views
 */
export function ntXent(operators: Operators, z: string, temperature: number): string {
  const [rows = 0] = operators.shape(z);
  const half = rows / 2;
  const logits = operators.scale(operators.products(z, z), 1 / temperature);
  const others = operators.add(
    logits,
    operators.matrix(rows, rows, (row, column) => (row === column ? excluded : 0)),
  );
  const partners = operators.matrix(rows, rows, (row, column) => (Math.abs(row - column) === half ? -1 / rows : 0));
  return operators.total(operators.multiply(operators.logSoftmax(others), partners));
}
