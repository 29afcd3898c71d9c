/**
 * @file What lies within a frame: the part of a picture that is left when rows and columns of one colour are taken off its sides. A picture with a frame around it lies far from its original in the
 * encoder's space, but what is within the frame has the original's hash.
 */
import type { Picture } from "./picture.ts";

export interface Part {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Grey levels by which a line of a frame may differ from its first pixel's colour, in the mean: what saving as JPEG leaves near an edge. */
const mostDifference = 6;
const leastFrame = 0.015; // of a side
const leastInside = 0.5;

/** Null where there is no frame. */
export function innerPart({ width, height, data }: Picture): Part | null {
  const line = { across: { count: width, step: 3 }, down: { count: height, step: 3 * width } };
  const rowAt = (y: number): Line => ({ data, from: 3 * y * width, ...line.across });
  const columnAt = (x: number): Line => ({ data, from: 3 * x, ...line.down });
  const top = linesOfOneColour(height, rowAt);
  const bottom = linesOfOneColour(height - top, (y) => rowAt(height - 1 - y));
  const left = linesOfOneColour(width, columnAt);
  const right = linesOfOneColour(width - left, (x) => columnAt(width - 1 - x));
  const part = { left, top, width: width - left - right, height: height - top - bottom };
  if (part.width < leastInside * width || part.height < leastInside * height) return null;
  return Math.max(left, right) < leastFrame * width && Math.max(top, bottom) < leastFrame * height ? null : part;
}

/** The part as a picture of its own. */
export function cutOut({ width, data }: Picture, part: Part): Picture {
  const cut = new Uint8Array(part.width * part.height * 3);
  for (let y = 0; y < part.height; y++) {
    const from = 3 * ((part.top + y) * width + part.left);
    cut.set(data.subarray(from, from + 3 * part.width), 3 * y * part.width);
  }
  return { width: part.width, height: part.height, data: cut };
}

interface Line {
  readonly data: Uint8Array;
  readonly from: number;
  readonly count: number;
  readonly step: number;
}

/** How many of the first lines have the colour that the picture begins with on this side. */
function linesOfOneColour(count: number, lineAt: (index: number) => Line): number {
  if (count === 0) return 0;
  const first = lineAt(0);
  const colour = [0, 1, 2].map((channel) => meanOf(first, channel));
  let lines = 0;
  while (lines < count && colour.every((value, channel) => differenceOf(lineAt(lines), channel, value) <= mostDifference)) lines++;
  return lines;
}

function meanOf({ data, from, count, step }: Line, channel: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += data[from + at * step + channel];
  return sum / count;
}

function differenceOf({ data, from, count, step }: Line, channel: number, value: number): number {
  let sum = 0;
  for (let at = 0; at < count; at++) sum += Math.abs(data[from + at * step + channel] - value);
  return sum / count;
}
