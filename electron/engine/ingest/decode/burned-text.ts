/**
 * @file Text that is part of the pixels: names and dates burned into medical pictures, captions, stamps of date and time. No reading: strokes of one brightness (native/twins/find-letters.ts) that stand
 * in a line, alike in height, thickness and contrast, as letters do and leaves, bricks and windows hardly ever.
 */
import { loadKernels } from "#native/kernels.ts";
import { letterColumns, lowestLetter, strokeWidth } from "#native/twins/find-letters.ts";

import { scaleWithin } from "./scale.ts";
import type { Picture } from "./types.ts";

/** Letters of a caption are still 6 pixels high at this size. */
const workingSide = 640;
const line = { fewest: 5, gap: 0.7, heights: 1.9, levels: 30, strokes: 0.4, onBase: 0.7, off: 0.16 } as const;

interface Letter {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly tall: number;
  /** Mean grey. */
  readonly level: number;
  readonly stroke: number;
}

/** Room for the letters of one picture, kept for the next. */
let room = new Int32Array(0);

/** How many letters stand in lines of text, of either polarity. */
export function countLetters(picture: Picture): number {
  const { width, height, data } = scaleWithin(picture, workingSide);
  if (Math.min(width, height) < 24) return 0;
  const needed = Math.floor((width * height) / lowestLetter) * letterColumns;
  if (room.length < needed) room = new Int32Array(needed);
  const count = loadKernels().findLetters({ source: data, width, height, letters: room });
  const found: Record<number, Letter[]> = { 1: [], 2: [] };
  for (let at = 0; at < count * letterColumns; at += letterColumns) {
    const [left, top, right, bottom] = [room[at], room[at + 1], room[at + 2], room[at + 3]] as [number, number, number, number];
    const [area, outline, sum] = [room[at + 4], room[at + 5], room[at + 6]] as [number, number, number];
    found[room[at + 7] as number]?.push({
      left,
      top,
      right,
      bottom,
      tall: bottom - top,
      level: sum / area,
      stroke: strokeWidth(area, outline),
    });
  }
  return Math.max(...Object.values(found).map(lettersInLines));
}

function lettersInLines(found: readonly Letter[]): number {
  if (found.length < line.fewest) return 0;
  const letters = [...found].sort((one, other) => one.left - other.left || one.top - other.top);
  const taken = new Set<Letter>();
  let count = 0;
  letters.forEach((first, at) => {
    if (taken.has(first)) return;
    const members = [first];
    // To the right, always on from the last letter.
    for (let next = at + 1; next < letters.length; next++) {
      const candidate = letters[next] as Letter;
      const last = members[members.length - 1] as Letter;
      if (candidate.left - last.right > line.gap * Math.max(last.tall, candidate.tall) * 1.6) break;
      if (!taken.has(candidate) && follows(last, candidate)) members.push(candidate);
    }
    if (!isLine(members)) return;
    for (const member of members) taken.add(member);
    count += members.length;
  });
  return count;
}

function follows(last: Letter, next: Letter): boolean {
  const [tallest, shortest] = [Math.max(last.tall, next.tall), Math.min(last.tall, next.tall)];
  if (tallest > line.heights * shortest || next.left < last.right - 1) return false;
  const shared = Math.min(last.bottom, next.bottom) - Math.max(last.top, next.top);
  return shared >= 0.6 * shortest && next.left - last.right <= line.gap * 1.6 * tallest && Math.abs(last.level - next.level) <= line.levels; // prettier-ignore
}

function isLine(members: readonly Letter[]): boolean {
  if (members.length < line.fewest) return false;
  const tall = middle(members.map((member) => member.tall));
  const base = middle(members.map(({ bottom }) => bottom));
  const onBase = members.filter(({ bottom }) => Math.abs(bottom - base) <= Math.max(1, line.off * tall)).length;
  if (onBase < line.onBase * members.length) return false;
  const strokes = members.map(({ stroke }) => stroke);
  const stroke = middle(strokes);
  const alike = strokes.filter((each) => Math.abs(each - stroke) <= line.strokes * stroke).length;
  return alike >= 0.8 * members.length;
}

function middle(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1] as number;
}
