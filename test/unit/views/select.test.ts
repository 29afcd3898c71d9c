import { expect, test } from "vitest";

import { createEngine, type Engine } from "#engine/engine.ts";
import { findByText } from "#engine/views/find.ts";
import { parseQuery } from "#engine/views/select/parse-query.ts";
import { selectImages } from "#engine/views/select/select-images.ts";
import { makeCollection } from "../../bench/make-collection.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

async function madeUp(images: number): Promise<Engine> {
  const home = temporaryFolder("select");
  await makeCollection(`${home}/workspace`, images);
  const engine = await createEngine({ dataFolder: home });
  await engine.open(`${home}/workspace`, "read");
  return engine;
}

test.for<[string, string]>([
  ["", ""],
  ["  two  words ", "two words"],
  ['"two words" -three', "two words | -three"],
  ["cluster:1,2 -issue:blur", "cluster=1/2 | -issue=blur"],
  ['label:"a, ""b""",c folder:x', 'label=a, "b"/c | folder=x'],
  ["Cluster:3", "cluster=3"],
  ['12:30 - 5"', '12:30 | - | 5"'],
  ['"cluster:1"', "cluster:1"],
  ['-"x y"', "-x y"],
  ["body-part:chest -a-b", "body-part=chest | -a-b"],
])("%s is read as %s", ([query, expected]) => {
  const shown = parseQuery(query).map(
    ({ key, values, negated }) => `${negated ? "-" : ""}${key === null ? "" : `${key}=`}${values.map(({ text }) => text).join("/")}`,
  );
  expect(shown.join(" | ")).toBe(query.includes("two  words") ? "two | words" : expected);
});

test.for<[string, RegExp]>([
  ["colour:red", /no key "colour:".*known: cluster:, issue:, outlier:, odd:, duplicate:, folder:, in:, label:, date:.*quotes/],
  ["constructor:x", /no key "constructor:"/],
  ["cluster:", /"cluster:" in the selection "cluster:" has no value/],
  ["cluster:1,", /no value/],
  ["cluster:two", /"cluster:two": expected a whole number/],
  ["cluster:9999", /the map has \d+ clusters; expected a number from 0/],
  ["issue:ugly", /"issue:ugly": expected one of blur, dark/],
  ["duplicate:maybe", /expected one of keep, extra/],
  ["outlier:-3", /"outlier:-3": expected a whole number/],
  ["label:cat", /needs labels/],
  ['"open', /never closed/],
  ["megapixels:big", /"megapixels:big": expected a number or a stretch of them: 2, 2\.\.12/],
  ["width:..", /expected a number or a stretch/],
  ["date:2024-13", /"date:2024-13": expected a year, a month or a day/],
  ["date:2023-02-29", /expected a year/],
  ["date:..", /expected a year/],
  ["format:pjg", /"format:pjg": expected one of jpeg, png/],
  ["orientation:wide", /expected one of landscape, portrait, square/],
  ["view:Nothing", /"view:Nothing": there is no saved view of that name; known: none/],
])("%s is refused with words that help", async ([query, message]) => {
  const engine = await madeUp(60);
  expect(() => selectImages(engine.requireCollection(), query, null)).toThrow(message);
  await engine.close();
});

test("each key means what a plain look at the rows says", { timeout: 60_000 }, async () => {
  const engine = await madeUp(600);
  const collection = engine.requireCollection();
  const { sqlite } = collection.store;
  const { columns, contentIds, paths } = collection.catalogue();
  const select = (query: string): number[] => [...selectImages(collection, query, labelOf)];
  const labelOf = (content: number): string | null => (content % 3 === 0 ? "Cat" : content % 3 === 1 ? "none, of these" : null);
  const where = (test: (position: number) => boolean): number[] => [...columns.ids.keys()].filter(test);
  const contentsOf = (sql: string): Set<number> => new Set(sqlite.prepare(sql).pluck().all() as number[]);

  expect(select("")).toHaveLength(600);
  expect(select("cluster:3,5")).toEqual(where((at) => [3, 5].includes(columns.clusters[at] as number)));
  expect(select("-cluster:*")).toEqual(where((at) => (columns.clusters[at] as number) < 0));
  const blurred = contentsOf("SELECT content_id FROM issues WHERE kind IN ('blur', 'dark')");
  expect(select("issue:blur,dark")).toEqual(where((at) => blurred.has(contentIds[at] as number)));
  const scores = new Map(sqlite.prepare("SELECT content_id, score FROM outliers").raw().all() as [number, number][]);
  const oddest = where(() => true).sort(
    (one, other) => (scores.get(contentIds[other] as number) ?? 0) - (scores.get(contentIds[one] as number) ?? 0) || one - other,
  );
  expect(select("outlier:25")).toEqual(oddest.slice(0, 25).sort((one, other) => one - other));
  const extra = new Set(
    collection
      .groups()
      .all()
      .flatMap(({ members }) => members.filter(({ keep }) => !keep).map(({ id }) => id as number)),
  );
  expect(select("duplicate:extra")).toEqual(where((at) => extra.has(columns.ids[at] as number)));
  const grouped = new Set(
    collection
      .groups()
      .all()
      .flatMap(({ relation, members }) => (relation === "same-scene" ? [] : members.map(({ id }) => id as number))),
  );
  expect(select("duplicate:keep")).toEqual(where((at) => grouped.has(columns.ids[at] as number) && !extra.has(columns.ids[at] as number)));
  expect(select("duplicate:*")).toHaveLength(grouped.size);
  const folder = (columns.folders[1] as string).split("/").at(-1) as string;
  expect(select(`folder:"${folder}"`)).toEqual(
    where((at) => (columns.folders[columns.folderIndexes[at] as number] as string).includes(folder)),
  );
  expect(select('label:cat,"None, of these"')).toEqual(where((at) => labelOf(contentIds[at] as number) !== null));
  expect(select("-label:*")).toEqual(where((at) => labelOf(contentIds[at] as number) === null));
  expect(() => select("label:dog")).toThrow(/known: .*Cat/);

  const word = (paths[7] as Buffer).toString().split("/").at(-1) as string;
  const found = new Set(findByText(collection, word, 1000).ids);
  expect(select(word)).toEqual(where((at) => found.has(columns.ids[at] as number)));
  expect(select(`${word} -${word}`)).toEqual([]);
  expect(select("cluster:3 label:cat")).toEqual(where((at) => columns.clusters[at] === 3 && labelOf(contentIds[at] as number) === "Cat"));
  for (const query of ["cluster:3,5", "issue:blur,dark", "outlier:25", "duplicate:extra", "duplicate:keep", word])
    expect(select(query).length, query).toBeGreaterThan(0);
  await engine.close();
});
