/** @file What an affine map between two pictures says of how one came to be from the other. Maps go from pixels of the second to pixels of the first, centres at halves. */
import { inverse, type Affine } from "#protocol/affine.ts";

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Which picture lies within the other; null where each shows something that the other does not, as two shots do.
 * @param slack pixels that a corner may lie outside by: sides are rounded
 */
export function framingOf(affine: Affine, first: Size, second: Size, slack = 1): "same" | "first" | "second" | null {
  const isSecond = isWithin(affine, second, first, slack);
  const isFirst = isWithin(inverse(affine), first, second, slack);
  if (isFirst && isSecond) return "same";
  return isFirst ? "first" : isSecond ? "second" : null;
}

/** Are all corners of one in the other? */
function isWithin([a, b, c, d, e, f]: Affine, one: Size, other: Size, slack: number): boolean {
  return [0, one.width].every((x) =>
    [0, one.height].every((y) => {
      const [u, v] = [a * x + b * y + c, d * x + e * y + f];
      return u >= -slack && v >= -slack && u <= other.width + slack && v <= other.height + slack;
    }),
  );
}

/** 0 for a similarity: half the difference of the two singular values by half their sum. */
export function stretchOf([a, b, , d, e]: Affine): number {
  return Math.hypot(a - e, d + b) / Math.max(1e-6, Math.hypot(a + e, d - b));
}

/** How many pixels of another size of a picture one pixel is. Sides are rounded each for itself, so across and down may differ by some thousandths: half a pixel at the far end. */
interface Scales {
  readonly across: number;
  readonly down: number;
}

export function scalesOf(from: Size, to: Size): Scales {
  return { across: to.width / from.width, down: to.height / from.height };
}

/** The same map between other sizes of the two pictures. */
export function rescaled([a, b, c, d, e, f]: Affine, first: Scales, second: Scales): Affine {
  return [
    (a * first.across) / second.across,
    (b * first.across) / second.down,
    c * first.across,
    (d * first.down) / second.across,
    (e * first.down) / second.down,
    f * first.down,
  ];
}
