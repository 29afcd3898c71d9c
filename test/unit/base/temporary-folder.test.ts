/** @file Temporary folders: new each time, private, and those of dead processes go. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { makeTemporaryFolder } from "#engine/base/temporary-folder.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("what a dead process left of this kind goes, everything else stays", () => {
  const parent = temporaryFolder();
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  for (const name of [`kind-${pid}-1`, `other-${pid}-1`, `kind-${pid}-x`, `kind-${process.ppid}-1`]) mkdirSync(join(parent, name));
  const one = makeTemporaryFolder(parent, "kind-");
  const other = makeTemporaryFolder(parent, "kind-");
  expect(one).not.toBe(other);
  expect(statSync(one).mode & 0o777).toBe(0o700);
  const names = [one, other].map((path) => path.slice(parent.length + 1));
  expect(readdirSync(parent).sort()).toEqual([...names, `other-${pid}-1`, `kind-${pid}-x`, `kind-${process.ppid}-1`].sort());
});
