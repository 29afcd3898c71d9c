/**
 * @file Where the clusters' labels go: below a small cluster (or above, or beside it) so that its points stay seen, in the middle of a large
 * one; the largest clusters first, none over another, none out of the window.
 */
import { toScreen, type Camera, type Size } from "./camera.ts";
import type { ClusterPlace } from "./clusters.ts";
import { createOccupancy, type Box } from "./place-thumbnails.ts";

export interface ClusterLabel {
  readonly cluster: ClusterPlace;
  /** Middle of the label, pixels. */
  readonly x: number;
  readonly y: number;
  /** In words; "" where there are none. */
  readonly name: string;
}

export const labelHeight = 32;
const most = 40;
const gap = 4;
/** A cluster whose middle half is wider than this part of the window needs no name any more: one is inside it. */
const tooWide = 0.6;
/** From this many times the label's height on, a label covers little of its cluster. */
const roomy = 5;

/** Of a name, which is cut beyond. */
export const mostNamePx = 110;

/** The picture, and room for the digits of the count and for the name. */
export function labelWidth(count: number, name = ""): number {
  const words = name === "" ? 0 : 6 + Math.min(mostNamePx, Math.ceil(name.length * 7.3));
  return 46 + 7.5 * String(count).length + (count >= 1000 ? 5 : 0) + words;
}

/** `clusters` largest first. */
export function placeLabels(
  clusters: readonly ClusterPlace[],
  camera: Camera,
  size: Size,
  names: ReadonlyMap<number, string> = new Map(),
): ClusterLabel[] {
  const taken = createOccupancy();
  const cores = createOccupancy();
  const seen = clusters
    .filter((cluster) => cluster.radius * 2 * camera.scale <= tooWide * Math.min(size.width, size.height))
    .slice(0, 4 * most);
  for (const cluster of seen) {
    const { x, y } = toScreen(camera, size, cluster);
    const reach = Math.min(400, cluster.radius * camera.scale);
    cores.take({ left: x - reach, top: y - reach, right: x + reach, bottom: y + reach });
  }
  const labels: ClusterLabel[] = [];
  for (const cluster of seen) {
    if (labels.length >= most) break;
    const name = names.get(cluster.label) ?? "";
    const width = labelWidth(cluster.count, name);
    const spots = spotsOf(cluster, width, { camera, size });
    const fits =
      (avoidsCores: boolean) =>
      (spot: { x: number; y: number }): boolean => {
        const box = boxAt(spot, width);
        return (
          box.left >= 0 &&
          box.top >= 0 &&
          box.right <= size.width &&
          box.bottom <= size.height &&
          taken.isFree(box) &&
          (!avoidsCores || cores.isFree(box))
        );
      };
    const spot = spots.find(fits(true)) ?? spots.find(fits(false));
    if (spot === undefined) continue;
    taken.take(boxAt(spot, width));
    labels.push({ cluster, name, ...spot });
  }
  return labels;
}

function spotsOf(cluster: ClusterPlace, width: number, { camera, size }: { camera: Camera; size: Size }): { x: number; y: number }[] {
  const middle = toScreen(camera, size, cluster);
  const first = toScreen(camera, size, { x: cluster.bounds.left, y: cluster.bounds.top });
  const last = toScreen(camera, size, { x: cluster.bounds.right, y: cluster.bounds.bottom });
  if (last.y - first.y > roomy * labelHeight) return [middle];
  const across = width / 2 + gap + 2;
  const down = labelHeight / 2 + gap + 2;
  return [
    { x: middle.x, y: last.y + down },
    { x: middle.x, y: first.y - down },
    { x: last.x + across, y: middle.y },
    { x: first.x - across, y: middle.y },
  ];
}

function boxAt({ x, y }: { x: number; y: number }, width: number): Box {
  return { left: x - width / 2 - gap, top: y - labelHeight / 2 - gap, right: x + width / 2 + gap, bottom: y + labelHeight / 2 + gap };
}
