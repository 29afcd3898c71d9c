/** @file The folder tree of the rail. */
import { expect, test } from "vitest";

import { folderTree, type FolderNode } from "../../../renderer/state/folder-tree.ts";

const shape = (node: FolderNode): unknown => [node.title, node.count, ...node.children.map(shape)];

test.for([
  [
    "starts at the first fork",
    ["/home/x/a", "/home/x/b"],
    [2, 3],
    [
      ["a", 2],
      ["b", 3],
    ],
  ],
  ["keeps a parent that holds images itself", ["/x", "/x/a"], [1, 2], [["x", 3, ["a", 2]]]],
  [
    "joins chains",
    ["/x/a/b/c", "/x/d"],
    [4, 1],
    [
      ["a / b / c", 4],
      ["d", 1],
    ],
  ],
  ["one folder", ["/home/x/pictures"], [7], [["pictures", 7]]],
  [
    "separate drives",
    ["C:\\a", "D:\\b"],
    [1, 2],
    [
      ["C: / a", 1],
      ["D: / b", 2],
    ],
  ],
  ["nothing", [], [], []],
] as const)("%s", ([, folders, counts, expected]) => {
  expect(folderTree(folders, counts).map(shape)).toEqual(expected);
});

test("paths are what the filter takes", () => {
  const [a] = folderTree(["/x/a/b", "/x/a/c", "/x/d"], [1, 1, 1]);
  expect([a.path, ...a.children.map((child) => child.path)]).toEqual(["/x/a", "/x/a/b", "/x/a/c"]);
});
