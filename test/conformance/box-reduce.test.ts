/**
 * @file boxReduce, sharpness and histograms: every implementation gives the bytes of the slow, obvious version.
 */
import { describe, expect, test } from "vitest";

import { twins } from "#native/kernels.ts";

import { variants } from "./variants.ts";

describe.each(variants)("$name", ({ kernels }) => {
  const shapes = [
    [1, 1, 1], [1, 1, 7], [5, 4, 2], [7, 3, 3], [33, 17, 4], [64, 64, 8], [100, 37, 5], [300, 2, 256], [257, 513, 256], [3, 900, 100], [1500, 40, 5], [11, 11, 1],
  ] as const; // prettier-ignore
  test.each(shapes)("%i x %i by %i: means of whole and of cut blocks", (width, height, factor) => {
    const source = draw(width * height * 3 + 5);
    const target = new Uint8Array(Math.ceil(width / factor) * Math.ceil(height / factor) * 3);
    kernels.boxReduce({ source, sourceWidth: width, sourceHeight: height, factor, target });
    expect(Buffer.compare(target, blockMeans(source, width, height, factor))).toBe(0);
  });

  test("halves are rounded up, white stays white in the largest block", () => {
    const target = new Uint8Array(3);
    kernels.boxReduce({ source: Uint8Array.from([0, 1, 2, 1, 2, 4]), sourceWidth: 2, sourceHeight: 1, factor: 2, target });
    expect([...target]).toEqual([1, 2, 3]);
    kernels.boxReduce({ source: new Uint8Array(256 * 256 * 3).fill(255), sourceWidth: 256, sourceHeight: 256, factor: 256, target });
    expect([...target]).toEqual([255, 255, 255]);
  });

  const rectangles = [
    [1, 1, 0, 0, 1, 1], [3, 3, 0, 0, 3, 3], [11, 40, 0, 0, 11, 40], [12, 12, 0, 0, 12, 12], [40, 30, 3, 5, 31, 25], [61, 47, 0, 0, 61, 47], [600, 530, 44, 9, 512, 512], [1030, 20, 6, 0, 1024, 20],
  ] as const; // prettier-ignore
  test.each(rectangles)(
    "sharpness of a picture of %i x %i from %i, %i on, %i x %i: the twin's sums",
    (sourceWidth, sourceHeight, left, top, width, height) => {
      const given = {
        source: draw(sourceWidth * sourceHeight * 3 + 1),
        sourceWidth,
        sourceHeight,
        left,
        top,
        width,
        height,
        noise: 2,
        channels: 3 as const,
      };
      const [sums, expected] = [new Float64Array(6).fill(7), new Float64Array(6).fill(8)];
      kernels.sharpness({ ...given, sums });
      twins.sharpness({ ...given, sums: expected });
      expect([...sums]).toEqual([...expected]);
      expect(sums.slice(1).some((sum) => sum > 0)).toBe(width > 2);
    },
  );

  test("histograms: the twin's counts, and some by hand", () => {
    for (const count of [0, 1, 5, 1023, 1537]) {
      const given = { source: draw(count * 3), count };
      const [found, expected] = [new Uint32Array(512).fill(7), new Uint32Array(512)];
      kernels.histograms({ ...given, greys: found.subarray(0, 256), chromas: found.subarray(256) });
      twins.histograms({ ...given, greys: expected.subarray(0, 256), chromas: expected.subarray(256) });
      expect(found).toEqual(expected);
      expect(found.reduce((sum, value) => sum + value, 0)).toBe(2 * count);
    }
    const [greys, chromas] = [new Uint32Array(256), new Uint32Array(256)];
    // 77 x 255 + 128 = 19763, 77 in 256ths; 150 x 100 + 29 x 30 + 128 = 15998, 62; white.
    kernels.histograms({ source: Uint8Array.from([255, 0, 0, 0, 100, 30, 255, 255, 255]), count: 3, greys, chromas });
    expect([greys[77], greys[62], greys[255], chromas[255], chromas[100], chromas[0]]).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test("the sums of an edge by hand", () => {
    // Black left of column 8, white from there on; 16 x 16. Rows 5..11, columns 5..11 count for blur: one step of 255 each, and the
    // blurred picture changes by 255 / 9 there: 9 x 255 - 255 is lost.
    const source = Uint8Array.from({ length: 16 * 16 * 3 }, (_, at) => (Math.floor(at / 3) % 16 < 8 ? 0 : 255));
    const sums = new Float64Array(6);
    kernels.sharpness({ source, channels: 3, sourceWidth: 16, sourceHeight: 16, left: 0, top: 0, width: 16, height: 16, noise: 2, sums });
    // The Laplacian is 255 in column 7 and -255 in column 8 of 14 rows.
    expect([...sums]).toEqual([0, 28 * 255 ** 2, 7 * 255, 7 * 8 * 255, 0, 0]);
  });
});

function blockMeans(source: Uint8Array, width: number, height: number, factor: number): Uint8Array {
  const means: number[] = [];
  for (let top = 0; top < height; top += factor)
    for (let left = 0; left < width; left += factor)
      for (let channel = 0; channel < 3; channel++) {
        const values: number[] = [];
        for (let y = top; y < Math.min(height, top + factor); y++)
          for (let x = left; x < Math.min(width, left + factor); x++) values.push(source[(y * width + x) * 3 + channel] as number);
        const sum = values.reduce((total, value) => total + value, 0);
        means.push(Math.round(sum / values.length));
      }
  return Uint8Array.from(means);
}

/** Noise with many blacks and whites: the sums come near their largest. */
function draw(count: number): Uint8Array {
  let state = 9;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const choice = state >>> 30;
    return choice === 0 ? 0 : choice === 1 ? 255 : (state >>> 16) & 255;
  });
}
