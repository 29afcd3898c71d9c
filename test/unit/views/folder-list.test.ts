/** @file Folders and wanted files of a folder, as a dialog shows them. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { listFolder } from "#engine/views/folder-list.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

test("folders, files with the wanted endings in any case, and how many pictures; hidden ones when asked for", () => {
  const home = temporaryFolder();
  for (const name of ["b10", "b9", ".secret", "folder.onnx"]) mkdirSync(join(home, name));
  for (const name of ["net.onnx", "NET2.ONNX", ".hidden.onnx", "a.jpg", "tokenizer.json", "onnx"]) writeFileSync(join(home, name), "12345");
  symlinkSync(join(home, "net.onnx"), join(home, "link.onnx"));
  symlinkSync(join(home, "gone"), join(home, "broken.onnx"));
  const names = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);
  const plain = listFolder(home, { hidden: false, endings: [] });
  expect(names(plain.folders)).toEqual(["b9", "b10", "folder.onnx"]);
  expect(plain).toMatchObject({ path: home, files: [], images: 1 });
  const models = listFolder(home, { hidden: false, endings: ["onnx"] });
  expect(names(models.files)).toEqual(["link.onnx", "net.onnx", "NET2.ONNX"]);
  expect(models.files[1]).toEqual({ name: "net.onnx", path: join(home, "net.onnx"), sizeBytes: 5 });
  expect(names(listFolder(home, { hidden: true, endings: ["onnx", "json"] }).files)).toEqual([".hidden.onnx", "link.onnx", "net.onnx", "NET2.ONNX", "tokenizer.json"]); // prettier-ignore
  expect(() => listFolder(join(home, "none"), { hidden: false, endings: [] })).toThrow(/does not exist/);
  expect(() => listFolder(join(home, "a.jpg"), { hidden: false, endings: [] })).toThrow(/is a file; expected a folder/);
});
