/** @file How a copy must be laid over the kept picture so that what both show lies on top of each other. */
import { inverse, type Affine } from "#protocol/affine.ts";
import type { DuplicateGroup, DuplicateMember, PictureEdit } from "#protocol/duplicate-model.ts";

/** From pixels of the copy to pixels of the kept picture, corners at whole numbers. */
export type Place = Affine;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Stretched over it where nobody compared the two, or nothing but saving again was done. */
export function placeOver({ pairs }: Pick<DuplicateGroup, "pairs">, kept: DuplicateMember, copy: DuplicateMember): Place {
  for (const { a, b, edit } of pairs) {
    if (edit === undefined) continue;
    if (a === kept.id && b === copy.id) return placeOf(edit, kept, copy);
    if (a === copy.id && b === kept.id) return inverse(placeOf(edit, copy, kept));
  }
  return stretched(copy, kept);
}

/** The outline of the copy on the kept picture, as a CSS polygon in shares of it. */
export function outlineOf([a, b, c, d, e, f]: Place, kept: Size, copy: Size): string {
  const corners = [[0, 0], [copy.width, 0], [copy.width, copy.height], [0, copy.height]] as const; // prettier-ignore
  const share = (value: number, of: number): string => `${((100 * value) / of).toFixed(3)}%`;
  return `polygon(${corners.map(([x, y]) => `${share(a * x + b * y + c, kept.width)} ${share(d * x + e * y + f, kept.height)}`).join(", ")})`;
}

/** A CSS transform of a box that has the copy's size times `drawn`, for a kept picture that is drawn at `scale`. */
export function transformOf([a, b, c, d, e, f]: Place, scale: number, drawn: number): string {
  const by = scale / drawn;
  return `matrix(${[a * by, d * by, b * by, e * by, c * scale, f * scale].map((value) => value.toPrecision(9)).join(", ")})`;
}

/** From pixels of `b` to pixels of `a`. */
function placeOf({ map, orientation }: PictureEdit, a: Size, b: Size): Place {
  if (map !== null && map.length === 6) return map as unknown as Place;
  const isSideways = (orientation & 1) === 1;
  const laid = isSideways ? { width: a.height, height: a.width } : a;
  return after(turnedBack(orientation, a), stretched(b, laid));
}

/** From the picture laid anew (PictureEdit.orientation) to the picture as it was. */
function turnedBack(orientation: number, { width, height }: Size): Place {
  const turned = ([[1, 0, 0, 0, 1, 0], [0, 1, 0, -1, 0, height], [-1, 0, width, 0, -1, height], [0, -1, width, 1, 0, 0]] as const)[orientation & 3] as Place; // prettier-ignore
  return orientation < 4 ? turned : after([-1, 0, width, 0, 1, 0], turned);
}

function stretched(from: Size, to: Size): Place {
  return [to.width / from.width, 0, 0, 0, to.height / from.height, 0];
}

/** First `second`, then `first`. */
function after([a, b, c, d, e, f]: Place, [p, q, r, s, t, u]: Place): Place {
  return [a * p + b * s, a * q + b * t, a * r + b * u + c, d * p + e * s, d * q + e * t, d * r + e * u + f];
}
