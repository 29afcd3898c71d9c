/**
 * @file Middle and spread that a few odd values cannot move.
 */

export interface RobustSpread {
  readonly median: number;
  /** 1.4826 x the median absolute deviation: the standard deviation, were the values normal. */
  readonly deviation: number;
}

/** 1 / the normal distribution's 75 % quantile. */
const normalFactor = 1.4826;

export function robustSpread(values: readonly number[]): RobustSpread {
  const middle = median(values);
  return { median: middle, deviation: normalFactor * median(values.map((value) => Math.abs(value - middle))) };
}

/** 0 for no values. */
function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
