/**
 * @file A uniform grid over the places of the map: which points lie in a box, which is nearest to a spot, how crowded it is around each.
 * Counting sort into cells, typed arrays only, built in slices so that a million points never hold the page up.
 */
import { boundsOf, type Bounds } from "./camera.ts";
import { atOnce } from "./slices.ts";

export interface PlaceIndex {
  /** [n, 2], NaN where a point has no place. */
  readonly places: Float32Array;
  readonly bounds: Bounds;
  readonly columns: number;
  readonly rows: number;
  /** Side of a cell in units of the map. */
  readonly cell: number;
  /** Where the points of each cell start in `points`; [columns * rows + 1]. */
  readonly starts: Uint32Array;
  /** Points with a place, cell by cell. */
  readonly points: Uint32Array;
}

const pointsPerCell = 4;
const slice = 100_000;

/** Yields between slices; the return value is the index, null when no point has a place. */
export function* buildPlaceIndex(places: Float32Array): Generator<void, PlaceIndex | null> {
  const bounds = boundsOf(places);
  if (bounds === null) return null;
  yield;
  const count = places.length / 2;
  const across = Math.max(bounds.right - bounds.left, 1e-6);
  const down = Math.max(bounds.bottom - bounds.top, 1e-6);
  const cell = Math.max(Math.sqrt((across * down * pointsPerCell) / count), Math.max(across, down) / 2048);
  const columns = Math.floor(across / cell) + 1;
  const rows = Math.floor(down / cell) + 1;
  const starts = new Uint32Array(columns * rows + 1);
  const cellOf = (index: number): number => {
    const column = Math.floor((places[2 * index] - bounds.left) / cell);
    return column + columns * Math.floor((places[2 * index + 1] - bounds.top) / cell);
  };
  for (let from = 0; from < count; from += slice) {
    for (let index = from; index < Math.min(count, from + slice); index++) if (isPlaced(places, index)) starts[cellOf(index) + 1]++;
    yield;
  }
  for (let at = 1; at < starts.length; at++) starts[at] += starts[at - 1];
  const points = new Uint32Array(starts[starts.length - 1]);
  const next = starts.slice();
  for (let from = 0; from < count; from += slice) {
    for (let index = from; index < Math.min(count, from + slice); index++)
      if (isPlaced(places, index)) points[next[cellOf(index)]++] = index;
    yield;
  }
  return { places, bounds, columns, rows, cell, starts, points };
}

/** The index at once, for tests and small maps. */
export function placeIndex(places: Float32Array): PlaceIndex | null {
  return atOnce(buildPlaceIndex(places));
}

export function isPlaced(places: Float32Array, index: number): boolean {
  return !Number.isNaN(places[2 * index]);
}

/** Calls `visit` for every point in `box`. */
export function visitBox(index: PlaceIndex, box: Bounds, visit: (point: number) => void): void {
  const { places, bounds, cell, columns, rows, starts, points } = index;
  const firstColumn = Math.max(0, Math.floor((box.left - bounds.left) / cell));
  const lastColumn = Math.min(columns - 1, Math.floor((box.right - bounds.left) / cell));
  const firstRow = Math.max(0, Math.floor((box.top - bounds.top) / cell));
  const lastRow = Math.min(rows - 1, Math.floor((box.bottom - bounds.top) / cell));
  if (firstColumn > lastColumn) return;
  for (let row = firstRow; row <= lastRow; row++) {
    for (let at = starts[row * columns + firstColumn]; at < starts[row * columns + lastColumn + 1]; at++) {
      const point = points[at];
      const x = places[2 * point];
      const y = places[2 * point + 1];
      if (x >= box.left && x <= box.right && y >= box.top && y <= box.bottom) visit(point);
    }
  }
}

/** At least how many points lie in `box`, counted by whole cells, so in time of the rows of the box and not of its points. */
export function roughCount(index: PlaceIndex, box: Bounds): number {
  const { bounds, cell, columns, rows, starts } = index;
  const firstColumn = Math.max(0, Math.round((box.left - bounds.left) / cell));
  const lastColumn = Math.min(columns - 1, Math.round((box.right - bounds.left) / cell) - 1);
  const firstRow = Math.max(0, Math.round((box.top - bounds.top) / cell));
  const lastRow = Math.min(rows - 1, Math.round((box.bottom - bounds.top) / cell) - 1);
  let count = 0;
  if (firstColumn > lastColumn) return 0;
  for (let row = firstRow; row <= lastRow; row++) count += starts[row * columns + lastColumn + 1] - starts[row * columns + firstColumn];
  return count;
}

/** The point nearest to (x, y) within `radius` that `accepts` lets pass; -1 when there is none. Of equally near ones the last drawn. */
export function nearestPoint(
  index: PlaceIndex,
  { x, y, radius, accepts }: { x: number; y: number; radius: number; accepts?: (point: number) => boolean },
): number {
  let best = -1;
  let bestDistance = radius * radius;
  visitBox(index, { left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }, (point) => {
    const dx = index.places[2 * point] - x;
    const dy = index.places[2 * point + 1] - y;
    const distance = dx * dx + dy * dy;
    if (distance > bestDistance || (distance === bestDistance && point < best)) return;
    if (accepts !== undefined && !accepts(point)) return;
    best = point;
    bestDistance = distance;
  });
  return best;
}

/**
 * About how far apart points lie around each point, in units of the map: the root of the area per point in the nine cells around it. Yields
 * between slices.
 */
export function* spacings(index: PlaceIndex): Generator<void, Float32Array> {
  const { columns, rows, starts, points, cell, places } = index;
  const result = new Float32Array(places.length / 2).fill(Number.NaN);
  let done = 0;
  for (let row = 0; row < rows; row++) {
    const read = columns + starts[(row + 1) * columns] - starts[row * columns];
    if (Math.floor((done + read) / slice) > Math.floor(done / slice)) yield;
    done += read;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      if (starts[at] === starts[at + 1]) continue;
      let around = 0;
      for (let near = Math.max(0, row - 1); near <= Math.min(rows - 1, row + 1); near++) {
        around += starts[near * columns + Math.min(columns - 1, column + 1) + 1] - starts[near * columns + Math.max(0, column - 1)];
      }
      const spacing = cell * Math.sqrt(9 / around);
      for (let position = starts[at]; position < starts[at + 1]; position++) result[points[position]] = spacing;
    }
  }
  return result;
}

/** The middle of what `spacings` gave, from a sample; NaN for no points. */
export function typicalSpacing(spacing: Float32Array): number {
  const step = Math.max(1, Math.floor(spacing.length / 5000));
  const known = spacing.filter((value, point) => point % step === 0 && !Number.isNaN(value)).sort();
  return known[Math.floor(known.length / 2)] ?? Number.NaN;
}
