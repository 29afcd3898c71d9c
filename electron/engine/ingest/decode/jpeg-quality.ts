/**
 * @file How strongly a JPEG was compressed, told by its quantisation table: the quality at which the Independent JPEG Group's encoder quantises luma as finely. Exact for files
 * of that encoder and its kin; for a camera's or an editor's own tables the quality of the nearest one, which is why people are told "about".
 */

/** The luma table of ITU-T T.81 annex K.1, which is quality 50. */
const standard = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22,
  37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];

/** [100] sums of the steps at the qualities 1..100: none twice, each less than the one before. */
const sums = Int32Array.from({ length: 100 }, (_, index) => stepsAt(index + 1).reduce((sum, step) => sum + step, 0));

/** The steps at a quality from 1 to 100, as that encoder scales them. */
export function stepsAt(quality: number): number[] {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  return standard.map((step) => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))));
}

/** @param sum of all 64 steps of the luma table */
export function qualityOfSteps(sum: number): number {
  let best = 0;
  for (let index = 1; index < sums.length; index++)
    if (Math.abs((sums[index] as number) - sum) < Math.abs((sums[best] as number) - sum)) best = index;
  return best + 1;
}
