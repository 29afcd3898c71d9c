/** @file Pictures and labels on the map: nothing over anything else, the important first, nothing that jumps while panning. */
import { describe, expect, test } from "vitest";

import type { ImageId } from "#protocol/model.ts";

import { panBy, toScreen, type Camera } from "../../../renderer/map-view/camera.ts";
import { placeClusters } from "../../../renderer/map-view/clusters.ts";
import { placeIndex, spacings, type PlaceIndex } from "../../../renderer/map-view/place-index.ts";
import { labelHeight, labelWidth, placeLabels } from "../../../renderer/map-view/place-labels.ts";
import { atOnce } from "../../../renderer/map-view/slices.ts";
import {
  largestThumbnail,
  placeThumbnails,
  smallestThumbnail,
  type ThumbnailRequest,
} from "../../../renderer/map-view/place-thumbnails.ts";
import { scatter } from "../../helpers/map-scatter.ts";

const size = { width: 1000, height: 700 };
const places = scatter(3000, 21);
const index = placeIndex(places) as PlaceIndex;
const near: Camera = { x: places[0], y: places[1], scale: 900 };

function request(change: Partial<ThumbnailRequest> = {}): ThumbnailRequest {
  return {
    index,
    spacing: atOnce(spacings(index)),
    camera: near,
    size,
    aspectOf: (point) => (point % 3 === 0 ? 1.5 : 0.75),
    accepts: () => true,
    important: new Set(),
    kept: new Set(),
    limit: 300,
    ...change,
  };
}

function boxes(asked: ThumbnailRequest): { left: number; top: number; right: number; bottom: number }[] {
  return placeThumbnails(asked).map(({ point, width, height }) => {
    const { x, y } = toScreen(asked.camera, asked.size, { x: asked.index.places[2 * point], y: asked.index.places[2 * point + 1] });
    return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 };
  });
}

function overlaps(list: readonly { left: number; top: number; right: number; bottom: number }[]): number {
  let count = 0;
  list.forEach((a, at) =>
    list.slice(at + 1).forEach((b) => (count += a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top ? 1 : 0)),
  );
  return count;
}

describe("thumbnails", () => {
  test("never lie over each other, keep their shape and their bounds of size", () => {
    const placed = placeThumbnails(request());
    expect(placed.length).toBeGreaterThan(20);
    expect(overlaps(boxes(request()))).toBe(0);
    for (const { point, width, height } of placed) {
      expect(Math.max(width, height)).toBeGreaterThanOrEqual(smallestThumbnail);
      expect(Math.max(width, height)).toBeLessThanOrEqual(largestThumbnail);
      expect(Math.abs(width / height - (point % 3 === 0 ? 1.5 : 0.75))).toBeLessThan(0.06);
    }
  });

  test("do not come while far more points are in sight than could be shown", () => {
    expect(placeThumbnails(request({ camera: { x: 0, y: 0, scale: 60 } }))).toEqual([]);
  });

  test("are at most the limit", () => {
    expect(placeThumbnails(request({ limit: 17 }))).toHaveLength(17);
  });

  test("what every cluster is known by comes first and is there even in a crowd", () => {
    const camera = { ...near, scale: 250 };
    const crowded = placeThumbnails(request({ camera })).map((one) => one.point);
    expect(crowded.length).toBeGreaterThan(40);
    const left = [...index.points].find(
      (point) => !crowded.includes(point) && Math.hypot(places[2 * point] - near.x, places[2 * point + 1] - near.y) < 1,
    );
    expect(left).toBeDefined();
    expect(placeThumbnails(request({ camera, important: new Set([left as number]) }))[0].point).toBe(left);
  });

  test("only of points the filter lets pass", () => {
    const even = placeThumbnails(request({ accepts: (point) => point % 2 === 0 }));
    expect(even.length).toBeGreaterThan(10);
    expect(even.every((one) => one.point % 2 === 0)).toBe(true);
  });

  test("what is shown stays while the map is panned", () => {
    const before = placeThumbnails(request());
    const camera = panBy(near, 60, -40);
    const kept = new Set(before.map((one) => one.point));
    const after = new Set(placeThumbnails(request({ camera, kept })).map((one) => one.point));
    const gone = before.filter((one) => {
      const { x, y } = toScreen(camera, size, { x: places[2 * one.point], y: places[2 * one.point + 1] });
      return x > 0 && y > 0 && x < size.width && y < size.height && !after.has(one.point);
    });
    expect(gone).toEqual([]);
  });

  test("a few pictures far apart are all shown, of a size that leaves room", () => {
    const few = placeIndex(Float32Array.of(0, 0, 4, 0, 0, 4, 4, 4, 2, 2)) as PlaceIndex;
    const placed = placeThumbnails(request({ index: few, spacing: atOnce(spacings(few)), camera: { x: 2, y: 2, scale: 120 } }));
    expect(placed).toHaveLength(5);
  });
});

