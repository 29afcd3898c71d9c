import { describe, expect, test } from "vitest";

import type { RunComparison } from "#protocol/comparison.ts";
import type { EncoderId } from "#protocol/model.ts";
import { createRandom } from "#engine/base/random.ts";
import { makeLooks } from "../../../renderer/map-view/looks.ts";
import { colourOf } from "../../../renderer/map-view/palette.ts";
import { looksRequest, rowAt, spotOf, suitedColour, viewOf } from "../../../renderer/views/training/comparison/compared-rows.ts";
import { comparedWords, moveWords, otherPairsWords, rowWords } from "../../../renderer/views/training/comparison/comparison-words.ts";

import { imageColumns } from "../../helpers/image-columns.ts";

const count = 50;
const random = createRandom(2);
const places = (): Float32Array => Float32Array.from({ length: 2 * count }, () => 10 * random.normal());

function comparison(change: Partial<RunComparison["moves"]> = {}): RunComparison {
  const clusters = Int32Array.from({ length: count }, (_, row) => (row % 4) - 1);
  return {
    before: "bundled" as EncoderId,
    after: "run-1" as EncoderId,
    count,
    total: count,
    ids: Int32Array.from({ length: count }, (_, row) => (row === 9 ? 0 : 1000 + row)),
    maps: {
      before: { places: places(), clusters, trustworthiness: 1, recall: 0.5 },
      after: { places: places(), clusters: clusters.map((cluster) => 3 - cluster), trustworthiness: 1, recall: 0.6 },
    },
    agreement: { after: 0.8, again: 0.99 },
    moves: {
      k: 15,
      distances: Float32Array.from({ length: count }, (_, row) => row / 100),
      kept: new Float32Array(count).fill(0.5),
      most: new Int32Array(0),
      shown: 5,
      nearestBefore: new Int32Array(0),
      nearestAfter: new Int32Array(0),
      typical: 0.4,
      chance: { typical: 0.02, reach: 0.1 },
      ...change,
    },
    outliers: { count: 3, joined: [], left: [] },
    pairs: { both: 0, found: { pairs: [], refused: 0, unseen: 0 }, lost: { pairs: [], refused: 0, unseen: 0 } },
  };
}

describe("rows on the canvas", () => {
  const compared = comparison();
  const size = { width: 600, height: 400 };
  const { camera, style } = viewOf(compared, size);

  test("both maps are in sight, all the way", () => {
    for (const progress of [0, 0.3, 1])
      for (let row = 0; row < count; row++) {
        const { x, y } = spotOf(compared.maps, row, { camera, size, progress });
        expect(x >= 20 && x <= 580 && y >= 20 && y <= 380).toBe(true);
      }
    expect(style.diameter).toBe(9);
  });

  test("the row under the pointer is the nearest by brute force, moves along the way, and is never one whose picture is gone", () => {
    for (const progress of [0, 0.5, 1])
      for (let draw = 0; draw < 50; draw++) {
        const at = { x: random.below(600), y: random.below(400) };
        const view = { camera, size, progress };
        const ranked = Array.from({ length: count }, (_, row) => ({ row, spot: spotOf(compared.maps, row, view) }))
          .filter(({ row }) => row !== 9)
          .map(({ row, spot }) => ({ row, away: Math.hypot(spot.x - at.x, spot.y - at.y) }))
          .sort((one, other) => one.away - other.away);
        expect(rowAt(compared, at, { ...view, radius: 40 })).toBe(ranked[0].away <= 40 ? ranked[0].row : -1);
      }
    const view = { camera, size, progress: 1, radius: 1e-6 };
    expect(rowAt(compared, spotOf(compared.maps, 4, view), view)).toBe(4);
  });

  test("colours are by the map asked for, the folder, or the way; gone pictures are not drawn", () => {
    const columns = imageColumns(
      ["/a", "/b", "/c"],
      Array.from({ length: 60 }, (_, index) => ({ folder: index % 3 })),
    );
    const facts = { indexes: compared.ids.map((id) => (id === 0 ? -1 : 59 - (id - 1000))), columns, classes: null, passes: null };
    const looks = (colour: "before" | "after" | "folder" | "moved") =>
      makeLooks(looksRequest(compared, facts, { colour, ground: "dark", selected: [3] }));
    const rgb = (colours: Uint8Array, row: number): number[] => [...colours.slice(4 * row, 4 * row + 3)];
    expect(rgb(looks("before").colours, 6)).toEqual([...colourOf(1)]);
    expect(rgb(looks("after").colours, 6)).toEqual([...colourOf(2)]);
    expect(rgb(looks("folder").colours, 6)).toEqual([...colourOf(columns.folderIndexes[53])]);
    expect(rgb(looks("moved").colours, 49)).not.toEqual(rgb(looks("moved").colours, 0));
    expect([...looks("before").order].sort((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, row) => row).filter((row) => row !== 9),
    );
    expect(looks("before").marks[3]).toBe(1);
    expect(looks("before").order.at(-1)).toBe(3);
  });
});

test("a map of few groups is coloured by folder, where there are folders", () => {
  const withGroups = (groups: number): RunComparison => {
    const made = comparison();
    return {
      ...made,
      maps: {
        ...made.maps,
        before: { ...made.maps.before, clusters: made.maps.before.clusters.map((_, row) => (row % (groups + 1)) - 1) },
      },
    };
  };
  expect(suitedColour(withGroups(3), 8)).toBe("folder");
  expect(suitedColour(withGroups(3), 1)).toBe("before");
  expect(suitedColour(withGroups(4), 8)).toBe("before");
});

describe("words", () => {
  test("a sample is called one", () => {
    expect(comparedWords(comparison())).toBe("All 50 pictures are compared.");
    expect(comparedWords({ ...comparison(), total: 12_400 })).toBe("50 of 12,400 pictures, drawn at random, are compared.");
  });

  test("what chance explains is not called a change", () => {
    expect(moveWords(comparison())).toMatch(/by 40 % or more of .* it is 2 %\. So the training rearranged the map\./);
    expect(moveWords(comparison({ typical: 0.08 }))).toMatch(/as a whole changed little/);
    expect(moveWords(comparison({ typical: 0.02 }))).toMatch(/only single pictures moved/);
    expect(moveWords(comparison({ typical: 0.001, chance: { typical: 0.004, reach: 0.01 } }))).toMatch(
      /moved by less than 1 % of .* it is less than 1 %/,
    );
  });

  test("shared neighbours are counted back from the share", () => {
    for (let shared = 0; shared <= 15; shared++) {
      const kept = new Float32Array(count).fill(shared / (30 - shared));
      const words = rowWords(comparison({ kept }), 20);
      expect(words).toBe(`moved 20 %, ${shared === 0 ? "none" : shared} of its 15 nearest ${shared < 2 ? "is" : "are"} the same`);
    }
  });

  test("pairs that are no copies are told, not listed", () => {
    expect(otherPairsWords({ pairs: [], refused: 0, unseen: 0 })).toBe("");
    expect(otherPairsWords({ pairs: [], refused: 3, unseen: 0 })).toBe("3 pairs looked at and no copies.");
    expect(otherPairsWords({ pairs: [{ a: 0, b: 1, relation: "same-scene", similarity: 0.9 }], refused: 1, unseen: 1200 })).toBe(
      "1 more looked at and no copies; 1,200 not looked at, less alike than these.",
    );
  });
});
