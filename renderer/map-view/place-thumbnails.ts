/**
 * @file Which points are shown as pictures, and how large: greedily, the most important first, none over another, at most a given number.
 * A picture may take about the room there is around its point. What was shown stays shown while one only pans, so that nothing flickers.
 */
import { inSight, type Camera, type Size } from "./camera.ts";
import { roughCount, visitBox, type PlaceIndex } from "./place-index.ts";

export interface Thumbnail {
  readonly point: number;
  /** Longer side in pixels of CSS; the box is as wide and as high as the picture's shape says. */
  readonly width: number;
  readonly height: number;
}

export interface ThumbnailRequest {
  readonly index: PlaceIndex;
  /** Room around each point, map units (`spacings`). */
  readonly spacing: Float32Array;
  readonly camera: Camera;
  readonly size: Size;
  /** Width by height of each point's picture. */
  aspectOf(point: number): number;
  /** Whether it may be shown as a picture (the filter lets it pass). */
  accepts(point: number): boolean;
  /** The ones every cluster is known by: before all others. */
  readonly important: ReadonlySet<number>;
  /** Shown before, at the same scale. */
  readonly kept: ReadonlySet<number>;
  readonly limit: number;
}

export const smallestThumbnail = 40;
export const largestThumbnail = 132;
/** Pictures come when at least so much of what is in sight can be one. */
const worthwhileShare = 0.12;
const gap = 4;
const bucket = 48;
/** Beyond the window's edge, so that panning finds pictures there already. */
export const sightMargin = 140;

export function placeThumbnails(request: ThumbnailRequest): Thumbnail[] {
  const { index, camera, size, spacing, important, kept, limit } = request;
  const box = inSight(camera, size, sightMargin);
  const room = Math.min(limit, (size.width * size.height) / (smallestThumbnail + gap) ** 2);
  if (roughCount(index, inSight(camera, size)) > room / worthwhileShare) return [];
  const candidates: number[] = [];
  visitBox(index, box, (point) => {
    if (request.accepts(point)) candidates.push(point);
  });
  const rank = (point: number): number => (kept.has(point) ? 2 : 0) + (important.has(point) ? 1 : 0);
  candidates.sort((a, b) => rank(b) - rank(a) || spacing[b] - spacing[a] || a - b);
  const taken = createOccupancy();
  const placed: Thumbnail[] = [];
  const most = shareOf(candidates.length, size);
  for (const point of candidates) {
    if (placed.length >= limit) break;
    const x = (index.places[2 * point] - camera.x) * camera.scale + size.width / 2;
    const y = (index.places[2 * point + 1] - camera.y) * camera.scale + size.height / 2;
    const aspect = Math.min(4, Math.max(0.25, request.aspectOf(point)));
    const wanted = important.has(point) ? Math.max(64, spacing[point] * camera.scale) : spacing[point] * camera.scale * 1.15;
    // A large one that does not fit may still fit small.
    for (
      let side = stepped(Math.min(most, wanted));
      side >= smallestThumbnail;
      side = side > smallestThumbnail ? stepped(side * 0.66) : 0
    ) {
      const width = Math.round(aspect >= 1 ? side : side * aspect);
      const height = Math.round(aspect >= 1 ? side / aspect : side);
      const [across, down] = [(width + gap) / 2, (height + gap) / 2];
      if (!taken.add({ left: x - across, top: y - down, right: x + across, bottom: y + down })) continue;
      placed.push({ point, width, height });
      break;
    }
  }
  return placed;
}

/** The side at which all of `count` pictures would cover about a third of the window. */
function shareOf(count: number, size: Size): number {
  return Math.min(largestThumbnail, Math.max(smallestThumbnail, Math.sqrt((size.width * size.height) / (3 * Math.max(1, count)))));
}

/** In steps of 8 pixels, so that a little zoom does not resize everything. */
function stepped(side: number): number {
  return Math.max(smallestThumbnail, 8 * Math.floor(side / 8));
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Occupancy {
  /** Takes the box when nothing taken overlaps it. */
  add(box: Box): boolean;
  isFree(box: Box): boolean;
  /** Takes the box, whatever it overlaps. */
  take(box: Box): void;
}

/** Boxes on a grid of buckets: a new one is held only against those near it. */
export function createOccupancy(): Occupancy {
  const buckets = new Map<number, Box[]>();
  const isFree = (box: Box): boolean => {
    for (const cell of cellsOf(box)) {
      for (const other of buckets.get(cell) ?? []) {
        if (box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top) return false;
      }
    }
    return true;
  };
  const take = (box: Box): void => {
    for (const cell of cellsOf(box)) {
      const list = buckets.get(cell);
      if (list === undefined) buckets.set(cell, [box]);
      else list.push(box);
    }
  };
  return {
    isFree,
    take,
    add(box) {
      if (!isFree(box)) return false;
      take(box);
      return true;
    },
  };
}

function cellsOf(box: Box): number[] {
  const cells: number[] = [];
  for (let row = Math.floor(box.top / bucket); row <= Math.floor(box.bottom / bucket); row++) {
    for (let column = Math.floor(box.left / bucket); column <= Math.floor(box.right / bucket); column++) cells.push(row * 100_003 + column);
  }
  return cells;
}
