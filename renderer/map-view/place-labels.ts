/** @file Where the clusters' labels go: at each cluster's middle, the largest clusters first, none over another, none for specks. */
import { toScreen, type Camera, type Size } from "./camera.ts";
import type { ClusterPlace } from "./clusters.ts";
import { createOccupancy } from "./place-thumbnails.ts";

export interface ClusterLabel {
  readonly cluster: ClusterPlace;
  readonly x: number;
  readonly y: number;
}

export const labelWidth = 92;
export const labelHeight = 40;
const most = 24;
/** A cluster whose middle half is wider than this part of the window needs no name any more: one is inside it. */
const tooWide = 0.5;

/** `clusters` largest first. The label sits above the spot it names, so that the densest part stays seen. */
export function placeLabels(clusters: readonly ClusterPlace[], camera: Camera, size: Size): ClusterLabel[] {
  const taken = createOccupancy();
  const labels: ClusterLabel[] = [];
  for (const cluster of clusters) {
    if (labels.length >= most) break;
    if (cluster.radius * 2 * camera.scale > tooWide * Math.min(size.width, size.height)) continue;
    const { x, y } = toScreen(camera, size, cluster);
    const left = x - labelWidth / 2;
    const top = y - labelHeight / 2;
    if (left < 4 || top < 4 || left + labelWidth > size.width - 4 || top + labelHeight > size.height - 4) continue;
    if (taken.add({ left: left - 6, top: top - 6, right: left + labelWidth + 6, bottom: top + labelHeight + 6 }))
      labels.push({ cluster, x, y });
  }
  return labels;
}
