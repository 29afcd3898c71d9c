/**
 * @file Lists of the best neighbours found so far, as src/kernels/neighbours/lists.h has them: k similarities from best to worst, equal ones by
 * index, and the indices. What a list ends as depends on what was offered and not on the order.
 */

export interface NeighbourLists {
  readonly k: number;
  /** [rows, k] */
  readonly indices: Int32Array;
  /** [rows, k] */
  readonly similarities: Float32Array;
}

/** Puts a neighbour into the list of `row` unless it is there or worse than all. @returns its place in the arrays, or -1 */
export function offerNeighbour({ k, indices, similarities }: NeighbourLists, row: number, { index, score }: Offer): number {
  const first = row * k;
  const last = first + k - 1;
  const isBefore = (at: number): boolean =>
    (similarities[at] as number) > score || (similarities[at] === score && (indices[at] as number) < index);
  if (isBefore(last)) return -1;
  let place = last + 1;
  while (place > first && !isBefore(place - 1)) place--;
  if (similarities[place] === score && indices[place] === index) return -1;
  similarities.copyWithin(place + 1, place, last);
  indices.copyWithin(place + 1, place, last);
  similarities[place] = score;
  indices[place] = index;
  return place;
}

export interface Offer {
  readonly index: number;
  /** A number that a Float32Array can hold. */
  readonly score: number;
}

/** The dot product of two rows, rounded to float32. */
export function dotOfRows(vectors: Float32Array, dimensions: number, one: number, other: number): number {
  let sum = 0;
  for (let at = 0, a = one * dimensions, b = other * dimensions; at < dimensions; at++)
    sum += (vectors[a + at] as number) * (vectors[b + at] as number);
  return Math.fround(sum);
}
