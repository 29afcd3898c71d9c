/** @file The parts of the alignment against what they must undo: known maps, known tones. */
import { inverse, scaleOf, turnOf, type Affine } from "#protocol/affine.ts";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { applyTone, inverseTone } from "#engine/duplicates/align/apply-tone.ts";
import { isLineOfText } from "#engine/duplicates/align/line-of-text.ts";
import { findCorners } from "#engine/duplicates/align/corners.ts";
import { sampleAt, soften, type Plane } from "#engine/duplicates/align/plane.ts";
import { framingOf, rescaled, scalesOf, stretchOf } from "#engine/duplicates/align/geometry.ts";
import { refine } from "#engine/duplicates/align/refine.ts";
import { isGrey, withoutColour } from "#engine/duplicates/align/regrey.ts";
import { findSimilarity } from "#engine/duplicates/align/similarity.ts";
import { warp } from "#engine/duplicates/align/warp.ts";
import { toPlanes } from "#engine/duplicates/picture.ts";
import { paint, photoPaint } from "./drawn-pictures.ts";

const size = { width: 240, height: 180 };
const picture = paint(size.width, size.height, photoPaint(3));
const plane: Plane = { ...size, values: toPlanes(picture, size.width, size.height).luma };

function similarity(scale: number, turn: number, x: number, y: number): Affine {
  const [cosine, sine] = [scale * Math.cos(turn), scale * Math.sin(turn)];
  return [cosine, -sine, x, sine, cosine, y];
}

const similarities = fc.tuple(
  fc.double({ min: 0.8, max: 1.25, noNaN: true }),
  fc.double({ min: -0.16, max: 0.16, noNaN: true }),
  fc.double({ min: -20, max: 20, noNaN: true }),
  fc.double({ min: -20, max: 20, noNaN: true }),
);

describe("maps", () => {
  test("turned back, grown and told apart", () => {
    fc.assert(
      fc.property(similarities, ([scale, turn, x, y]) => {
        const affine = similarity(scale, turn, x, y);
        expect(scaleOf(affine)).toBeCloseTo(scale, 9);
        expect(turnOf(affine)).toBeCloseTo(turn, 9);
        expect(stretchOf(affine)).toBeCloseTo(0, 9);
        inverse(inverse(affine)).forEach((value, at) => expect(value).toBeCloseTo(affine[at] as number, 6));
        const [first, second] = [
          { across: 3, down: 3 },
          { across: 2, down: 2 },
        ];
        expect(scaleOf(rescaled(affine, first, second))).toBeCloseTo(1.5 * scale, 9);
      }),
    );
    expect(stretchOf([1.01, 0, 0, 0, 0.99, 0])).toBeCloseTo(0.01, 4);
  });

  test("between sizes whose sides were rounded each for itself: no stretch is left, and corners meet corners", () => {
    // A part of 300 x 200 pixels at (100, 50) of 500 x 333, both seen at 256 pixels.
    const [whole, part] = [
      { width: 500, height: 333 },
      { width: 300, height: 200 },
    ];
    const [plane, seen] = [
      { width: 256, height: 170 },
      { width: 256, height: 171 },
    ];
    const inFiles = [1, 0, 100, 0, 1, 50] as const;
    const inPlanes = rescaled(inFiles, scalesOf(whole, plane), scalesOf(part, seen));
    expect(stretchOf(inPlanes)).toBeGreaterThan(0.002);
    const [a, b, c, d, e, f] = inPlanes;
    const corner = [a * 256 + b * 171 + c, d * 256 + e * 171 + f];
    expect(corner[0]).toBeCloseTo((400 * 256) / 500, 9);
    expect(corner[1]).toBeCloseTo((250 * 170) / 333, 9);
    rescaled(inPlanes, scalesOf(plane, whole), scalesOf(seen, part)).forEach((value, at) => expect(value).toBeCloseTo(inFiles[at]!, 9));
  });

  test("one within the other, either way, or neither", () => {
    expect(framingOf([1, 0, 0, 0, 1, 0], size, size)).toBe("same");
    expect(framingOf([1, 0, 10, 0, 1, 10], size, { width: 200, height: 150 })).toBe("second");
    expect(framingOf([1, 0, -10, 0, 1, -10], { width: 200, height: 150 }, size)).toBe("first");
    expect(framingOf([1, 0, 12, 0, 1, 0], size, size)).toBeNull();
  });
});

describe("corners and least squares", () => {
  test("find any similarity to a twentieth of a pixel over the picture", () => {
    fc.assert(
      fc.property(similarities, ([scale, turn, x, y]) => {
        const truth = similarity(scale, turn, x, y);
        const moved = movedBy(truth);
        const lie = findSimilarity(findCorners(plane), findCorners(moved));
        expect(lie).not.toBeNull();
        const refined = refine(soften(plane), soften(moved), lie?.affine ?? truth);
        expect(refined?.correlation).toBeGreaterThan(0.99);
        for (const [u, v] of [
          [60, 60],
          [180, 60],
          [60, 120],
          [180, 120],
        ] as const)
          // prettier-ignore
          for (const row of [0, 3]) {
            const [a, b, c] = [0, 1, 2].map((at) => (refined?.affine[row + at] as number) - (truth[row + at] as number)) as [number, number, number];
            expect(Math.abs(a * u + b * v + c)).toBeLessThan(0.05);
          }
      }),
      { numRuns: 12, seed: 4 },
    );
  });

  test("nothing is found between two pictures", () => {
    const other = paint(size.width, size.height, photoPaint(4));
    expect(findSimilarity(findCorners(plane), findCorners({ ...size, values: toPlanes(other, size.width, size.height).luma }))).toBeNull();
  });

  test("a flat picture has no corners", () => {
    expect(findCorners({ ...size, values: new Float32Array(size.width * size.height).fill(90) }).count).toBe(0);
  });
});

