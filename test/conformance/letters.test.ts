/**
 * @file findLetters: every implementation gives the twin's numbers, and they are those of a search written down plainly: flooding from pixel to pixel, means and outlines counted one by one.
 */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";
import { twins, type Kernels, type KernelTable } from "#native/kernels.ts";
import { letterColumns } from "#native/twins/find-letters.ts";

import { variants } from "./variants.ts";

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly source: Uint8Array;
}

describe.each(variants)("$name", ({ kernels }) => {
  test.each([
    [1, 1],
    [7, 9],
    [8, 80],
    [9, 11],
    [10, 200],
    [21, 20],
    [64, 100],
    [131, 97],
    [640, 61],
    [333, 250],
  ])("letters of %i x %i: the twin's", (width, height) => {
    for (const picture of [noise(width, height), strokes(width, height), flat(width, height)])
      expect(lettersOf(kernels, picture)).toEqual(lettersOf(twins, picture));
  });

  test.each([
    [90, 110],
    [33, 70],
    [17, 64],
  ])("letters of %i x %i: those of a plain search", (width, height) => {
    const pictures = [strokes(width, height), noise(width, height)];
    for (const picture of pictures) expect(sorted(lettersOf(kernels, picture))).toEqual(sorted(plainSearch(picture)));
    expect(lettersOf(kernels, pictures[0] as Picture).length).toBeGreaterThan(0);
  });

  test("a bright I and a dark L where they were drawn, and nothing in a flat picture", () => {
    const picture = flat(120, 100);
    draw(picture, { left: 20, top: 30, width: 2, height: 9 }, 255);
    draw(picture, { left: 70, top: 40, width: 2, height: 10 }, 0);
    draw(picture, { left: 72, top: 48, width: 4, height: 2 }, 0);
    expect(lettersOf(kernels, picture)).toEqual([
      [20, 30, 22, 39, 18, 22, 18 * 255, 1],
      [70, 40, 76, 50, 28, 32, 0, 2],
    ]);
    expect(lettersOf(kernels, flat(120, 100))).toEqual([]);
  });

  test("what was found in one picture is gone in the next", () => {
    const large = lettersOf(kernels, strokes(333, 250));
    const small = lettersOf(kernels, strokes(40, 70));
    expect(lettersOf(kernels, strokes(333, 250))).toEqual(large);
    expect(lettersOf(kernels, strokes(40, 70))).toEqual(small);
  });
});

function lettersOf(kernels: KernelTable | Kernels, { width, height, source }: Picture): number[][] {
  const room = Math.floor((width * height) / 6);
  const letters = new Int32Array(letterColumns * room).fill(-1);
  const count = kernels.findLetters({ source, width, height, letters });
  expect([...letters.subarray(count * letterColumns)].every((value) => value === -1)).toBe(true);
  return Array.from({ length: count }, (_, at) => [...letters.subarray(at * letterColumns, (at + 1) * letterColumns)]);
}

function sorted(letters: readonly (readonly number[])[]): string[] {
  return letters.map((letter) => letter.join(" ")).sort();
}

function flat(width: number, height: number): Picture {
  return { width, height, source: new Uint8Array(width * height * 3).fill(120) };
}

function noise(width: number, height: number): Picture {
  const random = createRandom(width * 1000 + height);
  return { width, height, source: Uint8Array.from({ length: width * height * 3 }, () => random.below(256)) };
}

/** Rectangles of a letter's size, of any brightness, some of them on each other and over the edge. */
function strokes(width: number, height: number): Picture {
  const picture = flat(width, height);
  const random = createRandom(width + height);
  for (let made = 0; made < (width * height) / 60; made++) {
    const lies = random.below(2) === 0;
    const [long, thin] = [4 + random.below(9), 1 + random.below(3)];
    const [left, top] = [random.below(width), random.below(height)];
    draw(picture, { left, top, width: lies ? long : thin, height: lies ? thin : long }, random.below(256));
  }
  return picture;
}

function draw(
  { width, height, source }: Picture,
  rectangle: { left: number; top: number; width: number; height: number },
  grey: number,
): void {
  for (let y = rectangle.top; y < Math.min(height, rectangle.top + rectangle.height); y++)
    for (let x = rectangle.left; x < Math.min(width, rectangle.left + rectangle.width); x++) source.fill(grey, 3 * (y * width + x), 3 * (y * width + x) + 3); // prettier-ignore
}

function plainSearch({ width, height, source }: Picture): number[][] {
  const grey = Array.from({ length: width * height }, (_, at) =>
    Math.floor((77 * source[3 * at]! + 150 * source[3 * at + 1]! + 29 * source[3 * at + 2]!) / 256),
  );
  const near = (x: number, y: number, far: number): number[] => {
    const square: number[] = [];
    for (let row = Math.max(0, y - far); row <= Math.min(height - 1, y + far); row++)
      for (let column = Math.max(0, x - far); column <= Math.min(width - 1, x + far); column++) square.push(row * width + column);
    return square;
  };
  const marks = grey.map((value, at) => {
    const square = near(at % width, Math.floor(at / width), 10);
    const excess = value * square.length - square.reduce((sum, each) => sum + grey[each]!, 0);
    return excess > 48 * square.length ? 1 : excess < -48 * square.length ? 2 : 0;
  });
  const found: number[][] = [];
  const seen = new Set<number>();
  for (const start of grey.keys()) {
    if (marks[start] === 0 || seen.has(start)) continue;
    const blob = new Set([start]);
    for (const at of blob) for (const next of near(at % width, Math.floor(at / width), 1)) if (marks[next] === marks[start]) blob.add(next); // prettier-ignore
    for (const at of blob) seen.add(at);
    const [columns, rows] = [[...blob].map((at) => at % width), [...blob].map((at) => Math.floor(at / width))];
    const [left, top, right, bottom] = [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1];
    const holds = (x: number, y: number): boolean => x >= 0 && x < width && blob.has(y * width + x);
    const sides = columns.map((x, at) => [holds(x - 1, rows[at]!), holds(x + 1, rows[at]!), holds(x, rows[at]! - 1), holds(x, rows[at]! + 1)]); // prettier-ignore
    const outline = sides.flat().filter((held) => !held).length;
    const [tall, wide, area] = [bottom - top, right - left, blob.size];
    const [fill, stroke] = [area / (tall * wide), Math.max(2, (2 * area) / outline)];
    if (tall < 6 || tall > 0.12 * height || wide > 1.5 * tall || fill < 0.16 || (fill > 0.85 && wide > 0.4 * tall)) continue;
    if (stroke < Math.max(1, 0.06 * tall) || stroke > Math.max(2.2, 0.32 * tall)) continue;
    found.push([left, top, right, bottom, area, outline, [...blob].reduce((sum, at) => sum + grey[at]!, 0), marks[start]!]);
  }
  return found;
}
