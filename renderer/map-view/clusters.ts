/** @file Each cluster's middle, reach and members on the map; the middle is the median, which a few far members do not move. */
import type { MapColumns } from "#protocol/map-model.ts";
import type { ImageId } from "#protocol/model.ts";

import type { Bounds } from "./camera.ts";
import { isPlaced } from "./place-index.ts";

export interface ClusterPlace {
  readonly label: number;
  readonly count: number;
  readonly representative: ImageId;
  readonly x: number;
  readonly y: number;
  /** Half of the members lie within this distance of the middle on the worse axis, map units. */
  readonly radius: number;
  /** Where all but the furthest few members lie. */
  readonly bounds: Bounds;
  /** Positions in the columns. */
  readonly members: Uint32Array;
}

/** So many members tell the middle of a cluster of any size. */
const enough = 4000;
/** Points between two yields. */
const slice = 100_000;

/**
 * Largest first; clusters without a member on the map are left out. `labels` is the cluster of each point, -1 for none. Yields between
 * slices.
 */
export function* placeClusters(map: Pick<MapColumns, "coordinates" | "clusters">, labels: Int32Array): Generator<void, ClusterPlace[]> {
  const members = new Map(map.clusters.map((cluster) => [cluster.label, [] as number[]]));
  for (let point = 0; point < labels.length; point++) {
    if (point % slice === 0) yield;
    if (labels[point] >= 0 && isPlaced(map.coordinates, point)) members.get(labels[point])?.push(point);
  }
  const placed: ClusterPlace[] = [];
  for (const cluster of map.clusters) {
    const own = Uint32Array.from(members.get(cluster.label) ?? []);
    if (own.length === 0) continue;
    const across = spread(own, map.coordinates, 0);
    const down = spread(own, map.coordinates, 1);
    const bounds = { left: across.first, right: across.last, top: down.first, bottom: down.last };
    placed.push({ ...cluster, x: across.middle, y: down.middle, radius: Math.max(across.half, down.half) / 2, bounds, members: own });
    yield;
  }
  return placed.sort((a, b) => b.count - a.count || a.label - b.label);
}

function spread(
  members: Uint32Array,
  coordinates: Float32Array,
  axis: 0 | 1,
): { first: number; middle: number; last: number; half: number } {
  const step = Math.max(1, Math.floor(members.length / enough));
  const values = Float32Array.from(
    { length: Math.floor(members.length / step) },
    (_, at) => coordinates[2 * members[at * step] + axis],
  ).sort();
  const at = (part: number): number => values[Math.round((values.length - 1) * part)] ?? Number.NaN;
  return { first: at(0.02), middle: at(0.5), last: at(0.98), half: at(0.75) - at(0.25) };
}
