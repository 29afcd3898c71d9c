import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { labelsFromFolders, writeLabelsTable } from "#engine/stages/label-tables.ts";
import { readLabelsTable } from "#engine/stages/labels-table.ts";
import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { addFolder } from "#engine/store/queries/folders.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** Files of a collection with one folder, pictures/; each has the content that its letter names. */
function collection(files: Readonly<Record<string, string>>): { store: WriteStore; home: string } {
  const home = temporaryFolder();
  const opened = openForWriting(join(home, "workspace"));
  onTestFinished(() => opened.close());
  const { store } = opened;
  mkdirSync(join(home, "pictures"));
  addFolder(store, Buffer.from(join(home, "pictures")), 1);
  for (const [name, letter] of Object.entries(files)) {
    const contentId = saveContent(store, { hash: letter.repeat(32), sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
    const path = Buffer.from(join(home, "pictures", name));
    saveFile(store, { path, sizeBytes: 1, modifiedUs: 1, isLink: false, state: "image", contentId, error: null, scanId: 1, outcome: "added" }); // prettier-ignore
  }
  return { store, home };
}

test("the folder is the class; the collection's own folder is none; copies in two folders are told and left out", () => {
  const { store, home } = collection({ "top.jpg": "a", "cat/1.jpg": "b", "cat/2.jpg": "b", "animals/dog/1.jpg": "c", "cat/torn.jpg": "d", "cow/torn.jpg": "d", "cow/1.jpg": "e" }); // prettier-ignore
  const { contentIds, labels, names, unknown } = labelsFromFolders(store);
  expect(Object.fromEntries(Array.from(contentIds, (id, at) => [id, names[labels[at]]]))).toEqual({
    2: "cat",
    3: "animals/dog",
    5: "cow",
  });
  expect(unknown).toEqual([join(home, "pictures/cow/torn.jpg")]);
});

test("what is written is read again, whatever the names", () => {
  const { store, home } = collection({ 'a "quoted", name.jpg': "a", "b.jpg": "b", "copy of b.jpg": "b" });
  const classes = ['cat, "big"', " spaced"].map((name, at) => ({
    id: at + 7,
    project_id: 1,
    name,
    colour: 0,
    key: null,
    kind: "normal" as const,
  }));
  const labels = [1, 2, 99].map((contentId, at) => ({ contentId, classId: at === 0 ? 7 : 8, source: "clicked" as const }));
  const file = join(home, "labels.csv");
  // Content 99 is in no file any more.
  expect(writeLabelsTable(store, file, { classes, labels })).toEqual(labels.slice(0, 2));
  expect(readFileSync(file, "utf8").split("\n")).toHaveLength(5);
  const again = readLabelsTable(store, file);
  expect(Array.from(again.contentIds, (id, at) => [id, again.names[again.labels[at]]])).toEqual([
    [1, 'cat, "big"'],
    [2, "spaced"],
  ]);
});

test("a table inside the image folder is refused", () => {
  const { store, home } = collection({ "a.jpg": "a" });
  expect(() => writeLabelsTable(store, join(home, "pictures/labels.csv"), { classes: [], labels: [] })).toThrow(
    /lies inside the image folder/,
  );
});
