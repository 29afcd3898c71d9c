/** @file Where points come from when the map is laid out anew: each image's old place, found by id, whatever the order of the columns was. */

export interface Placed {
  readonly ids: Int32Array;
  /** [n, 2], NaN where an image has no place. */
  readonly places: Float32Array;
}

/** [n, 2] for `next`: the old place of each image, its new one where it had none. `next.places` itself when nothing moved. */
export function originsOf(previous: Placed | null, next: Placed): Float32Array {
  if (previous === null || previous.places === next.places) return next.places;
  const positionOf = positionsById(previous.ids);
  const origins = next.places.slice();
  let moved = false;
  for (let point = 0; point < next.ids.length; point++) {
    const old = positionOf(next.ids[point]);
    if (old < 0) continue;
    for (const axis of [0, 1]) {
      const from = previous.places[2 * old + axis];
      const to = next.places[2 * point + axis];
      if (Number.isNaN(from) || Number.isNaN(to) || from === to) continue;
      origins[2 * point + axis] = from;
      moved = true;
    }
  }
  return moved ? origins : next.places;
}

/** Position by id as a flat table (ids are small whole numbers); -1 for an id that is not there. */
export function positionsById(ids: Int32Array): (id: number) => number {
  const largest = ids.reduce((most, id) => Math.max(most, id), 0);
  const table = new Int32Array(largest + 1).fill(-1);
  for (let position = 0; position < ids.length; position++) table[ids[position]] = position;
  return (id) => table[id] ?? -1;
}
