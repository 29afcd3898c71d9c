/** @file Which pictures pass the filter, in which order and sections. */
import { describe, expect, test } from "vitest";

import { noLabel, type LabelClass } from "#protocol/label-model.ts";
import { imageFlags, type ClassId, type ProjectId } from "#protocol/model.ts";

import { applyFilter, arrange, folderTitles, isInside, noFilter } from "../../../renderer/state/arrange.ts";
import { imageColumns } from "../../helpers/image-columns.ts";

const folders = ["/p/a", "/p/a/b", "/p/ab"];
const columns = imageColumns(folders, [
  { folder: 0, name: "10.jpg", time: Date.UTC(2024, 0, 5), size: 30, cluster: 1, percentile: 99.5, flags: imageFlags.duplicate },
  { folder: 0, name: "9.jpg", time: Date.UTC(2024, 0, 9), size: 10, cluster: 1, percentile: 3 },
  { folder: 1, name: "a.jpg", time: Date.UTC(2023, 5, 5), size: 20, cluster: 2, flags: imageFlags.issue },
  { folder: 2, name: "B.jpg", time: Number.NaN, size: 30, percentile: 100, flags: imageFlags.sameScene },
]);
const indexes = (found: Int32Array): number[] => [...found];

describe("applyFilter", () => {
  test.for([
    ["nothing", {}, [0, 1, 2, 3]],
    ["a folder with what is below it, not one whose name begins alike", { folder: "/p/a" }, [0, 1, 2]],
    ["a cluster", { cluster: 1 }, [0, 1]],
    ["duplicates, without same scenes", { flag: "duplicate" }, [0]],
    ["same scenes", { flag: "same-scene" }, [3]],
    ["odd ones; unknown percentiles do not count", { flag: "odd" }, [0, 3]],
    ["an issue by ids", { issue: { kind: "blur", ids: new Set([30]) } }, [2]],
    ["several at once", { folder: "/p/a", search: { text: "x", ids: new Set([20, 30, 40]) } }, [1, 2]],
  ] as const)("%s", ([, change, expected]) => {
    expect(indexes(applyFilter(columns, { ...noFilter, ...change }))).toEqual(expected);
  });
});

describe("a ranking", () => {
  const ranking = (ids: readonly number[], most: number) => ({
    text: "x",
    ids: new Set(ids),
    ranked: { places: new Map(ids.map((id, place) => [id, place])), similarities: Float32Array.from(ids, (_, at) => 1 - at / 10), most },
  });

  test("the most alike of those that pass the other filters, the most alike first, whatever the order is", () => {
    const search = ranking([40, 20, 30, 10], 2);
    const visible = applyFilter(columns, { ...noFilter, search });
    expect(indexes(visible)).toEqual([1, 3]);
    const { order, sections } = arrange(columns, visible, "name", search.ranked);
    expect(indexes(order)).toEqual([3, 1]);
    expect(sections).toEqual([{ start: 0, count: 2, label: "" }]);
    expect(indexes(applyFilter(columns, { ...noFilter, search, folder: "/p/a" }))).toEqual([1, 2]);
    expect(indexes(applyFilter(columns, { ...noFilter, search: ranking([40, 20, 30, 10], 9) }))).toEqual([0, 1, 2, 3]);
    expect(indexes(applyFilter(columns, { ...noFilter, search: ranking([30], 9) }))).toEqual([2]);
  });
});

describe("applyFilter by labels", () => {
  const none = noLabel.class;
  const classes = [7, 8].map((id) => ({ id }) as LabelClass);
  const labels = {
    // Given the first; told the second; told the first; neither.
    facts: {
      version: columns.version,
      given: Uint16Array.of(0, none, none, none),
      sources: new Uint8Array(4),
      told: Uint16Array.of(1, 1, 0, none),
      confidences: new Float32Array(4),
    },
    project: { id: 1 as ProjectId, name: "", classes, undo: null, redo: null },
  };
  const [first, second, gone] = [7, 8, 9] as ClassId[];
  test.for([
    ["a class, given or told; what is labelled is no longer told to be another", { labelClass: first }, [0, 2]],
    ["the other class", { labelClass: second }, [1]],
    ["a class that is gone", { labelClass: gone }, []],
    ["labelled", { labelState: "labelled" }, [0]],
    ["told", { labelState: "predicted" }, [1, 2]],
    ["neither", { labelState: "unsure" }, [3]],
    ["told to be of a class, in a folder", { labelClass: first, labelState: "predicted", folder: "/p/a" }, [2]],
  ] as const)("%s", ([, change, expected]) => {
    expect(indexes(applyFilter(columns, { ...noFilter, ...change }, labels))).toEqual(expected);
  });

  test("labels of another version are not looked at", () => {
    const old = { ...labels, facts: { ...labels.facts, version: columns.version + 1 } };
    expect(indexes(applyFilter(columns, { ...noFilter, labelState: "labelled" }, old))).toEqual([0, 1, 2, 3]);
    expect(indexes(applyFilter(columns, { ...noFilter, labelState: "labelled" }))).toEqual([0, 1, 2, 3]);
  });
});

describe("arrange", () => {
  const all = Int32Array.from([0, 1, 2, 3]);
  test("by folder: sections titled from the common parent on", () => {
    const { order, sections } = arrange(columns, all, "folder");
    expect(indexes(order)).toEqual([0, 1, 2, 3]);
    expect(sections).toEqual([
      { start: 0, count: 2, label: "a" },
      { start: 2, count: 1, label: "a / b" },
      { start: 3, count: 1, label: "ab" },
    ]);
  });
  test("a collection of one folder needs no heads", () => {
    const single = imageColumns(["/p"], [{}, {}]);
    expect(arrange(single, Int32Array.from([0, 1]), "folder").sections).toEqual([{ start: 0, count: 2, label: "" }]);
  });
  test("by date: newest first, in months; without a date last", () => {
    const { order, sections } = arrange(columns, all, "date");
    expect(indexes(order)).toEqual([1, 0, 2, 3]);
    expect(sections.map((section) => section.count)).toEqual([2, 1, 1]);
    expect(sections[2].label).toBe("Without a date");
  });
  test("oddest first, unknown last; largest first, equal ones in their order; names as people count", () => {
    expect(indexes(arrange(columns, all, "odd").order)).toEqual([3, 0, 1, 2]);
    expect(indexes(arrange(columns, all, "size").order)).toEqual([0, 3, 2, 1]);
    expect(indexes(arrange(columns, all, "name").order)).toEqual([1, 0, 2, 3]);
  });
  test("nothing to show", () => {
    expect(arrange(columns, new Int32Array(0), "date")).toEqual({ order: new Int32Array(0), sections: [] });
  });
});

test("folders on Windows are inside each other too", () => {
  expect(isInside("C:\\p\\a", "C:\\p")).toBe(true);
  expect(isInside("C:\\pa", "C:\\p")).toBe(false);
  expect(isInside("/anything", "/")).toBe(true);
});

test("a folder that is itself the common parent is titled by its last part", () => {
  expect(folderTitles(["/x/y", "/x/y/z"])).toEqual(["y", "z"]);
});
