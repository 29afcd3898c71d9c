/**
 * @file The pictures over the points, as elements: made and dropped as the placement says, loaded a few at a time, moved as one while
 * panning and one by one while zooming. No more elements than the placement allows, and none kept that is not shown.
 */
import type { ImageId } from "#protocol/model.ts";

import { thumbnailUrl } from "../client/urls.ts";
import { thumbnails as queue } from "../widgets/grid/picture-queue.ts";
import type { Camera, Size, Spot } from "./camera.ts";
import { sightMargin, type Thumbnail } from "./place-thumbnails.ts";

export interface ThumbnailFacts {
  readonly places: Float32Array;
  idOf(point: number): ImageId;
  /** The picture's own average, until it is there. */
  skeletonOf(point: number): string;
  /** What its point would be coloured in; "" for no mark. */
  colourOf(point: number): string;
}

export interface ThumbnailLayer {
  show(placed: readonly Thumbnail[], facts: ThumbnailFacts, camera: Camera, size: Size): void;
  follow(camera: Camera, size: Size): void;
  /** The picture under a spot of the window, -1 when there is none. */
  pointAt(at: Spot): number;
  /** Which pictures wear the accent (selected) and which the ring of neighbours. */
  mark(selected: ReadonlySet<number>, near: ReadonlySet<number>): void;
  readonly points: ReadonlySet<number>;
  /** The scale the pictures were placed for, 0 when there are none. */
  readonly scale: number;
  /** How far the map was panned since, pixels; beyond `sightMargin` there may be gaps. */
  readonly drift: number;
  clear(): void;
}

interface Shown {
  readonly element: HTMLDivElement;
  readonly giveUp: () => void;
  id: ImageId;
  thumbnail: Thumbnail;
  x: number;
  y: number;
}

export function createThumbnailLayer(root: HTMLElement): ThumbnailLayer {
  const shown = new Map<ImageId, Shown>();
  const points = new Set<number>();
  let placedAt: Camera | null = null;
  let drift = 0;
  let offset: Spot = { x: 0, y: 0 };
  let facts: ThumbnailFacts | null = null;
  let marked: { selected: ReadonlySet<number>; near: ReadonlySet<number> } = { selected: new Set(), near: new Set() };

  const drop = (one: Shown): void => {
    one.giveUp();
    one.element.remove();
    shown.delete(one.id);
  };
  const move = (one: Shown, camera: Camera, size: Size): void => {
    const { point, width, height } = one.thumbnail;
    if (facts === null) return;
    one.x = (facts.places[2 * point] - camera.x) * camera.scale + size.width / 2 - width / 2;
    one.y = (facts.places[2 * point + 1] - camera.y) * camera.scale + size.height / 2 - height / 2;
    one.element.style.transform = `translate(${one.x.toFixed(1)}px, ${one.y.toFixed(1)}px)`;
  };
  const mark = (): void => {
    for (const { element, thumbnail } of shown.values()) {
      element.classList.toggle("selected", marked.selected.has(thumbnail.point));
      element.classList.toggle("near", marked.near.has(thumbnail.point));
    }
  };

  return {
    points,
    get scale() {
      return shown.size === 0 ? 0 : (placedAt?.scale ?? 0);
    },
    get drift() {
      return drift;
    },
    show(placed, nextFacts, camera, size) {
      facts = nextFacts;
      const wanted = new Map(placed.map((thumbnail) => [nextFacts.idOf(thumbnail.point), thumbnail]));
      for (const one of [...shown.values()]) if (!wanted.has(one.id)) drop(one);
      points.clear();
      const added = document.createDocumentFragment();
      for (const [id, thumbnail] of wanted) {
        points.add(thumbnail.point);
        let one = shown.get(id);
        if (one === undefined) {
          one = makeElement(id, thumbnail, nextFacts);
          shown.set(id, one);
          added.append(one.element);
        }
        one.thumbnail = thumbnail;
        one.element.style.width = `${thumbnail.width}px`;
        one.element.style.height = `${thumbnail.height}px`;
        one.element.style.setProperty("--mark-colour", nextFacts.colourOf(thumbnail.point) || "transparent");
        move(one, camera, size);
      }
      root.append(added);
      root.style.transform = "";
      offset = { x: 0, y: 0 };
      placedAt = camera;
      drift = 0;
      mark();
    },
    follow(camera, size) {
      if (placedAt === null || shown.size === 0) return;
      offset = { x: (placedAt.x - camera.x) * camera.scale, y: (placedAt.y - camera.y) * camera.scale };
      if (camera.scale === placedAt.scale) {
        root.style.transform = `translate(${offset.x}px, ${offset.y}px)`;
        drift = Math.max(Math.abs(offset.x), Math.abs(offset.y));
        return;
      }
      root.style.transform = "";
      offset = { x: 0, y: 0 };
      drift = sightMargin;
      for (const one of shown.values()) move(one, camera, size);
    },
    pointAt(at) {
      for (const { thumbnail, x, y } of shown.values()) {
        const left = x + offset.x;
        const top = y + offset.y;
        if (at.x >= left && at.x <= left + thumbnail.width && at.y >= top && at.y <= top + thumbnail.height) return thumbnail.point;
      }
      return -1;
    },
    mark(selected, near) {
      marked = { selected, near };
      mark();
    },
    clear() {
      for (const one of [...shown.values()]) drop(one);
      points.clear();
      placedAt = null;
      drift = 0;
    },
  };
}

function makeElement(id: ImageId, thumbnail: Thumbnail, facts: ThumbnailFacts): Shown {
  const element = document.createElement("div");
  element.className = "thumbnail";
  element.dataset["thumbnail"] = String(id);
  element.style.backgroundColor = facts.skeletonOf(thumbnail.point);
  const picture = document.createElement("img");
  picture.alt = "";
  picture.draggable = false;
  picture.decoding = "async";
  element.append(picture);
  return { element, giveUp: queue.add(picture, thumbnailUrl(id)), id, thumbnail, x: 0, y: 0 };
}
