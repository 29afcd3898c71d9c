/** @file Which two folders a leakage check begins with. */
import { expect, test } from "vitest";

import { areApart, folderChoices, likelyPair } from "../../../renderer/state/folder-choices.ts";
import { folderTree } from "../../../renderer/state/folder-tree.ts";

const choicesOf = (folders: readonly string[]): ReturnType<typeof folderChoices> =>
  folderChoices(
    folderTree(
      folders,
      folders.map(() => 2),
    ),
  );

test("folders stand below their parents, with what they hold in all", () => {
  expect(choicesOf(["/d/a", "/d/a/x", "/d/b"])).toEqual([
    { path: "/d/a", title: "a", depth: 0, count: 4 },
    { path: "/d/a/x", title: "x", depth: 1, count: 2 },
    { path: "/d/b", title: "b", depth: 0, count: 2 },
  ]);
});

test("what is tested goes before what was trained on, else the first two that are apart", () => {
  expect(likelyPair(choicesOf(["/d/train", "/d/test"]))).toEqual({ a: "/d/test", b: "/d/train" });
  expect(likelyPair(choicesOf(["/d/images/train/cat", "/d/images/train/dog", "/d/images/val/cat"]))).toMatchObject({
    b: "/d/images/train",
  });
  expect(likelyPair(choicesOf(["/d/a", "/d/a/x", "/d/b"]))).toEqual({ a: "/d/a", b: "/d/b" });
  expect(likelyPair(choicesOf(["/d/latest", "/d/training day"]))).toEqual({ a: "/d/latest", b: "/d/training day" });
  expect(likelyPair(choicesOf(["/d/a"]))).toBeNull();
});

test("a name that only begins alike is another folder", () => {
  expect([areApart("/a/b", "/a/bc"), areApart("/a/b", "/a/b/c"), areApart("/a", "/a"), areApart("C:\\a", "C:\\a\\b")]).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
