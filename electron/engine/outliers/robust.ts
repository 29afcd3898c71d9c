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

export function robustSpread(values: ArrayLike<number>): RobustSpread {
  const middle = median(values);
  return { median: middle, deviation: normalFactor * median(Float64Array.from(values, (value) => Math.abs(value - middle))) };
}

/** 0 for no values. */
function median(values: ArrayLike<number>): number {
  if (values.length === 0) return 0;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Farther than this is far, however far. */
const mostDeviations = 100;

/** [count] how many robust deviations each value is above the median; 0 for all where more than half are equal. */
export function deviationsAbove(values: ArrayLike<number>): Float64Array {
  const { median: middle, deviation } = robustSpread(values);
  return Float64Array.from(values, (value) =>
    deviation > 0 ? Math.max(-mostDeviations, Math.min(mostDeviations, (value - middle) / deviation)) : 0,
  );
}
