import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
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
  const first = openTensorFile(workspace, 100, null);
  expect(readdirSync(workspace).sort()).toEqual([first.path.slice(workspace.length + 1), "likeness.db"].sort());
  first.close();
  expect(existsSync(first.path)).toBe(false);
  expect(openTensorFile(workspace, 100, null).path).not.toBe(first.path);
});

test("in memory: for nobody else to read; what a dead process left long ago is removed, what one uses or used just now is not", () => {
  const [workspace, memory] = [temporaryFolder(), temporaryFolder()];
  const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
  const left = (pid: number, name: string, hours: number): void => {
    const path = join(memory, `likeness-${pid}-${name}.tensors.tmp`);
    writeFileSync(path, "");
    utimesSync(path, Date.now() / 1000 - hours * 3600, Date.now() / 1000 - hours * 3600);
  };
  left(dead, "aa", 2);
  left(dead, "bb", 0);
  left(process.pid, "cc", 2);
  writeFileSync(join(memory, "another's"), "");
  const file = openTensorFile(workspace, 100, memory);
  expect(file.path.startsWith(memory)).toBe(true);
  expect(statSync(file.path).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o600);
  const kept = [
    "another's",
    file.path.slice(memory.length + 1),
    `likeness-${dead}-bb.tensors.tmp`,
    `likeness-${process.pid}-cc.tensors.tmp`,
  ];
  expect(readdirSync(memory).sort()).toEqual(kept.sort());
  expect(readdirSync(workspace)).toEqual([]);
  file.close();
  expect(existsSync(file.path)).toBe(false);
});
