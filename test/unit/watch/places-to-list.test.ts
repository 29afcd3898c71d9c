/**
 * @file Which folders are listed again for what was said to have changed.
 */
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { bringsFolder, placesToList } from "#engine/watch/places-to-list.ts";

import { temporaryFolder } from "../../helpers/temporary-folder.ts";

const bytes = (path: string): Buffer => Buffer.from(path);

test("the folder of each file, outermost only; of what is gone the folder that is left", () => {
  const home = temporaryFolder("places");
  const root = join(home, "pictures");
  for (const folder of ["a/b", "c"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "a/b/1.jpg"), "x");
  const places = (...paths: string[]): string[] =>
    placesToList(
      paths.map((path) => ({ path: bytes(join(root, path)), isNew: false })),
      [bytes(root)],
    ).map(String);
  expect(places("a/b/1.jpg")).toEqual([join(root, "a/b")]);
  expect(places("a/b/1.jpg", "a/2.jpg", "c")).toEqual([join(root, "a"), join(root, "c")]);
  expect(places("gone/deep/3.jpg", "c/4.jpg")).toEqual([root]);
  expect(places("c/gone.jpg")).toEqual([join(root, "c")]);
  expect(placesToList([{ path: bytes(join(home, "pictures-2/1.jpg")), isNew: false }], [bytes(root)])).toEqual([]);
  expect(places(...Array.from({ length: 101 }, (_, at) => `many/${at}`))).toEqual([root]);
});

test("more folders than a hundred are listed as one; a folder that is away is not listed", () => {
  const home = temporaryFolder("places");
  const [root, other] = [join(home, "pictures"), join(home, "other")];
  mkdirSync(other);
  const hints = Array.from({ length: 101 }, (_, at) => {
    mkdirSync(join(root, `${at}`), { recursive: true });
    return { path: bytes(join(root, `${at}/1.jpg`)), isNew: true };
  });
  expect(placesToList(hints, [bytes(root), bytes(other)]).map(String)).toEqual([root]);
  expect(placesToList(hints.slice(1), [bytes(root), bytes(other)])).toHaveLength(100);
  rmSync(root, { recursive: true });
  expect(placesToList(hints, [bytes(root), bytes(other)])).toEqual([]);
});

test("a root that is a link to a folder is listed; a link below it is none", () => {
  const home = temporaryFolder("places");
  mkdirSync(join(home, "real/inner"), { recursive: true });
  const root = join(home, "link");
  symlinkSync(join(home, "real"), root);
  symlinkSync(join(home, "real/inner"), join(home, "real/loop"));
  const hint = (name: string): { path: Buffer; isNew: boolean } => ({ path: bytes(join(root, name)), isNew: true });
  expect(placesToList([hint("loop")], [bytes(root)]).map(String)).toEqual([root]);
  expect(bringsFolder([hint("loop"), hint("none")], bytes(root))).toBe(false);
  expect(bringsFolder([hint("loop"), hint("inner")], bytes(root))).toBe(true);
  expect(bringsFolder([{ ...hint("inner"), isNew: false }], bytes(root))).toBe(false);
  expect(bringsFolder([{ path: bytes(root), isNew: true }], bytes(root))).toBe(true);
  expect(bringsFolder([hint("inner")], bytes(join(home, "other")))).toBe(false);
});
