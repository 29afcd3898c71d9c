/**
 * @file Is what was written a line of letters? Among things that moved in front of a still camera nothing looks like one: of 1,964 pairs of near video frames 24 differ in something small of one colour, at
 * most 4.8 times as wide as high, with two strokes across and a third of its box covered; 96 captions are 5.8 times as wide as high or more, with nine strokes and four tenths. What is white on what is white in part shows less of itself, and of
 * letters of a few pixels the strokes show only before a blur: strokes tell more than width does. Of 3,803 pairs of near frames none is taken for a line of letters.
 */

const leastWidth = 2.5; // heights
const fewestStrokes = 5;
/** Strokes for each height of width. */
const leastDensity = 0.8;
const leastCovered = 0.3;
/** Of the rows, by their strokes: what reaches above and below the small letters has few. */
const tellingRow = 0.75;
/** Of the places, at each end: what saving again left elsewhere is no part of the line. */
const astray = 0.04;

/** First and last column and row. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * @param places positions of pixels that were written on, in a picture `width` wide
 * @param inked those of them that show the strokes of small letters each for itself
 */
export function isLineOfText(places: readonly number[], width: number, inked: readonly number[] = places): boolean {
  const [left, right] = within(places.map((at) => at % width));
  const [top, bottom] = within(places.map((at) => Math.floor(at / width)));
  const [across, down] = [right - left + 1, bottom - top + 1];
  if (across < leastWidth * down || places.length < leastCovered * across * down) return false;
  const fewest = Math.max(fewestStrokes, leastDensity * (across / down));
  return [places, inked].some((written) => strokesOf(written, width, { left, right, top, bottom }) >= fewest);
}

/** Of the telling row of a box. */
function strokesOf(written: readonly number[], width: number, { left, right, top, bottom }: Box): number {
  const isWritten = new Set(written);
  const strokes = Array.from({ length: bottom - top + 1 }, (_, row) => {
    let count = 0;
    for (let x = left; x <= right; x++) {
      const at = (top + row) * width + x;
      if (isWritten.has(at) && (x === left || !isWritten.has(at - 1))) count++;
    }
    return count;
  }).sort((one, other) => one - other);
  return strokes[Math.floor(tellingRow * strokes.length)];
}

/** First and last, but for the few that lie astray. */
function within(positions: readonly number[]): readonly [number, number] {
  const sorted = Int32Array.from(positions).sort();
  const few = Math.floor(astray * sorted.length);
  return [sorted[few], sorted[sorted.length - 1 - few]];
}
