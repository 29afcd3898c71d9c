/** @file The rows of a comparison as the map's drawing takes them: what colours them, where they are on the way, which is under the pointer. Plain functions. */
import type { RunComparison } from "#protocol/comparison.ts";
import type { ImageColumns } from "#protocol/model.ts";

import { boundsOf, fit, type Camera, type Size, type Spot, toScreen } from "../../../map-view/camera.ts";
import type { LooksRequest, PointClasses } from "../../../map-view/looks.ts";
import { diameterOf, opacityOf, ringWidthOf } from "../../../map-view/point-style.ts";
import type { PointStyle } from "../../../map-view/scene.ts";

export const comparedColours = ["before", "after", "folder", "class", "moved"] as const;
export type ComparedColour = (typeof comparedColours)[number];

const fewGroups = 4;

/** Groups tell little of a map that hardly falls into any: then folders, where there are several. */
export function suitedColour({ maps }: RunComparison, folders: number): ComparedColour {
  const groups = new Set(maps.before.clusters);
  groups.delete(-1);
  return groups.size < fewGroups && folders > 1 ? "folder" : "before";
}

export interface RowFacts {
  /** [rows] index into the columns, -1 where a picture is gone. */
  readonly indexes: Int32Array;
  readonly columns: ImageColumns;
  readonly classes: PointClasses | null;
  /** Of the columns. */
  readonly passes: Uint8Array | null;
}

/** What `makeLooks` wants, row by row. Rows whose picture is gone are not drawn. */
export function looksRequest(
  comparison: RunComparison,
  { indexes, columns, classes, passes }: RowFacts,
  {
    colour,
    ground,
    selected,
  }: { readonly colour: ComparedColour; readonly ground: "dark" | "light"; readonly selected: readonly number[] },
): LooksRequest {
  const { maps, moves } = comparison;
  return {
    places: withoutGone(maps.before.places, indexes),
    mode: colour === "folder" || colour === "class" ? colour : colour === "moved" ? "oddness" : "cluster",
    ground,
    clusters: colour === "after" ? maps.after.clusters : maps.before.clusters,
    folders: indexes.map((index) => columns.folderIndexes[index] ?? -1),
    percentiles: colour === "moved" ? sharesOf(moves.distances) : new Float32Array(0),
    classes: classes && {
      places: indexes.map((index) => classes.places[index] ?? -1),
      given: Uint8Array.from(indexes, (index) => classes.given[index] ?? 0),
      colours: classes.colours,
    },
    passes: passes && Uint8Array.from(indexes, (index) => passes[index] ?? 0),
    selected,
  };
}

/** 0..100 by distance: the farthest of all is 100. */
function sharesOf(distances: Float32Array): Float32Array {
  const farthest = distances.reduce((most, distance) => Math.max(most, distance), 0);
  return distances.map((distance) => (farthest === 0 ? 0 : (100 * distance) / farthest));
}

function withoutGone(places: Float32Array, indexes: Int32Array): Float32Array {
  return places.map((value, at) => (indexes[at >> 1] < 0 ? Number.NaN : value));
}

/** Both maps in sight, and how points look there. */
export function viewOf({ maps, count }: RunComparison, size: Size): { readonly camera: Camera; readonly style: PointStyle } {
  const [one, other] = [boundsOf(maps.before.places), boundsOf(maps.after.places)];
  if (one === null || other === null) return { camera: { x: 0, y: 0, scale: 1 }, style: { diameter: 6, opacity: 1, ringWidth: 2 } };
  const bounds = {
    left: Math.min(one.left, other.left),
    top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right),
    bottom: Math.max(one.bottom, other.bottom),
  };
  const camera = fit(bounds, size, { padding: 28, largestScale: 4000 });
  const diameter = count < 100 ? 9 : diameterOf({ zoom: 1, count }) + 0.5;
  const room = Math.sqrt(((bounds.right - bounds.left) * (bounds.bottom - bounds.top)) / (4 * Math.max(1, count))) * camera.scale;
  return { camera, style: { diameter, opacity: opacityOf({ room, diameter }), ringWidth: ringWidthOf(room) } };
}

/** Where a row is on the screen. */
export function spotOf(
  { before, after }: RunComparison["maps"],
  row: number,
  { camera, size, progress }: { readonly camera: Camera; readonly size: Size; readonly progress: number },
): Spot {
  const between = (at: number): number => before.places[at] + (after.places[at] - before.places[at]) * progress;
  return toScreen(camera, size, { x: between(2 * row), y: between(2 * row + 1) });
}

/** The row nearest to `at` within `radius` pixels, -1 for none. Some thousands of rows: looked at one by one. */
export function rowAt(
  comparison: RunComparison,
  at: Spot,
  view: { readonly camera: Camera; readonly size: Size; readonly progress: number; readonly radius: number },
): number {
  let nearest = -1;
  let least = view.radius ** 2;
  for (let row = 0; row < comparison.count; row++) {
    if (comparison.ids[row] === 0) continue;
    const spot = spotOf(comparison.maps, row, view);
    const squared = (spot.x - at.x) ** 2 + (spot.y - at.y) ** 2;
    if (squared > least) continue;
    least = squared;
    nearest = row;
  }
  return nearest;
}
