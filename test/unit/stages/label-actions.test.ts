/** @file Labels as every host has them, over a real store of a few rows: what a table would do, and what a person keeps. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import type { LabelActions } from "#engine/label-actions.ts";
import { openForWriting } from "#engine/store/database.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { addFolder } from "#engine/store/queries/folders.ts";
import type { ProjectId } from "#protocol/model.ts";
import { testEngine } from "../../helpers/in-process.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** A collection of a.jpg, b.jpg and c.jpg with a copy of a.jpg. */
async function openLabels(): Promise<{ labels: LabelActions; project: ProjectId }> {
  const home = temporaryFolder();
  const pictures = join(home, "pictures");
  mkdirSync(pictures);
  const { store, close } = openForWriting(join(home, "workspace"));
  addFolder(store, Buffer.from(pictures), 1);
  const content = (hash: string): number =>
    saveContent(store, { hash: hash.repeat(32), sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
  const [a, b, c] = [content("a"), content("b"), content("c")];
  for (const [name, contentId] of [["a.jpg", a], ["b.jpg", b], ["c.jpg", c], ["copy.jpg", a]] as const) // prettier-ignore
    saveFile(store, { path: Buffer.from(join(pictures, name)), sizeBytes: 1, modifiedUs: 1, isLink: false, state: "image", contentId, error: null, scanId: 1, outcome: "added" }); // prettier-ignore
  close();
  const engine = await testEngine(join(home, "data"));
  await engine.open(join(home, "workspace"), "write");
  return { labels: engine.labels, project: engine.labels.createProject("Mine").id };
}

const csv = (text: string) => ({ path: "mine.csv", bytes: Buffer.from(text) });

test("what a table would do is told before, and done as one step", async () => {
  const { labels, project } = await openLabels();
  const text = "path,label\na.jpg,cat\ncopy.jpg,cat\nb.jpg,dog\nnowhere.jpg,dog\n";
  const found = { rows: 4, matched: 3, images: 2, unmatched: ["nowhere.jpg"], classes: [{ name: "cat", count: 1 }, { name: "dog", count: 1 }] }; // prettier-ignore
  expect(labels.previewFile(null, csv(text))).toEqual({ ...found, relabelled: 0, newClasses: ["cat", "dog"] });
  expect(labels.previewFile(project, csv(text))).toEqual({ ...found, relabelled: 0, newClasses: ["cat", "dog"] });
  expect(labels.project(project)).toMatchObject({ classes: [], undo: null });
  labels.importFile(project, csv(text));
  expect(labels.previewFile(project, csv(text))).toEqual({ ...found, relabelled: 0, newClasses: [] });
  expect(labels.previewFile(project, csv("a.jpg,dog\nb.jpg,dog\nc.jpg,bird\n"))).toMatchObject({ relabelled: 1, newClasses: ["bird"] });
  expect(labels.previewFile(project, csv("x.jpg,dog\n"))).toMatchObject({ rows: 1, matched: 0, images: 0, classes: [] });
  labels.undo(project);
  expect(labels.project(project)).toMatchObject({ classes: [], undo: null, redo: "import 2 labels" });
});
