/** @file Duplicates of a real collection: between folders, what was said to be none over a new reading and moved files, marks by another rule. */
import { readFileSync, renameSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readCsv } from "#engine/base/csv.ts";
import { plainKeepRule } from "#protocol/duplicates-contract.ts";
import type { DuplicateGroup } from "#protocol/duplicate-model.ts";
import type { ImageId } from "#protocol/model.ts";
import { readRaw } from "#engine/store/statements.ts";
import { indexedCollection, type IndexedCollection } from "../../helpers/indexed-collection.ts";
import { indexNow, pathsOf } from "../../helpers/in-process.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

describe("duplicates of a collection", () => {
  const home = temporaryFolderFor(beforeAll, "home");
  let made: IndexedCollection;
  beforeAll(async () => {
    made = await indexedCollection(home());
  }, 120_000);
  afterAll(() => made.engine.close());

  const path = (name: string): string => join(made.folder, name);
  const call = <M extends "duplicates.groups" | "duplicates.between" | "duplicates.apart">(
    method: M,
    params: Parameters<(typeof made.engine.handlers)[M]>[0],
  ): ReturnType<(typeof made.engine.handlers)[M]> =>
    (made.engine.handlers[method] as (params: unknown, context: unknown) => ReturnType<(typeof made.engine.handlers)[M]>)(
      params,
      made.engine.context,
    );
  const idOf = (name: string): ImageId => {
    const at = pathsOf(made.engine).indexOf(path(name));
    return made.engine.requireCollection().catalogue().columns.ids[at] as ImageId;
  };
  const groupWith = async (name: string): Promise<DuplicateGroup | undefined> =>
    (await call("duplicates.groups", { offset: 0, limit: 1000 })).groups.find(
      ({ relation, members }) => relation !== "same-scene" && members.some((member) => member.path === path(name)),
    );

  test("between two folders: the planted copies and no pair on one side, as a table too", async () => {
    const { groups, total, a, b } = await call("duplicates.between", { a: path("hostile"), b: path("kind-1"), offset: 0, limit: 100 });
    expect(a).toEqual({ folder: path("hostile"), images: 8, shared: 8, scenes: 0 });
    expect(b).toEqual({ folder: path("kind-1"), images: 8, shared: 8, scenes: 0 });
    const copies = groups.filter(({ relation }) => relation === "identical-file");
    expect([total, copies.length]).toEqual([groups.length, 8]);
    for (const { members, pairs } of groups) {
      const paths = new Map(members.map((member) => [member.id, member.path]));
      for (const pair of pairs) {
        expect(paths.get(pair.a)).toContain("/hostile/");
        expect(paths.get(pair.b)).toContain("/kind-1/");
      }
    }
    const out = join(home(), "between.csv");
    const written = made.engine.handlers["duplicates.exportBetween"]({ a: path("hostile"), b: path("kind-1"), out }, made.engine.context);
    const [head, ...rows] = readCsv(readFileSync(out, "utf8"));
    expect(head).toEqual(["a", "b", "relation", "score"]);
    expect(await written).toEqual({ file: out, pairs: rows.length });
    expect(() => made.engine.handlers["duplicates.exportBetween"]({ a: "hostile", b: "kind-1", out: path("x.csv") }, made.engine.context)).toThrow(/lies inside the image folder/); // prettier-ignore
  });

  test("folders may be named from the collection's own; the strictness counts there too", async () => {
    const strict = { offset: 0, limit: 100, least: "identical-file" as const };
    expect((await call("duplicates.between", { a: "hostile", b: `${made.folder}/kind-1/`, ...strict })).total).toBe(8);
    expect((await call("duplicates.between", { a: "kind-0", b: "kind-1", ...strict })).total).toBe(0);
  });

  test.each([
    ["kind-1", "kind-1", /Both folders are .*kind-1; expected two folders of which neither lies in the other/],
    ["", "kind-1", /kind-1 lies inside .*pictures; expected two folders/],
    ["kind-1", "", /kind-1 lies inside .*pictures; expected two folders/],
    ["kind-1", "../elsewhere", /elsewhere is outside of this collection; expected a folder in .*pictures/],
    ["kind-1", "kind-9", /No image of this collection lies in .*kind-9/],
  ])("between %j and %j is refused in words", (a, b, message) => {
    expect(() => call("duplicates.between", { a: join(made.folder, a), b: join(made.folder, b), offset: 0, limit: 1 })).toThrow(message);
  });

  test("no duplicate: left out at once, listed, kept over a new reading and a moved file, undone and redone", async () => {
    const { handlers, context } = made.engine;
    const before = await groupWith("small.jpg");
    const others = (before?.members ?? []).filter((member) => member.path !== path("small.jpg"));
    expect(others).toHaveLength(3);
    const small = idOf("small.jpg");
    const pairs = Int32Array.from(others.flatMap(({ id }) => [small, id]));
    // copy.jpg holds the very bytes of picture-0.jpg: two pairs of contents.
    expect(await handlers["duplicates.setApart"]({ pairs, apart: true }, context)).toEqual({
      changed: 2,
      undo: "say that 2 pairs of pictures are no duplicates",
      redo: null,
    });
    const kept = made.engine.requireCollection().catalogue().columns.flags;
    made.engine.requireCollection().invalidate();
    expect(made.engine.requireCollection().catalogue().columns.flags).toEqual(kept);
    const without = async (): Promise<void> => {
      expect(await groupWith("small.jpg")).toBeUndefined();
      expect((await groupWith("again.png"))?.members).toHaveLength(3);
      const listed = await call("duplicates.apart", { offset: 0, limit: 10 });
      expect(listed.total).toBe(2);
      expect(listed.pairs.every(({ a, b, relation }) => [a, b].includes(idOf("small.jpg")) && relation === "same-picture")).toBe(true);
    };
    await without();
    await indexNow(made.engine, [made.folder]);
    await without();
    renameSync(path("small.jpg"), path("kind-2/small.jpg"));
    await indexNow(made.engine, [made.folder]);
    expect(await groupWith("kind-2/small.jpg")).toBeUndefined();
    renameSync(path("kind-2/small.jpg"), path("small.jpg"));
    await indexNow(made.engine, [made.folder]);
    await without();
    expect(await handlers["duplicates.undoApart"]({}, context)).toMatchObject({ what: "say that 2 pairs of pictures are no duplicates" });
    expect((await groupWith("small.jpg"))?.members).toHaveLength(4);
    expect(await handlers["duplicates.redoApart"]({}, context)).toMatchObject({ redo: null });
    await without();
    await handlers["duplicates.setApart"]({ pairs, apart: false }, context);
    expect((await groupWith("small.jpg"))?.members).toHaveLength(4);
  });

  test("files with the same bytes cannot be told apart", () => {
    const pairs = Int32Array.of(idOf("copy.jpg"), idOf("kind-0/picture-0.jpg"));
    expect(() => made.engine.handlers["duplicates.setApart"]({ pairs, apart: true }, made.engine.context)).toThrow(
      /copy\.jpg and .*picture-0\.jpg hold the very same bytes/,
    );
  });

  test("strictness lets through what it says", async () => {
    const relations = async (least: "identical-file" | "identical-pixels"): Promise<Set<string>> =>
      new Set((await call("duplicates.groups", { offset: 0, limit: 1000, least })).groups.map(({ relation }) => relation));
    expect(await relations("identical-file")).toEqual(new Set(["identical-file"]));
    expect(await relations("identical-pixels")).toEqual(new Set(["identical-file", "identical-pixels"]));
    const { total } = await call("duplicates.groups", { offset: 0, limit: 0, least: "same-picture", score: 1, relation: "same-picture" });
    expect(total).toBe(0);
  });

  test("the copies are those that no group keeps", async () => {
    const { groups } = await call("duplicates.groups", { offset: 0, limit: 1000 });
    const { ids } = await made.engine.handlers["duplicates.copies"]({}, made.engine.context);
    const expected = groups.flatMap(({ members }) => members.filter(({ keep }) => !keep).map(({ id }) => id));
    expect(new Set(ids)).toEqual(new Set(expected));
    expect(ids.length).toBe(made.engine.requireCollection().summary().counts.copies);
  });

  test("another rule is tried first, then moves the marks and nothing else", async () => {
    const { handlers, context } = made.engine;
    const keptOf = async (): Promise<string[]> => ((await groupWith("small.jpg"))?.members ?? []).filter(({ keep }) => keep).map((member) => member.path); // prettier-ignore
    expect(await keptOf()).not.toEqual([path("again.png")]);
    const rule = {
      ...plainKeepRule,
      order: ["folder", ...plainKeepRule.order.filter((each) => each !== "folder")] as const,
      folder: path("kind-1"),
    };
    const preview = await handlers["duplicates.previewRule"]({ rule }, context);
    expect(preview.groups).toBe(0);
    const png = { order: ["name" as const, "compression" as const], folder: null, newest: false };
    const other = await handlers["duplicates.previewRule"]({ rule: png }, context);
    expect(other.groups).toBe(1);
    expect(other.examples).toMatchObject([{ then: { path: path("again.png"), reason: "least compressed" } }]);
    expect(await keptOf()).not.toEqual([path("again.png")]);
    await handlers["duplicates.setRule"]({ rule: png }, context);
    expect(await keptOf()).toEqual([path("again.png")]);
    expect(await handlers["duplicates.rule"]({}, context)).toEqual({ rule: png });
    await handlers["duplicates.setRule"]({ rule: plainKeepRule }, context);
    expect(() => handlers["duplicates.setRule"]({ rule: { ...png, order: ["date", "date"] } }, context)).toThrow(/names date twice/);
  });

  test("the quality of JPEGs is stored when they are read", () => {
    const { store } = made.engine.requireCollection();
    const found = readRaw<[string, number | null]>(store, "SELECT format, jpeg_quality FROM contents WHERE error_code IS NULL");
    expect(new Set(found.map(([format, quality]) => `${format} ${quality}`))).toEqual(new Set(["jpeg 90", "jpeg 92", "png null"]));
  });
});
