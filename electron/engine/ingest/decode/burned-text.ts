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
const letter = { lowest: 6, highestShare: 0.12, widest: 1.5, thinnest: 0.1, thickest: 0.32, fill: [0.16, 0.85] } as const;
const line = { fewest: 5, gap: 0.7, heights: 1.9, levels: 30, strokes: 0.3, onBase: 0.7, off: 0.16 } as const;

interface Blob {
  left: number;
  top: number;
  right: number;
  bottom: number;
  area: number;
  /** Pixels with one outside beside them. */
  edge: number;
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
  const levels = standingOut(grey, width, height);
  return Math.max(...[1, 2].map((polarity) => lettersInLines(findBlobs({ grey, levels, polarity, width, height }), height)));
}

/** 1 = brighter than around by `contrast`, 2 = darker, 0 = neither. */
function standingOut(grey: Uint8Array, width: number, height: number): Uint8Array {
  const stride = width + 1;
  const sums = new Uint32Array(stride * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += grey[y * width + x] as number;
      sums[(y + 1) * stride + x + 1] = (sums[y * stride + x + 1] as number) + row;
    }
  }
  const levels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [Math.max(0, y - around) * stride, Math.min(height, y + around + 1) * stride];
    const rows = (bottom - top) / stride;
    for (let x = 0; x < width; x++) {
      const [left, right] = [Math.max(0, x - around), Math.min(width, x + around + 1)];
      const sum = (sums[bottom + right] as number) - (sums[bottom + left] as number) - (sums[top + right] as number) + (sums[top + left] as number); // prettier-ignore
      const above = (grey[y * width + x] as number) - sum / (rows * (right - left));
      if (above > contrast) levels[y * width + x] = 1;
      else if (above < -contrast) levels[y * width + x] = 2;
    }
  }
  return levels;
}

interface Field {
  readonly grey: Uint8Array;
  readonly levels: Uint8Array;
  readonly polarity: number;
  readonly width: number;
  readonly height: number;
}

/** What hangs together, corners included, flooded from its first pixel; pixels that were visited get another level. */
function findBlobs({ grey, levels, polarity, width, height }: Field): Blob[] {
  const blobs: Blob[] = [];
  const stack = new Int32Array(width * height);
  const visited = 2 + polarity;
  for (let start = 0; start < levels.length; start++) {
    if (levels[start] !== polarity) continue;
    const blob: Blob = { left: width, top: height, right: 0, bottom: 0, area: 0, edge: 0, sum: 0 };
    let depth = 0;
    stack[depth++] = start;
    levels[start] = visited;
    while (depth > 0) {
      const at = stack[--depth] as number;
      const [x, y] = [at % width, Math.floor(at / width)];
      blob.left = Math.min(blob.left, x);
      blob.right = Math.max(blob.right, x + 1);
      blob.top = Math.min(blob.top, y);
      blob.bottom = Math.max(blob.bottom, y + 1);
      blob.area++;
      blob.sum += grey[at] as number;
      let inside = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) {
          const [nx, ny] = [x + dx, y + dy];
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const next = at + dy * width + dx;
          const level = levels[next];
          if (dx === 0 || dy === 0) inside += Number(level === polarity || level === visited);
          if (level !== polarity) continue;
          levels[next] = visited;
          stack[depth++] = next;
        }
      if (inside < 5) blob.edge++;
    }
    blobs.push(blob);
  }
  return blobs;
}

/** Area over half the outline: how thick the strokes are. */
const strokeOf = (blob: Blob): number => (2 * blob.area) / Math.max(1, blob.edge);
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
