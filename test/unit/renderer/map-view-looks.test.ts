/** @file Colours, order and motion of the points; the palette equals the engine's. */
import { describe, expect, test } from "vitest";

import { colourOf as engineColourOf, grounds, noneColour as engineNone, palette as enginePalette } from "#engine/map/palette.ts";

import { noLabel, type LabelClass } from "#protocol/label-model.ts";
import { brushedRange, movedEnd } from "../../../renderer/map-view/brush.ts";
import { makeLooks, type LooksRequest } from "../../../renderer/map-view/looks.ts";
import { originsOf, positionsById } from "../../../renderer/map-view/morph.ts";
import { colourOf, noneColour, palette, scoreColour, type Colour } from "../../../renderer/map-view/palette.ts";
import { thinned } from "../../../renderer/map-view/plain-surface.ts";
import { pointClasses } from "../../../renderer/map-view/point-classes.ts";
import { diameterOf, largestDiameter, opacityOf, ringWidthOf, smallestDiameter } from "../../../renderer/map-view/point-style.ts";
import { marks } from "../../../renderer/map-view/surface.ts";

const request: LooksRequest = {
  places: Float32Array.of(0, 0, 1, 1, NaN, NaN, 2, 2, 3, 3),
  mode: "cluster",
  ground: "dark",
  clusters: Int32Array.of(0, -1, 2, 41, 0),
  folders: Int32Array.of(3, 3, 0, 1, 0),
  percentiles: Float32Array.of(5, 99.9, 50, NaN, 60),
  classes: null,
  passes: null,
  selected: [],
};
const none = noLabel.class;
const named = (rgb: number): LabelClass => ({ colour: rgb }) as LabelClass;
const colour = (looks: { colours: Uint8Array }, point: number): number[] => [...looks.colours.slice(4 * point, 4 * point + 3)];

describe("palette", () => {
  test("is the engine's", () => {
    expect(palette).toEqual(enginePalette);
    expect(noneColour).toEqual(engineNone);
    for (const label of [-1, 0, 7, 39, 40, 123]) expect(colourOf(label)).toEqual(engineColourOf(label));
  });

  test.for(["dark", "light"] as const)(
    "odder stands out more from its ground at every step, and even the ordinary is seen (%s)",
    (ground) => {
      const steps = Array.from({ length: 33 }, (_, at) => luminance(scoreColour(at / 32, ground)));
      const behind = luminance(grounds[ground]);
      const contrasts = steps.map((one) => (Math.max(one, behind) + 0.05) / (Math.min(one, behind) + 0.05));
      for (let at = 1; at < contrasts.length; at++) expect(contrasts[at]).toBeGreaterThan(contrasts[at - 1]);
      expect(contrasts[0]).toBeGreaterThan(1.6);
    },
  );
});

describe("looks", () => {
  test("clusters, folders, oddness and none each colour by their own column", () => {
    expect(colour(makeLooks(request), 0)).toEqual([...colourOf(0)]);
    expect(colour(makeLooks(request), 3)).toEqual([...colourOf(41)]);
    expect(colour(makeLooks(request), 1)).toEqual([...noneColour]);
    expect(colour(makeLooks({ ...request, mode: "folder" }), 1)).toEqual([...colourOf(3)]);
    expect(colour(makeLooks({ ...request, mode: "oddness" }), 1)).toEqual([...scoreColour(1, "dark")]);
    expect(colour(makeLooks({ ...request, mode: "oddness" }), 3)).toEqual([...noneColour]);
    const one = makeLooks({ ...request, mode: "none" });
    expect(new Set([0, 1, 3, 4].map((point) => colour(one, point).join())).size).toBe(1);
  });

  test("given classes are strong and on top, told ones pale, the rest grey and below", () => {
    // Given A, told B, without a place, none, told A.
    const facts = { given: Uint16Array.of(0, none, 1, none, none), told: Uint16Array.of(1, 1, 1, none, 0) };
    const classes = pointClasses(facts, { classes: [named(0x010203), named(0xff8000)] });
    expect([[...classes.places], [...classes.given]]).toEqual([
      [0, 1, 1, -1, 0],
      [1, 0, 1, 0, 0],
    ]);
    const looks = makeLooks({ ...request, mode: "class", classes });
    expect([0, 1, 3, 4].map((point) => colour(looks, point))).toEqual([[1, 2, 3], [255, 128, 0], [...noneColour], [1, 2, 3]]); // prettier-ignore
    const [given, told, grey] = [0, 1, 3].map((point) => looks.colours[4 * point + 3]);
    expect(given).toBe(255);
    expect(told).toBeLessThan(given);
    expect(grey).toBeLessThan(told);
    expect([looks.order[0], new Set(looks.order.slice(1, 3)), looks.order[3]]).toEqual([3, new Set([1, 4]), 0]);
    expect(colour(makeLooks({ ...request, mode: "class" }), 0)).toEqual([...noneColour]);
  });

  test("what the filter leaves out is grey, faint and below; what is selected is on top, filtered or not", () => {
    const looks = makeLooks({ ...request, passes: Uint8Array.of(1, 1, 1, 0, 0), selected: [0, 3] });
    expect([...looks.marks]).toEqual([marks.selected, 0, 0, marks.faded | marks.selected, marks.faded]);
    const [red, green, blue] = colour(looks, 4);
    expect(red === green && green === blue).toBe(true);
    expect(looks.colours[4 * 4 + 3]).toBeLessThan(looks.colours[3]);
    expect(looks.order[0]).toBe(4);
    expect(new Set(looks.order.slice(2))).toEqual(new Set([0, 3]));
  });

  test("every point with a place is drawn once, those without never", () => {
    for (const mode of ["cluster", "oddness", "folder", "class", "none"] as const)
      expect([...makeLooks({ ...request, mode }).order].sort()).toEqual([0, 1, 3, 4]);
    expect(
      makeLooks({
        ...request,
        places: new Float32Array(0),
        clusters: new Int32Array(0),
        folders: new Int32Array(0),
        percentiles: new Float32Array(0),
      }).order,
    ).toHaveLength(0);
  });

  test("the odd lie over the ordinary", () => {
    const order = [...makeLooks({ ...request, mode: "oddness" }).order];
    expect(order).toEqual([3, 0, 4, 1]);
  });

  test("points of one level are drawn in scattered order", () => {
    const count = 1000;
    const places = new Float32Array(2 * count);
    const order = makeLooks({
      ...request,
      mode: "none",
      places,
      clusters: new Int32Array(count),
      folders: new Int32Array(count),
      percentiles: new Float32Array(count),
    }).order;
    expect(order.slice(0, 500).filter((point) => point < 500).length).toBeGreaterThan(200);
    expect(order.slice(0, 500).filter((point) => point < 500).length).toBeLessThan(300);
  });
});

