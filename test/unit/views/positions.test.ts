/** @file Positions by id against plain maps. */
import fc from "fast-check";
import { expect, test } from "vitest";

import { positionOfId, positionsOfContent } from "#engine/views/positions.ts";

test("the position of each id, and none of others", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(60)), (ids) => {
      const positions = positionOfId(Int32Array.from(ids));
      for (let id = -1; id < 63; id++) expect(positions.get(id)).toBe(ids.includes(id) ? ids.indexOf(id) : undefined);
    }),
  );
});

test("the positions of each content, ascending, and those that share one", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (contents) => {
      const found = positionsOfContent(Int32Array.from(contents));
      const places = (content: number): number[] => contents.flatMap((each, position) => (each === content ? [position] : []));
      for (let content = -1; content < 23; content++) {
        expect(found.has(content)).toBe(contents.includes(content));
        expect(found.get(content)).toEqual(contents.includes(content) ? places(content) : undefined);
      }
      expect(found.shared()).toEqual(contents.flatMap((content, position) => (places(content).length > 1 ? [position] : [])));
    }),
  );
});
