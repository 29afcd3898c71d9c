/** @file Slices of one series as one item: the middle one of those that pass stands for all, and the others are found from it. Pure functions over the columns. */
import type { ImageColumns, ImageId } from "#protocol/model.ts";

export function hasSeries({ series }: ImageColumns): boolean {
  return series.some((number) => number >= 0);
}

/** `passing` with one image for each series, in the same order. `rank` (smaller is better) chooses another one than the middle. */
export function oneForEach({ series, slices }: ImageColumns, passing: Int32Array, rank?: (index: number) => number): Int32Array {
  const members = new Map<number, number[]>();
  for (const index of passing) {
    const number = series[index];
    if (number < 0) continue;
    const found = members.get(number);
    if (found === undefined) members.set(number, [index]);
    else found.push(index);
  }
  const standing = new Set<number>();
  for (const found of members.values()) {
    if (rank === undefined) {
      found.sort((one, other) => slices[one] - slices[other]);
      standing.add(found[found.length >> 1]);
    } else standing.add(found.reduce((best, index) => (rank(index) < rank(best) ? index : best)));
  }
  return passing.filter((index) => series[index] < 0 || standing.has(index));
}

/** What one item consists of: images of a series, or frames of a file. */
export interface Slices {
  readonly count: number;
  /** The one that stands for the item. */
  readonly start: number;
  /** Of a series the image of each slice; null: they are frames of one file. */
  readonly ids: readonly ImageId[] | null;
}

/** Null: it is one picture. */
export function slicesOf({ ids, series, slices, frames, standing }: ImageColumns, index: number): Slices | null {
  if (index < 0) return null;
  const number = series[index];
  if (number < 0) return frames[index] > 1 ? { count: frames[index], start: standing[index], ids: null } : null;
  const members: number[] = [];
  for (let at = 0; at < series.length; at++) if (series[at] === number) members.push(at);
  members.sort((one, other) => slices[one] - slices[other]);
  return { count: members.length, start: members.indexOf(index), ids: members.map((at) => ids[at] as ImageId) };
}

const counts = new WeakMap<Int32Array, Int32Array>();

/** How many slices or frames the item of an image has; 1: it is one picture. */
export function sliceCount({ series, frames }: ImageColumns, index: number): number {
  const number = series[index];
  if (number < 0) return frames[index] ?? 1;
  let sizes = counts.get(series);
  if (sizes === undefined) {
    sizes = new Int32Array(series.reduce((most, one) => Math.max(most, one), -1) + 1);
    for (const one of series) if (one >= 0) sizes[one]++;
    counts.set(series, sizes);
  }
  return sizes[number];
}