/** The plane as a picture would show it that lies in it by `affine`. */
function movedBy(affine: Affine): Plane {
  const values = new Float32Array(size.width * size.height);
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++)
      values[y * size.width + x] = sampleAt(
        plane,
        affine[0] * (x + 0.5) + affine[1] * (y + 0.5) + affine[2],
        affine[3] * (x + 0.5) + affine[4] * (y + 0.5) + affine[5],
      );
  return { ...size, values };
}

describe("laying a picture into a frame", () => {
  test("as it lies it is itself, half the size it is the mean of four", () => {
    const same = warp(picture, [1, 0, 0, 0, 1, 0], size);
    expect(same.reachedCount).toBe(size.width * size.height);
    same.planes.luma.forEach((value, at) => expect(Math.abs(value - (plane.values[at] as number))).toBeLessThan(1e-3));
    const half = warp(picture, [2, 0, 0, 0, 2, 0], { width: 120, height: 90 });
    const scaled = toPlanes(picture, 120, 90);
    half.planes.luma.forEach((value, at) => expect(Math.abs(value - (scaled.luma[at] as number))).toBeLessThan(1e-3));
  });

  test("what it does not reach is told", () => {
    const { reached, reachedCount } = warp(picture, [1, 0, 100, 0, 1, 0], size);
    expect(reachedCount).toBe(140 * size.height);
    expect([reached[139], reached[140]]).toEqual([1, 0]);
  });
});

describe("tones", () => {
  test("a tone and its inverse give the picture back where nothing was cut off", () => {
    const tone = { lumaGain: 0.8, lumaBias: 10, chromaGain: 0.9, blueBias: 2, redBias: -1 };
    const planes = toPlanes(picture, size.width, size.height);
    const back = applyTone(applyTone(planes, tone), inverseTone(tone));
    back.luma.forEach((value, at) => {
      if ((planes.luma[at] as number) > 60 && (planes.luma[at] as number) < 190)
        expect(Math.abs(value - (planes.luma[at] as number))).toBeLessThan(1.5);
    });
  });

  test("the way a program made a picture grey is found", () => {
    const planes = toPlanes(picture, size.width, size.height);
    const reached = new Uint8Array(size.width * size.height).fill(1);
    const byLight = paint(size.width, size.height, (x, y) => {
      const [r, g, b] = [0, 1, 2].map((channel) => ((picture.data[3 * (y * size.width + x) + channel] as number) / 255) ** 2.2) as [
        number,
        number,
        number,
      ];
      const value = 255 * (0.2126 * r + 0.7152 * g + 0.0722 * b) ** (1 / 2.2);
      return [value, value, value];
    });
    const wanted = toPlanes(byLight, size.width, size.height).luma;
    const made = withoutColour(planes, wanted, reached);
    const miss = (luma: Float32Array): number =>
      luma.reduce((sum, value, at) => sum + Math.abs(value - (wanted[at] as number)), 0) / luma.length;
    expect(miss(made.luma)).toBeLessThan(1.5);
    expect(miss(planes.luma)).toBeGreaterThan(2 * miss(made.luma));
    expect(isGrey(made)).toBe(true);
    expect(isGrey(planes)).toBe(false);
  });
});

describe("a line of letters", () => {
  const wide = 120;
  /** Upright strokes, two pixels wide and three apart, `high` pixels high. */
  const strokes = (count: number, high: number): number[] =>
    Array.from({ length: count * high * 2 }, (_, at) => (50 + Math.floor(at / 2) % high) * wide + 20 + 5 * Math.floor(at / (2 * high)) + (at % 2)); // prettier-ignore
  /** As large as twelve strokes, with nothing between them. */
  const bar = Array.from({ length: 60 * 8 }, (_, at) => (50 + (at % 8)) * wide + 20 + Math.floor(at / 8));
  /** Far from the line, as saving again leaves them. */
  const stray = [5 * wide + 3, 12 * wide + 90, 80 * wide + 110];

  test("many strokes in a row, also where a few places lie astray", () => {
    expect(isLineOfText(strokes(12, 8), wide)).toBe(true);
    expect(isLineOfText([...strokes(12, 8), ...stray], wide)).toBe(true);
  });

  test("too few strokes, a solid bar, and strokes that are scattered are none", () => {
    expect(isLineOfText(strokes(4, 8), wide)).toBe(false);
    expect(isLineOfText(bar, wide)).toBe(false);
    expect(isLineOfText(strokes(12, 8).map((at, index) => at + (index % 7) * 6 * wide), wide)).toBe(false); // prettier-ignore
  });

  test("letters that run into each other are told by the strokes that show before the blur", () => {
    expect(isLineOfText(bar, wide, strokes(12, 8))).toBe(true);
  });
});
