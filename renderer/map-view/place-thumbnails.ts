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
  for (const point of candidates) {
    if (placed.length >= limit) break;
    const side = sideOf(spacing[point] * camera.scale, important.has(point));
    const aspect = Math.min(4, Math.max(0.25, request.aspectOf(point)));
    const width = Math.round(aspect >= 1 ? side : side * aspect);
    const height = Math.round(aspect >= 1 ? side / aspect : side);
    const x = (index.places[2 * point] - camera.x) * camera.scale + size.width / 2;
    const y = (index.places[2 * point + 1] - camera.y) * camera.scale + size.height / 2;
    if (
      taken.add({
        left: x - width / 2 - gap / 2,
        top: y - height / 2 - gap / 2,
        right: x + width / 2 + gap / 2,
        bottom: y + height / 2 + gap / 2,
      })
    )
      placed.push({ point, width, height });
  }
  return placed;
}

/** In steps of 8 pixels, so that a little zoom does not resize everything. */
function sideOf(roomPixels: number, isImportant: boolean): number {
  const side = Math.min(largestThumbnail, Math.max(smallestThumbnail, 8 * Math.floor((roomPixels * 1.15) / 8)));
  return isImportant ? Math.min(largestThumbnail, Math.max(64, side)) : side;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Occupancy {
  /** Takes the box when nothing taken overlaps it. */
  add(box: Box): boolean;
}

/** Boxes on a grid of buckets: a new one is held only against those near it. */
export function createOccupancy(): Occupancy {
  const buckets = new Map<number, Box[]>();
  return {
    add(box) {
      const cells: number[] = [];
      for (let row = Math.floor(box.top / bucket); row <= Math.floor(box.bottom / bucket); row++) {
        for (let column = Math.floor(box.left / bucket); column <= Math.floor(box.right / bucket); column++)
          cells.push(row * 100_003 + column);
      }
      for (const cell of cells) {
        for (const other of buckets.get(cell) ?? []) {
          if (box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top) return false;
        }
      }
      for (const cell of cells) {
        const list = buckets.get(cell);
        if (list === undefined) buckets.set(cell, [box]);
        else list.push(box);
      }
      return true;
    },
  };
}