describe("clusters and their labels", () => {
  const labels = Int32Array.from({ length: 3000 }, (_, point) => (point % 10 === 0 ? -1 : point % 4));
  const clumped = Float32Array.from({ length: 6000 }, (_, at) => {
    const label = labels[at >> 1];
    const spread = ((at * 7919) % 100) / 100;
    return (at % 2 === 0 ? 3 * (label % 2) : 3 * Math.floor(label / 2)) + spread;
  });
  clumped.set([500, 500], 2 * 4);
  const clusters = [0, 1, 2, 3].map((label) => ({
    label,
    count: labels.filter((one) => one === label).length,
    representative: (label + 1) as ImageId,
  }));
  const placed = atOnce(placeClusters({ coordinates: clumped, clusters }, labels));

  test("the middle is not moved by a member far away, nor are the bounds", () => {
    // Point 4 is of cluster 0 and lies at (500, 500).
    const first = placed.find((cluster) => cluster.label === 0);
    expect(first?.members).toContain(4);
    expect(first?.x).toBeLessThan(1);
    expect(first?.bounds.right).toBeLessThan(2);
  });

  test("largest first, and only those with members on the map", () => {
    expect(placed.map((cluster) => cluster.count)).toEqual(placed.map((cluster) => cluster.count).sort((a, b) => b - a));
    expect(atOnce(placeClusters({ coordinates: new Float32Array(6000).fill(NaN), clusters }, labels))).toEqual([]);
  });

  test("labels do not lie over each other or leave the window", () => {
    for (const scale of [20, 60, 200]) {
      const shown = placeLabels(placed, { x: 2, y: 2, scale }, size);
      const list = shown.map(({ cluster, x, y }) => ({
        left: x - labelWidth(cluster.count) / 2,
        right: x + labelWidth(cluster.count) / 2,
        top: y - labelHeight / 2,
        bottom: y + labelHeight / 2,
      }));
      expect(overlaps(list)).toBe(0);
      expect(list.every((box) => box.left >= 0 && box.top >= 0 && box.right <= size.width && box.bottom <= size.height)).toBe(true);
    }
    expect(placeLabels(placed, { x: 2, y: 2, scale: 60 }, size)).toHaveLength(4);
  });

  test("names make labels wider, and these lie apart too", () => {
    const names = new Map(placed.map(({ label }) => [label, label % 2 === 0 ? "a rather long name of a cluster" : "dog"]));
    const shown = placeLabels(placed, { x: 2, y: 2, scale: 60 }, size, names);
    expect(shown.map(({ cluster, name }) => [cluster.label, name])).toEqual(shown.map(({ cluster }) => [cluster.label, names.get(cluster.label)])); // prettier-ignore
    const boxes = shown.map(({ cluster, name, x, y }) => {
      const half = labelWidth(cluster.count, name) / 2;
      expect(half).toBeGreaterThan(labelWidth(cluster.count) / 2);
      return { left: x - half, right: x + half, top: y - labelHeight / 2, bottom: y + labelHeight / 2 };
    });
    expect(shown.length).toBeGreaterThan(0);
    expect(overlaps(boxes)).toBe(0);
  });

  test("inside a cluster its label is gone", () => {
    expect(placeLabels(placed, { x: 0.5, y: 0.5, scale: 5000 }, size)).toEqual([]);
  });
});