describe("size and opacity", () => {
  test("3 to 6 pixels, larger when near", () => {
    expect(diameterOf({ zoom: 1, count: 1_000_000 })).toBe(smallestDiameter);
    expect(diameterOf({ zoom: 1, count: 10_000 })).toBeLessThan(diameterOf({ zoom: 4, count: 10_000 }));
    expect(diameterOf({ zoom: 4000, count: 10_000 })).toBe(largestDiameter);
  });

  test("fainter where points crowd, never gone; rings thin there", () => {
    const at = (room: number): number => opacityOf({ room, diameter: 4 });
    expect(at(50)).toBeGreaterThan(0.9);
    expect(at(1)).toBeLessThan(0.3);
    expect(at(0.001)).toBe(0.1);
    expect([ringWidthOf(0.5), ringWidthOf(30)]).toEqual([1.5, 3]);
  });

  test("the plain canvas thins evenly and keeps the ends of the order", () => {
    expect([...thinned(Uint32Array.of(9, 8, 7, 6, 5, 4), 3)]).toEqual([9, 7, 5]);
    expect([...thinned(Uint32Array.of(9, 8), 3)]).toEqual([9, 8]);
  });
});

describe("morph", () => {
  const before = { ids: Int32Array.of(4, 7, 9), places: Float32Array.of(0, 0, 1, 1, NaN, NaN) };

  test("each image comes from its old place, found by id; new ones appear where they are", () => {
    const after = { ids: Int32Array.of(7, 5, 4, 9), places: Float32Array.of(5, 6, 7, 8, 0, 0, 3, 3) };
    expect([...originsOf(before, after)]).toEqual([1, 1, 7, 8, 0, 0, 3, 3]);
  });

  test("nothing moved: the very same array, so that nothing is drawn in motion", () => {
    const grown = { ids: Int32Array.of(4, 5, 7), places: Float32Array.of(0, 0, NaN, NaN, 1, 1) };
    expect(originsOf(before, grown)).toBe(grown.places);
    expect(originsOf(null, grown)).toBe(grown.places);
  });

  test("positions by id", () => {
    const positionOf = positionsById(before.ids);
    expect([4, 7, 9, 5, 1000].map(positionOf)).toEqual([0, 1, 2, -1, -1]);
  });
});

describe("brush", () => {
  test("a drag draws a range in either direction; from an end it moves that end", () => {
    expect(brushedRange({ from: 0, to: 100 }, 40, 80)).toEqual({ from: 40, to: 80 });
    expect(brushedRange({ from: 0, to: 100 }, 80, 40)).toEqual({ from: 40, to: 80 });
    expect(brushedRange({ from: 20, to: 60 }, 21, 5)).toEqual({ from: 5, to: 60 });
    expect(brushedRange({ from: 20, to: 60 }, 59, 90)).toEqual({ from: 20, to: 90 });
  });

  test("keys move an end, never past the other or the scale", () => {
    expect(movedEnd({ from: 20, to: 25 }, "from", { key: "ArrowRight", shiftKey: true })).toEqual({ from: 25, to: 25 });
    expect(movedEnd({ from: 20, to: 99.5 }, "to", { key: "ArrowUp", shiftKey: false })).toEqual({ from: 20, to: 100 });
    expect(movedEnd({ from: 20, to: 60 }, "from", { key: "Home", shiftKey: false })).toEqual({ from: 0, to: 60 });
    expect(movedEnd({ from: 20, to: 60 }, "from", { key: "a", shiftKey: false })).toBeNull();
  });
});

function luminance([red, green, blue]: Colour): number {
  const [r, g, b] = [red, green, blue].map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
