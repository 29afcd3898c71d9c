/**
 * @file sharpness in TypeScript: the sums behind the two measures of sharpness, over one rectangle of an RGB or grey picture. Whole numbers
 * throughout, so every implementation gives the same.
 */
import { ArgumentCheck, maxSide } from "../kernel-error.ts";

export interface SharpnessArguments {
  /** [sourceHeight, sourceWidth, channels]; may be longer: what follows is not read. */
  readonly source: Uint8Array;
  /** 3: RGB, of which grey is made; 1: grey. */
  readonly channels: 1 | 3;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** The rectangle: at most 1024 on either side. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Differences between neighbours up to this many levels are rounding and noise: the blur sums leave them out. */
  readonly noise: number;
  /**
   * Six: sum and sum of squares of the 4-neighbour Laplacian over the inner pixels (0 under 3 x 3); then for neighbours across and for
   * neighbours down the sum of their differences and what a blur over nine pixels takes from it, times nine (0 under 12 x 12).
   */
  readonly sums: Float64Array;
}

/** Largest side of the rectangle: row sums of squares stay within 32 bits. */
const maxRectangle = 1024;

export function sharpness(given: SharpnessArguments): void {
  const check = new ArgumentCheck("sharpness", given);
  const sourceWidth = check.integer("sourceWidth", 1, maxSide);
  const sourceHeight = check.integer("sourceHeight", 1, maxSide);
  const width = check.integer("width", 1, Math.min(maxRectangle, sourceWidth));
  const height = check.integer("height", 1, Math.min(maxRectangle, sourceHeight));
  const left = check.integer("left", 0, sourceWidth - width);
  const top = check.integer("top", 0, sourceHeight - height);
  const noise = check.integer("noise", 0, 255);
  const channels = check.oneOf("channels", [1, 3]);
  const source = check.arrayOfAtLeast("source", "Uint8Array", sourceWidth * sourceHeight * channels);
  const sums = check.array("sums", "Float64Array", 6);
  const grey = new Uint8Array(width * height);
  for (let row = 0, to = 0; row < height; row++) {
    let from = ((top + row) * sourceWidth + left) * channels;
    if (channels === 1) {
      grey.set(source.subarray(from, from + width), to);
      to += width;
      continue;
    }
    for (const end = to + width; to < end; to++, from += 3)
      grey[to] = ((source[from] as number) * 77 + (source[from + 1] as number) * 150 + (source[from + 2] as number) * 29 + 128) >> 8;
  }
  sums.fill(0);
  sumLaplacian(grey, width, height, sums);
  sumBlur(grey, { width, height, noise, sums });
}

function sumLaplacian(grey: Uint8Array, width: number, height: number, sums: Float64Array): void {
  if (width < 3 || height < 3) return;
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    let rowSquares = 0; // stays a small integer: at most 1024 x 1020^2
    for (let at = y * width + 1, end = (y + 1) * width - 1; at < end; at++) {
      const value =
        (grey[at - 1] as number) +
        (grey[at + 1] as number) +
        (grey[at - width] as number) +
        (grey[at + width] as number) -
        4 * (grey[at] as number);
      sum += value;
      rowSquares += value * value;
    }
    squares += rowSquares;
  }
  sums[0] = sum;
  sums[1] = squares;
}

function sumBlur(
  grey: Uint8Array,
  { width, height, noise, sums }: { width: number; height: number; noise: number; sums: Float64Array },
): void {
  if (width < 12 || height < 12) return;
  let acrossTotal = 0;
  let acrossLost = 0;
  let downTotal = 0;
  let downLost = 0;
  const rows4 = 4 * width;
  const rows5 = 5 * width;
  for (let y = 5; y < height - 4; y++) {
    for (let at = y * width + 5, end = (y + 1) * width - 4; at < end; at++) {
      const value = grey[at] as number;
      const across = Math.abs(value - (grey[at - 1] as number));
      const down = Math.abs(value - (grey[at - width] as number));
      // Neighbours in the blurred picture differ by what enters the window of nine less what leaves it, over nine.
      const lostAcross = 9 * across - Math.abs((grey[at + 4] as number) - (grey[at - 5] as number));
      const lostDown = 9 * down - Math.abs((grey[at + rows4] as number) - (grey[at - rows5] as number));
      if (across > noise) {
        acrossTotal += across;
        if (lostAcross > 0) acrossLost += lostAcross;
      }
      if (down > noise) {
        downTotal += down;
        if (lostDown > 0) downLost += lostDown;
      }
    }
  }
  sums.set([acrossTotal, acrossLost, downTotal, downLost], 2);
}
