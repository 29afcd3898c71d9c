/** @file Vectors as lists of numbers, in the slowest and plainest way. */

export type Rows = readonly (readonly number[])[];

export function dot(one: readonly number[], other: readonly number[]): number {
  let sum = 0;
  one.forEach((value, at) => (sum += value * (other[at] as number)));
  return sum;
}

export function unit(row: readonly number[]): number[] {
  const length = Math.sqrt(dot(row, row));
  return row.map((value) => value / length);
}

export function unitAll(rows: Rows): number[][] {
  return rows.map(unit);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

export function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

export function meanRow(rows: Rows): number[] {
  return (rows[0] as readonly number[]).map((_, at) => mean(rows.map((row) => row[at] as number)));
}
