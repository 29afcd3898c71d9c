/** @file Affine maps of the plane, and what they say of how one picture lies in another. */

/** (x, y) -> (a x + b y + c, d x + e y + f). */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export function inverse([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  return [e / determinant, -b / determinant, (b * f - c * e) / determinant, -d / determinant, a / determinant, (c * d - a * f) / determinant]; // prettier-ignore
}

/** Radians, clockwise as pictures lie. */
export function turnOf([a, b, , d, e]: Affine): number {
  return Math.atan2(d - b, a + e);
}

/** By how much lengths grow. */
export function scaleOf([a, b, , d, e]: Affine): number {
  return Math.sqrt(Math.abs(a * e - b * d));
}
