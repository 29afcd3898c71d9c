import { expect, test } from "vitest";

import { parseQuery, writeQuery } from "#protocol/query.ts";
import type { ClassId } from "#protocol/model.ts";
import { endsOfRange } from "../../../renderer/app/filters/range-ends.ts";
import { noFilter, type FilterSet } from "../../../renderer/state/arrange.ts";
import { filterOfQuery, queryOfFilter } from "../../../renderer/state/filter-query.ts";
import { termText } from "../../../renderer/widgets/facet-words.ts";

const nameOf = (id: ClassId): string | undefined => ((id as number) === 1 ? "Cats, and dogs" : undefined);
const clauses = { terms: parseQuery('camera:"Z 6" -date:2024'), ids: null };
const ids = new Set<number>();

test.for<[Partial<FilterSet>, string, number]>([
  [{}, "", 0],
  [{ folder: "/p/a b", cluster: 3 }, 'in:"/p/a b" cluster:3', 0],
  [{ flag: "odd", issue: { kind: "blur", ids } }, "odd:99.. issue:blur", 0],
  [{ flag: "same-scene", percentiles: { from: 12.345, to: 50 } }, "duplicate:scene odd:12.35..50", 0],
  [{ labelClass: 1 as ClassId }, 'label:"Cats, and dogs"', 1],
  [{ labelState: "unsure", clauses }, 'camera:"Z 6" -date:2024', 1],
  [{ search: { text: "img 5", ids } }, "img 5", 0],
  [{ search: { text: "dogs", ids, ranked: { places: new Map(), similarities: new Float32Array(), most: 9 } } }, "", 1],
])("%j is the selection %s", ([change, query, leftOut]) => {
  const found = queryOfFilter({ ...noFilter, ...change }, nameOf);
  expect(writeQuery(found.terms)).toBe(query);
  expect(found.leftOut).toHaveLength(leftOut);
});

test.for<[string, Partial<FilterSet>, string]>([
  ['in:"/p/a b" cluster:3 camera:x', { folder: "/p/a b", cluster: 3 }, "camera:x"],
  ["duplicate:* -cluster:3 cluster:1,2", { flag: "duplicate" }, "-cluster:3 cluster:1,2"],
  ['odd:99.. duplicate:scene in:"/a" in:"/b"', { flag: "odd", folder: "/a" }, 'duplicate:scene in:"/b"'],
])("the selection %s is shown in parts of the app's own where it can be", ([query, own, rest]) => {
  const { filter, terms } = filterOfQuery(parseQuery(query));
  expect(filter).toEqual({ ...noFilter, ...own });
  expect(writeQuery(terms)).toBe(rest);
});

test.for<[string, string]>([
  ['camera:"Z 6",x', "Camera: Z 6 or x"],
  ["-camera:*", "No camera"],
  ["-format:png", "Format: not PNG"],
  ["megapixels:..8", "Megapixels: up to 8"],
  ["date:2019..", "Date: from 2019"],
  ["camera:a,b,c,d", "Camera: a, b and 2 more"],
  ["-beach", "Without “beach”"],
  ["unknown:x", "unknown:x"],
])("%s is said as %s", ([query, text]) => expect(termText(parseQuery(query)[0])).toBe(text));

test.for<["date" | "megapixels", string, [string, string] | null]>([
  ["date", "date:2024-02", ["2024-02-01", "2024-02-29"]],
  ["date", "date:2023..2024-05-17", ["2023-01-01", "2024-05-17"]],
  ["date", "date:..2024", ["", "2024-12-31"]],
  ["date", "date:2023,2024", null],
  ["date", "-date:2023", null],
  ["megapixels", "megapixels:2..", ["2", ""]],
  ["megapixels", "megapixels:8", ["8", "8"]],
])("fields of %s for %s", ([key, query, expected]) => {
  const ends = endsOfRange(key, parseQuery(query)[0]);
  expect(ends === null ? null : [ends.fromText, ends.toText]).toEqual(expected);
});
