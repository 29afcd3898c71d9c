import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { openTensorFile } from "#engine/stages/tensor-file.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("nobody gets a place that another one has, and places are used again", () => {
  const file = openTensorFile(temporaryFolder(), 100);
  expect([file.take(), file.take(), file.take()]).toEqual([0, 100, 200]);
  file.giveBack(100);
  expect([file.take(), file.take()]).toEqual([100, 300]);
});

test("each has a file of its own; what a killed one left is removed, and nothing else", () => {
  const workspace = temporaryFolder();
  writeFileSync(join(workspace, "1-1.tensors.tmp"), "left");
  writeFileSync(join(workspace, "likeness.db"), "kept");
  const first = openTensorFile(workspace, 100);
  expect(readdirSync(workspace).sort()).toEqual([first.path.slice(workspace.length + 1), "likeness.db"].sort());
  first.close();
  expect(existsSync(first.path)).toBe(false);
  expect(openTensorFile(workspace, 100).path).not.toBe(first.path);
});
