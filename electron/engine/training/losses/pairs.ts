/**
 * @file What every loss over the two views of a batch needs: who is whose partner, and who repels whom. Rows are all pictures as the first view
 * sees them, then as the second.
 */
import type { Operators } from "../step/operators.ts";

/** Less than any similarity over any temperature; its exp is 0. */
export const excluded = -1e9;

/** [2n, d] -> [2n]: the cosine of each row and its partner, for unit rows. */
export function partnerCosines(operators: Operators, z: string): string {
  const [rows = 0] = operators.shape(z);
  const half = rows / 2;
  const swapped = operators.stack([operators.rows(z, half, rows), operators.rows(z, 0, half)]);
  return operators.sum(operators.multiply(z, swapped), [1]);
}

/** [rows, rows]: 1 where the column is neither the row itself nor its partner. */
export function negativePairs(operators: Operators, rows: number): string {
  return operators.matrix(rows, rows, (row, column) => (row % (rows / 2) === column % (rows / 2) ? 0 : 1));
}

/** [rows, rows]: to be added to logits so that only negatives count. */
export function onlyNegatives(operators: Operators, rows: number): string {
  return operators.matrix(rows, rows, (row, column) => (row % (rows / 2) === column % (rows / 2) ? excluded : 0));
}

/** [rows, rows]: to be added to logits so that a row does not count itself. */
export function withoutSelf(operators: Operators, rows: number): string {
  return operators.matrix(rows, rows, (row, column) => (row === column ? excluded : 0));
}
