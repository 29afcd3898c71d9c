/**
 * @file Text that is part of the pixels: names and dates burned into medical pictures, captions, stamps of date and time. No reading: strokes of one brightness that stand in a line, alike in height,
 * thickness and contrast, as letters do and leaves, bricks and windows hardly ever (after stroke width transform, Epshtein et al. 2010, on connected components).
 */
import { scaleWithin } from "./scale.ts";
import type { Picture } from "./types.ts";

/** Letters of a caption are still 6 pixels high at this size. */
const workingSide = 640;
/** Half of the square whose mean a letter must stand out from. */
const around = 10;
/** By so many levels of 255. */
const contrast = 48;
const letter = { lowest: 6, highestShare: 0.12, widest: 1.5, thinnest: 0.06, thickest: 0.32, fill: [0.16, 0.85] } as const;
const line = { fewest: 5, gap: 0.7, heights: 1.9, levels: 30, strokes: 0.4, onBase: 0.7, off: 0.16 } as const;

/** Pixels that hang together, corners included. */
interface Blob {
  left: number;
  top: number;
  right: number;
  bottom: number;
  area: number;
  /** Length of the outline, in sides of pixels. */
  outline: number;
  /** Sum of grey. */
  sum: number;
}

/** How many letters stand in lines of text, of either polarity. */
export function countLetters(picture: Picture): number {
  const { width, height, data } = scaleWithin(picture, workingSide);
  if (Math.min(width, height) < 24) return 0;
  const grey = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < grey.length; at++, from += 3)
    grey[at] = (77 * (data[from] as number) + 150 * (data[from + 1] as number) + 29 * (data[from + 2] as number)) >> 8;
  const field = { grey, levels: standingOut(grey, width, height), width, height };
  return Math.max(lettersInLines(findBlobs(field, 1), height), lettersInLines(findBlobs(field, 2), height));
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

/** Runs of each row, joined with those that touch them in the row above. */
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
      const own = parents.length;
      parents.push(own);
      let blob: Blob = { left, top: y, right: x, bottom: y + 1, area: x - left, outline: 2 + 2 * (x - left), sum };
      blobs.push(blob);
      let root = own;
      while (next < above.length && (above[next + 1] as number) < left) next += 3;
      for (let other = next; other < above.length && (above[other] as number) <= x; other += 3) {
        const shared = Math.min(x, above[other + 1] as number) - Math.max(left, above[other] as number);
        blob.outline -= 2 * Math.max(0, shared);
        const upper = rootOf(above[other + 2] as number);
        if (upper === root) continue;
        absorb(blobs[upper] as Blob, blob);
        parents[root] = upper;
        root = upper;
        blob = blobs[upper] as Blob;
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

/** Area over half the outline: how thick the strokes are, in pixels. */
const strokeOf = (blob: Blob): number => Math.max(2, (2 * blob.area) / blob.outline);
const heightOf = (blob: Blob): number => blob.bottom - blob.top;
const levelOf = (blob: Blob): number => blob.sum / blob.area;

function isLetter(blob: Blob, height: number): boolean {
  const [tall, wide] = [heightOf(blob), blob.right - blob.left];
  if (tall < letter.lowest || tall > letter.highestShare * height || wide > letter.widest * tall) return false;
  const fill = blob.area / (tall * wide);
  // An upright stroke (I, l, 1) fills its box.
  if (fill < letter.fill[0] || (fill > letter.fill[1] && wide > 0.4 * tall)) return false;
  const stroke = strokeOf(blob);
  return stroke >= Math.max(1, letter.thinnest * tall) && stroke <= Math.max(2.2, letter.thickest * tall);
}

function lettersInLines(blobs: readonly Blob[], height: number): number {
  const letters = blobs.filter((blob) => isLetter(blob, height)).sort((one, other) => one.left - other.left || one.top - other.top);
  const taken = new Set<Blob>();
  let count = 0;
  letters.forEach((first, at) => {
    if (taken.has(first)) return;
    const members = [first];
    // To the right, always on from the last letter.
    for (let next = at + 1; next < letters.length; next++) {
      const candidate = letters[next] as Blob;
      const last = members[members.length - 1] as Blob;
      if (candidate.left - last.right > line.gap * Math.max(heightOf(last), heightOf(candidate)) * 1.6) break;
      if (!taken.has(candidate) && follows(last, candidate)) members.push(candidate);
    }
    if (!isLine(members)) return;
    for (const member of members) taken.add(member);
    count += members.length;
  });
  return count;
}

function follows(last: Blob, next: Blob): boolean {
  const [tallest, shortest] = [Math.max(heightOf(last), heightOf(next)), Math.min(heightOf(last), heightOf(next))];
  if (tallest > line.heights * shortest || next.left < last.right - 1) return false;
  const shared = Math.min(last.bottom, next.bottom) - Math.max(last.top, next.top);
  return shared >= 0.6 * shortest && next.left - last.right <= line.gap * 1.6 * tallest && Math.abs(levelOf(last) - levelOf(next)) <= line.levels; // prettier-ignore
}

function isLine(members: readonly Blob[]): boolean {
  if (members.length < line.fewest) return false;
  const tall = middle(members.map(heightOf));
  const base = middle(members.map(({ bottom }) => bottom));
  const onBase = members.filter(({ bottom }) => Math.abs(bottom - base) <= Math.max(1, line.off * tall)).length;
  if (onBase < line.onBase * members.length) return false;
  const strokes = members.map(strokeOf);
  const stroke = middle(strokes);
  const alike = strokes.filter((each) => Math.abs(each - stroke) <= line.strokes * stroke).length;
  return alike >= 0.8 * members.length;
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] as number;
}
