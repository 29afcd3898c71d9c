/** @file The layout of the grid: rows, squares, sections, steps, and the keys that walk it. */
import { describe, expect, test } from "vitest";

import { createRandom } from "#engine/base/random.ts";

import { keyTarget, selectModeOf } from "../../../renderer/widgets/grid/grid-keys.ts";
import { JustifiedLayout, type LayoutInput } from "../../../renderer/widgets/grid/justified-layout.ts";

const gap = 4;

function input(count: number, change: Partial<LayoutInput> = {}): LayoutInput {
  const random = createRandom(7);
  return {
    order: Int32Array.from({ length: count }, (_, index) => index),
    widths: Int32Array.from({ length: count }, () => 100 + random.below(900)),
    heights: Int32Array.from({ length: count }, () => 100 + random.below(900)),
    sections: [{ start: 0, count, label: "" }],
    width: 1000,
    targetHeight: 160,
    gap,
    square: false,
    headHeight: 40,
    captionHeight: 0,
    ...change,
  };
}

function whole(given: LayoutInput): JustifiedLayout {
  const layout = new JustifiedLayout(given);
  layout.step(Infinity);
  return layout;
}

describe("JustifiedLayout", () => {
  test("every row but a section's last fills the width exactly, in order, with one gap between neighbours", () => {
    const layout = whole(input(500));
    let next = 0;
    for (let row = 0; row < layout.rowCount; row++) {
      expect(layout.rowStarts[row]).toBe(next);
      next = layout.rowEnds[row];
      for (let position = layout.rowStarts[row] + 1; position < next; position++) {
        const space = layout.lefts[position] - layout.lefts[position - 1] - layout.cellWidths[position - 1];
        expect(Math.abs(space - gap)).toBeLessThanOrEqual(1);
      }
      const last = next - 1;
      if (row < layout.rowCount - 1) expect(layout.lefts[last] + layout.cellWidths[last]).toBe(1000);
      // A row is never further from the wished height than one picture more or less makes it.
      expect(layout.rowHeights[row]).toBeGreaterThan(160 * 0.6);
      expect(layout.rowHeights[row]).toBeLessThan(160 * 1.7);
    }
    expect(next).toBe(500);
  });

  test("steps of any size end in the same layout; rows laid out never move; the estimate becomes exact", () => {
    const given = input(3000);
    const once = whole(given);
    const stepped = new JustifiedLayout(given);
    const seen: number[] = [];
    while (!stepped.finished) {
      stepped.step(1 + ((seen.length * 37) % 91));
      seen.push(stepped.rowTops[0], stepped.rowHeights[0]);
      expect(stepped.estimatedHeight()).toBeGreaterThan(once.height * 0.5);
    }
    expect(stepped.rowTops).toEqual(once.rowTops);
    expect(stepped.lefts).toEqual(once.lefts);
    expect(stepped.estimatedHeight()).toBe(once.height);
    expect(new Set(seen).size).toBe(2);
  });

  test("a titled section begins with a head row; an untitled one does not", () => {
    const layout = whole(
      input(3, {
        widths: new Int32Array(3).fill(100),
        heights: new Int32Array(3).fill(100),
        sections: [
          { start: 0, count: 1, label: "" },
          { start: 1, count: 2, label: "b" },
        ],
      }),
    );
    // Row 0: one square of 160; row 1: the head; row 2: two squares.
    expect([...layout.rowTops.slice(0, 3)]).toEqual([0, 164, 204]);
    expect([layout.isHead(0), layout.isHead(1), layout.isHead(2)]).toEqual([false, true, false]);
    expect(layout.height).toBe(368);
  });

  test("shapes beyond the limits, and files without a size, get a bounded cell", () => {
    const layout = whole(input(3, { widths: Int32Array.from([8000, 10, 0]), heights: Int32Array.from([10, 8000, 0]) }));
    // 160 x 3.2, 160 x 0.45, 160 x 1
    expect([...layout.cellWidths]).toEqual([512, 72, 160]);
  });

  test("squares: as many columns as fit, all of one size", () => {
    const layout = whole(input(20, { square: true }));
    // (1000 + 4) / (160 + 4) = 6.1, so 6 columns of (1000 - 20) / 6 = 163.3
    expect(layout.rowEnds[0]).toBe(6);
    expect(layout.rowHeights[0]).toBe(163);
    expect(layout.lefts[5] + layout.cellWidths[5]).toBe(1000);
  });

  test("rowAt finds the row under a height by halving", () => {
    const layout = whole(input(400));
    for (let row = 0; row < layout.rowCount; row++) {
      expect(layout.rowAt(layout.rowTops[row])).toBe(row);
      expect(layout.rowAt(layout.rowTops[row] + layout.rowHeights[row] - 0.5)).toBe(row);
    }
    expect(layout.rowAt(-50)).toBe(0);
    expect(layout.rowAt(1e9)).toBe(layout.rowCount - 1);
  });

  test("nothing, and a window narrower than a picture", () => {
    expect(whole(input(0, { sections: [] })).height).toBe(0);
    const narrow = whole(input(5, { width: 40 }));
    expect(narrow.rowCount).toBe(5);
    expect(Math.max(...narrow.cellWidths)).toBeLessThanOrEqual(40);
  });
});

describe("keys", () => {
  const layout = whole(
    input(12, {
      square: true,
      sections: [
        { start: 0, count: 8, label: "a" },
        { start: 8, count: 4, label: "b" },
      ],
    }),
  );
  const target = (key: string, position: number): number | null =>
    keyTarget({ event: { key, altKey: false }, layout, position, pageHeight: 400 });
  test.for([
    // Six columns: rows are 0-5, 6-7 and, after a head, 8-11.
    ["ArrowRight", 5, 6],
    ["ArrowLeft", 0, 0],
    ["ArrowDown", 1, 7],
    ["ArrowDown", 5, 7],
    ["ArrowDown", 7, 9],
    ["ArrowUp", 8, 6],
    ["ArrowUp", 2, 2],
    ["Home", 9, 0],
    ["End", 2, 11],
    // Row tops are 0, 167, 374 (after the head): the last within 400.
    ["PageDown", 0, 8],
    ["ArrowRight", -1, 0],
  ] as const)("%s at %d goes to %d", ([key, from, to]) => {
    expect(target(key, from)).toBe(to);
  });
  test("other keys are not for moving", () => {
    expect(target("a", 3)).toBeNull();
    expect(keyTarget({ event: { key: "ArrowLeft", altKey: true }, layout, position: 3, pageHeight: 400 })).toBeNull();
  });
  test("Shift wins over Ctrl; Cmd counts as Ctrl", () => {
    const keys = { ctrlKey: false, metaKey: false, shiftKey: false };
    expect(selectModeOf(keys)).toBe("only");
    expect(selectModeOf({ ...keys, metaKey: true })).toBe("toggle");
    expect(selectModeOf({ ...keys, ctrlKey: true, shiftKey: true })).toBe("range");
  });
});
