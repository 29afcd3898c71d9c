/**
 * @file Scores of different units made comparable: percentiles and mean ranks. Ties share their mean rank.
 */

/** [count] each value's rank in 0 (lowest) .. 1 (highest); equal values share the mean of their ranks. A single value ranks 1 / 2. */
export function shareRanks(values: ArrayLike<number>): Float64Array {
  const count = values.length;
  const order = Int32Array.from({ length: count }, (_, row) => row).sort((a, b) => values[a] - values[b] || a - b);
  const ranks = new Float64Array(count);
  for (let start = 0; start < count; ) {
    let end = start + 1;
    while (end < count && values[order[end]] === values[order[start]]) end++;
    const rank = count > 1 ? (start + end - 1) / 2 / (count - 1) : 0.5;
    for (let position = start; position < end; position++) ranks[order[position]] = rank;
    start = end;
  }
  return ranks;
}

/** [count] the mean of several scores' ranks. */
export function meanRank(scores: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(scores[0]?.length ?? 0);
  for (const score of scores) {
    const ranks = shareRanks(score);
    for (let row = 0; row < mean.length; row++) mean[row] += ranks[row] / scores.length;
  }
  return mean;
}
