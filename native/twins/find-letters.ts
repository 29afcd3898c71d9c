/**
 * @file findLetters in TypeScript: what in a picture might be a letter. Pixels that stand out from the square around them hang together as strokes; those of a letter's size, fill and thickness are told
 * (after stroke width transform, Epshtein et al. 2010, on connected components). Whole numbers until the last comparisons, so that both implementations give the same bytes.
 */
import { ArgumentCheck } from "../kernel-error.ts";

export interface FindLettersArguments {
  /** [height, width, 3] */
  readonly source: Uint8Array;
  /** 1 to 2048. */
  readonly width: number;
  readonly height: number;
  /** [width * height / 6 or more, 8] left, top, right, bottom (the last two exclusive), area, outline in sides of pixels, sum of grey, 1 = brighter than around or 2 = darker. */
  readonly letters: Int32Array;
}

export const letterColumns = 8;
/** Pixels high at least. A blob holds at least one pixel of each of its rows, so no picture has more letters than a sixth of its pixels. */
export const lowestLetter = 6;
const maxLettersSide = 2048;
/** Half of the square whose mean a letter must stand out from. */
const around = 10;
/** By so many levels of 255. */
const contrast = 48;
const letter = { highestShare: 0.12, widest: 1.5, thinnest: 0.06, thickest: 0.32, fill: [0.16, 0.85] } as const;

/** Pixels that hang together, corners included. */
interface Blob {
  left: number;
  top: number;
  right: number;
  bottom: number;
  area: number;
  outline: number;
  sum: number;
}

/** @returns how many were found, the brighter ones first */
export function findLetters(given: FindLettersArguments): number {
  const check = new ArgumentCheck("findLetters", given);
  const width = check.integer("width", 1, maxLettersSide);
  const height = check.integer("height", 1, maxLettersSide);
  const source = check.array("source", "Uint8Array", width * height * 3);
  const letters = check.arrayOfAtLeast("letters", "Int32Array", Math.floor((width * height) / lowestLetter) * letterColumns);
  const grey = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at++, from += 3)
    grey[at] = (77 * (source[from] as number) + 150 * (source[from + 1] as number) + 29 * (source[from + 2] as number)) >> 8;
  const field = { grey, levels: standingOut(grey, width, height), width, height };
  let found = 0;
  for (const polarity of [1, 2]) {
    for (const blob of findBlobs(field, polarity)) {
      if (!isLetter(blob, height)) continue;
      const { left, top, right, bottom, area, outline, sum } = blob;
      letters.set([left, top, right, bottom, area, outline, sum, polarity], letterColumns * found++);
    }
  }
  return found;
}

/** 1 = brighter than around by `contrast`, 2 = darker, 0 = neither. */
function standingOut(grey: Uint8Array, width: number, height: number): Uint8Array {
  const stride = width + 1;
  const sums = new Uint32Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    const to = (y + 1) * stride + 1;
    for (let x = 0; x < width; x++) {
      row += grey[y * width + x] as number;
      sums[to + x] = (sums[to - stride + x] as number) + row;
    }
  }
  const levels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const top = Math.max(0, y - around);
    const bottom = Math.min(height, y + around + 1);
    const [above, below, rows] = [top * stride, bottom * stride, bottom - top];
    for (let x = 0; x < width; x++) {
      const left = x < around ? 0 : x - around;
      const right = x + around + 1 > width ? width : x + around + 1;
      const sum = (sums[below + right] as number) - (sums[below + left] as number) - (sums[above + right] as number) + (sums[above + left] as number); // prettier-ignore
      const area = rows * (right - left);
      const excess = (grey[y * width + x] as number) * area - sum;
      if (excess > contrast * area) levels[y * width + x] = 1;
      else if (excess < -contrast * area) levels[y * width + x] = 2;
    }
  }
  return levels;
}

interface Field {
  readonly grey: Uint8Array;
  readonly levels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Runs of each row, joined with those that touch them in the row above. Only a run that touches none is a blob of its own. */
function findBlobs({ grey, levels, width, height }: Field, polarity: number): Blob[] {
  const blobs: Blob[] = [];
  /** The blob that each has become part of. */
  const parents: number[] = [];
  const rootOf = (start: number): number => {
    let at = start;
    while (parents[at] !== at) at = parents[at] = parents[parents[at] as number] as number;
    return at;
  };
  // Left, right and blob of each run.
  let above: number[] = [];
  for (let y = 0; y < height; y++) {
    const row: number[] = [];
    const line = y * width;
    let next = 0;
    for (let x = 0; x < width; x++) {
      if (levels[line + x] !== polarity) continue;
      const left = x;
      let sum = 0;
      for (; x < width && levels[line + x] === polarity; x++) sum += grey[line + x] as number;
      const run: Blob = { left, top: y, right: x, bottom: y + 1, area: x - left, outline: 2 + 2 * (x - left), sum };
      let root = -1;
      while (next < above.length && (above[next + 1] as number) < left) next += 3;
      for (let other = next; other < above.length && (above[other] as number) <= x; other += 3) {
        const shared = Math.min(x, above[other + 1] as number) - Math.max(left, above[other] as number);
        run.outline -= 2 * Math.max(0, shared);
        const upper = rootOf(above[other + 2] as number);
        if (root >= 0 && root !== upper) {
          absorb(blobs[upper] as Blob, blobs[root] as Blob);
          parents[root] = upper;
        }
        root = upper;
      }
      if (root >= 0) absorb(blobs[root] as Blob, run);
      else {
        root = parents.length;
        parents.push(root);
        blobs.push(run);
      }
      row.push(left, x, root);
    }
    above = row;
  }
  return blobs.filter((_, at) => parents[at] === at);
}

function absorb(into: Blob, other: Blob): void {
  into.left = Math.min(into.left, other.left);
  into.top = Math.min(into.top, other.top);
  into.right = Math.max(into.right, other.right);
  into.bottom = Math.max(into.bottom, other.bottom);
  into.area += other.area;
  into.outline += other.outline;
  into.sum += other.sum;
}

function isLetter(blob: Blob, height: number): boolean {
  const [tall, wide] = [blob.bottom - blob.top, blob.right - blob.left];
  if (tall < lowestLetter || tall > letter.highestShare * height || wide > letter.widest * tall) return false;
  const fill = blob.area / (tall * wide);
  // An upright stroke (I, l, 1) fills its box.
  if (fill < letter.fill[0] || (fill > letter.fill[1] && wide > 0.4 * tall)) return false;
  const stroke = strokeWidth(blob.area, blob.outline);
  return stroke >= Math.max(1, letter.thinnest * tall) && stroke <= Math.max(2.2, letter.thickest * tall);
}

/** Area over half the outline: how thick the strokes are, in pixels. */
export function strokeWidth(area: number, outline: number): number {
  return Math.max(2, (2 * area) / outline);
}
