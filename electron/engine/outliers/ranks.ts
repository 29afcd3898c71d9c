/**
 * @file Scores of different units made comparable: percentiles and mean ranks. Ties share their mean rank.
 */

/** [count] each value's rank in 0 (lowest) .. 1 (highest); equal values share the mean of their ranks. A single value ranks 1 / 2. */
export function shareRanks(values: ArrayLike<number>): Float64Array {
  return meanRank([values]);
}

/** [count] the mean of several scores' ranks. Equal sums of ranks give equal numbers: whole numbers are summed, and divided once. */
export function meanRank(scores: readonly ArrayLike<number>[]): Float64Array {
  const count = scores[0]?.length ?? 0;
  if (count === 1) return Float64Array.of(0.5);
  const sums = new Float64Array(count);
  for (const score of scores) addDoubledPlaces(score, sums);
  const highest = 2 * (count - 1) * scores.length;
  return sums.map((sum) => sum / highest);
}

/** Adds twice each value's place, 0 .. 2 (count - 1): twice, so that the middle of two places is a whole number. */
function addDoubledPlaces(values: ArrayLike<number>, sums: Float64Array): void {
  const count = values.length;
  const order = Int32Array.from({ length: count }, (_, row) => row).sort((a, b) => values[a] - values[b] || a - b);
  for (let start = 0; start < count;) {
    let end = start + 1;
    while (end < count && values[order[end]] === values[order[start]]) end++;
    for (let position = start; position < end; position++) sums[order[position]] += start + end - 1;
    start = end;
  }
}
