/** @file What draws the points: WebGL where there is one, else a plain canvas that draws fewer. Both take the same arrays. */
import type { Camera, Size } from "./camera.ts";
import type { Colour } from "./palette.ts";

/** Bits of `Looks.marks`. */
export const marks = { selected: 1, faded: 2 } as const;

export interface Looks {
  /** [n, 4] red, green, blue, alpha; not premultiplied. */
  readonly colours: Uint8Array;
  /** [n] */
  readonly marks: Uint8Array;
  /** The points to draw, the first below. */
  readonly order: Uint32Array;
}

export interface Frame {
  readonly camera: Camera;
  readonly size: Size;
  /** Pixels of the screen per pixel of CSS. */
  readonly pixelRatio: number;
  /** Diameter of a point, pixels of CSS. */
  readonly diameter: number;
  /** 0..1, on top of each point's own alpha. */
  readonly opacity: number;
  /** Of the ring around a selected point, pixels of CSS. */
  readonly ringWidth: number;
  /** How far points have come from their old to their new places, 0..1. */
  readonly progress: number;
  readonly ring: Colour;
  readonly ground: Colour;
}

export interface Surface {
  readonly kind: "webgl" | "canvas";
  /** Places [n, 2] to draw at, and the ones points come from (the same array: they stand still). */
  setPlaces(places: Float32Array, from: Float32Array): void;
  setLooks(looks: Looks): void;
  draw(frame: Frame): void;
  destroy(): void;
}
