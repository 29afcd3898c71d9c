/**
 * @file A verdict as what is told to people and kept: what was done to one picture to get the other.
 */
import { inverse, type Affine } from "#protocol/affine.ts";
import type { PictureEdit } from "#protocol/duplicate-model.ts";

import type { Verdict } from "./compare.ts";
import { inverseOrientation, type Orientation } from "./picture.ts";

const whole = { a: 1, b: 1 };

/** Null where nothing was done but saving it again, at whatever size. */
export function editOf({ relation, orientation, toned, differences }: Verdict): PictureEdit | null {
  if (relation === null) return null;
  if (differences !== undefined) {
    const { affine, shared, grey, caption, written, frame } = differences;
    const isWhole = grey || caption > 0 || Math.min(shared.first, shared.second) > leastWhole;
    return {
      orientation,
      map: isWhole ? null : affine,
      shared: isWhole ? whole : { a: shared.first, b: shared.second },
      toned,
      grey,
      caption,
      written: written === null ? null : written === "first" ? "a" : "b",
      frame: frame && !isWhole,
    };
  }
  return orientation === 0 && !toned
    ? null
    : { orientation, map: null, shared: whole, toned, grey: false, caption: 0, written: null, frame: false };
}

/** At the edge a pixel or two are not compared. */
const leastWhole = 0.97;

/** The way back. */
export function inverseEdit({ orientation, map, shared, written, ...rest }: PictureEdit): PictureEdit {
  return {
    ...rest,
    written: written === null ? null : written === "a" ? "b" : "a",
    orientation: inverseOrientation(orientation as Orientation),
    map: map === null ? null : inverse(map as unknown as Affine),
    shared: { a: shared.b, b: shared.a },
  };
}
