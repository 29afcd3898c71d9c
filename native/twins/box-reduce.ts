/**
 * @file boxReduce in TypeScript: an RGB picture made smaller by a whole factor; each new pixel is the mean of a block of factor x factor,
 * rounded to the nearest, halves up. Blocks that the right or lower edge cuts are the mean of what they have.
 */
import { ArgumentCheck, maxSide } from "../kernel-error.ts";

export interface BoxReduceArguments {
  /** [sourceHeight, sourceWidth, 3]; may be longer: what follows is not read. */
  readonly source: Uint8Array;
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** 1 to 256. */
  readonly factor: number;
  /** [ceil(sourceHeight / factor), ceil(sourceWidth / factor), 3] */
  readonly target: Uint8Array;
}

export function boxReduce(given: BoxReduceArguments): void {
  const check = new ArgumentCheck("boxReduce", given);
  const sourceWidth = check.integer("sourceWidth", 1, maxSide);
  const sourceHeight = check.integer("sourceHeight", 1, maxSide);
  const factor = check.integer("factor", 1, 256);
  const source = check.arrayOfAtLeast("source", "Uint8Array", sourceWidth * sourceHeight * 3);
  const targetWidth = Math.ceil(sourceWidth / factor);
  const targetHeight = Math.ceil(sourceHeight / factor);
  const target = check.array("target", "Uint8Array", targetWidth * targetHeight * 3);
  const sums = new Uint32Array(targetWidth * 3);
  for (let row = 0; row < targetHeight; row++) {
    const blockHeight = Math.min(factor, sourceHeight - row * factor);
    sums.fill(0);
    for (let inner = 0; inner < blockHeight; inner++)
      addRow(source, (row * factor + inner) * sourceWidth * 3, { sourceWidth, factor, sums });
    for (let column = 0; column < targetWidth; column++) {
      const area = blockHeight * Math.min(factor, sourceWidth - column * factor);
      const to = (row * targetWidth + column) * 3;
      for (let channel = 0; channel < 3; channel++)
        target[to + channel] = Math.floor(((sums[column * 3 + channel] as number) + (area >> 1)) / area);
    }
  }
}

function addRow(
  source: Uint8Array,
  start: number,
  { sourceWidth, factor, sums }: { sourceWidth: number; factor: number; sums: Uint32Array },
): void {
  let from = start;
  for (let column = 0, to = 0; column < sourceWidth; column += factor, to += 3) {
    let red = 0;
    let green = 0;
    let blue = 0;
    for (const end = from + Math.min(factor, sourceWidth - column) * 3; from < end; from += 3) {
      red += source[from] as number;
      green += source[from + 1] as number;
      blue += source[from + 2] as number;
    }
    sums[to] = (sums[to] as number) + red;
    sums[to + 1] = (sums[to + 1] as number) + green;
    sums[to + 2] = (sums[to + 2] as number) + blue;
  }
}
