/** @file A file that is there, one that is not, and one that cannot be read. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { beforeAll, expect, test } from "vitest";

import { readIfThere } from "#engine/base/read-if-there.ts";
import { temporaryFolderFor } from "../../helpers/temporary-folder.ts";

const folder = temporaryFolderFor(beforeAll, "read");

test("what is there is read, what is not is null, and other trouble is thrown", () => {
  writeFileSync(join(folder(), "file"), "text");
  mkdirSync(join(folder(), "folder"));
  expect(readIfThere(join(folder(), "file"))?.toString()).toBe("text");
  expect(readIfThere(join(folder(), "other"))).toBeNull();
  expect(() => readIfThere(join(folder(), "folder"))).toThrow(/EISDIR/);
});
