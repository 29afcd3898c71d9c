/** @file A verdict as what is kept of it, and back again from the other side. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { editOf, inverseEdit } from "#engine/duplicates/edit-of.ts";

const verdict = { relation: "same-picture", score: 0.9, orientation: 0, scale: 1, toned: false } as const;
const differences = {
  affine: [1, 0, 30, 0, 1, 20],
  shared: { first: 0.8, second: 0.98 },
  toned: false,
  grey: false,
  caption: 0,
  written: null,
  isCaptionSure: false,
  frame: false,
} as const;

test("nothing is kept where a picture was only saved again, or is another", () => {
  expect(editOf(verdict)).toBeNull();
  expect(editOf({ ...verdict, relation: null, orientation: 3 })).toBeNull();
});

test("how it lies, its tone, and what of it is shown", () => {
  expect(editOf({ ...verdict, orientation: 5, toned: true })).toEqual({
    orientation: 5,
    map: null,
    shared: { a: 1, b: 1 },
    toned: true,
    grey: false,
    caption: 0,
    written: null,
    frame: false,
  });
  expect(editOf({ ...verdict, differences })).toEqual({
    orientation: 0,
    map: [1, 0, 30, 0, 1, 20],
    shared: { a: 0.8, b: 0.98 },
    toned: false,
    grey: false,
    caption: 0,
    written: null,
    frame: false,
  });
  expect(editOf({ ...verdict, differences: { ...differences, grey: true } })).toMatchObject({
    map: null,
    shared: { a: 1, b: 1 },
    grey: true,
  });
});

test("turned round twice it is itself", () => {
  const share = fc.double({ min: 0.5, max: 1, noNaN: true });
  const map = fc.tuple(share, fc.double({ min: -0.2, max: 0.2, noNaN: true }), fc.integer({ min: -99, max: 99 }));
  fc.assert(
    fc.property(fc.nat(7), fc.option(map), share, share, (orientation, drawn, a, b) => {
      const edit = {
        orientation,
        map: drawn === null ? null : [drawn[0], -drawn[1], drawn[2], drawn[1], drawn[0], 7],
        shared: { a, b },
        toned: true,
        grey: false,
        caption: 0.02,
        written: "a" as const,
        frame: false,
      };
      const back = inverseEdit(inverseEdit(edit));
      expect({ ...back, map: null }).toEqual({ ...edit, map: null });
      back.map?.forEach((value, at) => expect(value).toBeCloseTo(edit.map?.[at] as number, 6));
      expect(inverseEdit(edit).shared).toEqual({ a: b, b: a });
      expect(inverseEdit(edit).written).toBe("b");
    }),
  );
});
