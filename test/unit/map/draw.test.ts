import { describe, expect, test } from "vitest";

import { drawMap } from "#engine/map/draw.ts";
import { colourOf, grounds, noneColour, palette } from "#engine/map/palette.ts";

const size = { width: 60, height: 40 };

function pixel(pixels: Uint8Array, x: number, y: number): number[] {
  return Array.from(pixels.subarray((y * size.width + x) * 3, (y * size.width + x) * 3 + 3));
}

describe("drawMap", () => {
  for (const dark of [true, false])
    test(`nothing is the ${dark ? "dark" : "light"} ground`, () => {
      const pixels = drawMap(new Float32Array(0), new Int32Array(0), { ...size, dark });
      expect(pixels).toHaveLength(60 * 40 * 3);
      expect(pixel(pixels, 30, 20)).toEqual([...(dark ? grounds.dark : grounds.light)]);
    });

  test("points lie where they should, in their colours, and fill the picture", () => {
    // Extent 4 x 0 into 60 x 40 with 4 % margin: x from 2.4 to 57.6, y in the middle.
    const pixels = drawMap(Float32Array.of(-2, 5, 2, 5), Int32Array.of(0, 1), { ...size, dark: true });
    const near = (colour: readonly number[], seen: number[]): boolean =>
      colour.every((value, channel) => Math.abs(value - seen[channel]) < 40);
    expect(near(colourOf(0), pixel(pixels, 2, 20))).toBe(true);
    expect(near(colourOf(1), pixel(pixels, 57, 20))).toBe(true);
    expect(pixel(pixels, 30, 20)).toEqual([...grounds.dark]);
  });

  test("many points on one spot are more opaque than one of many", () => {
    const spread = Float32Array.from({ length: 8000 }, (_, at) => (at % 2 === 0 ? at % 61 : at % 41));
    const brightness = (coordinates: Float32Array): number =>
      Math.max(...drawMap(coordinates, new Int32Array(4000), { ...size, dark: true }));
    const heap = spread.slice().fill(30, 0, 4000);
    expect(brightness(heap)).toBeGreaterThanOrEqual(brightness(spread));
  });
});

describe("palette", () => {
  test("every colour differs from every other, and stands out from both grounds", () => {
    expect(new Set(palette.map(String)).size).toBe(palette.length);
    const luminance = (colour: readonly number[]): number =>
      colour
        .map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, channel) => sum + value * [0.2126, 0.7152, 0.0722][channel], 0);
    const contrast = (one: readonly number[], two: readonly number[]): number => {
      const [high, low] = [luminance(one), luminance(two)].toSorted((a, b) => b - a);
      return (high + 0.05) / (low + 0.05);
    };
    for (const colour of palette) expect(contrast(colour, grounds.dark)).toBeGreaterThan(3);
    // Okabe and Ito's yellow and light blue are pale on white by design; the rest are at least 2.
    for (const colour of palette.slice(8)) expect(contrast(colour, grounds.light)).toBeGreaterThan(2);
  });

  test("labels beyond the palette begin again; none is grey", () => {
    expect(colourOf(palette.length + 2)).toBe(palette[2]);
    expect(colourOf(-1)).toBe(noneColour);
  });
});
