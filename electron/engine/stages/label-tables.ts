/**
 * @file Labels from the folders in which images lie, and labels out as a table that `labels import` reads again.
 */
import { resolve } from "node:path";

import { csvLine } from "../base/csv-text.ts";
import { isInside, showPath, splitPath } from "../base/path-bytes.ts";
import { writeWhole } from "../base/write-whole.ts";
import { requireOutside } from "../ingest/scan/folders.ts";
import type { ReadStore } from "../store/database.ts";
import { filesOfContent } from "../store/queries/files.ts";
import { listFolders } from "../store/queries/folders.ts";
import type { ClassRow } from "../store/queries/labels.ts";
import { readRaw } from "../store/statements.ts";
import type { LabelSource } from "#protocol/label-model.ts";
import type { LabelledContents } from "./labels-table.ts";

/**
 * The class is the folder of the image, as its path below the collection's folder. Images directly in a collection's folder have none; copies in folders of different classes are `unknown`.
 */
export function labelsFromFolders(store: ReadStore): LabelledContents {
  const folders = listFolders(store);
  const labelOf = new Map<number, string>();
  const torn = new Map<number, string>();
  const sql = "SELECT path, content_id FROM files WHERE state = 'image' ORDER BY path";
  for (const [path, contentId] of readRaw<[Buffer, number]>(store, sql)) {
    const { folder } = splitPath(path);
    const home = folders.filter((each) => isInside(path, each)).sort((one, other) => other.length - one.length)[0];
    const label = home && folder.length > home.length ? showPath(folder).slice(showPath(home).length).replace(/^\//, "") : "";
    if (label === "") continue;
    const known = labelOf.get(contentId);
    if (known !== undefined && known !== label) torn.set(contentId, showPath(path));
    else labelOf.set(contentId, label);
  }
  for (const contentId of torn.keys()) labelOf.delete(contentId);
  const names = [...new Set(labelOf.values())];
  return {
    contentIds: Int32Array.from(labelOf.keys()),
    labels: Int32Array.from(labelOf.values(), (label) => names.indexOf(label)),
    names,
    unknown: [...torn.values()],
  };
}

interface StoredLabel {
  readonly contentId: number;
  readonly classId: number;
  readonly source: LabelSource;
}

/** One row for each image; gives the labels whose images are present. */
export function writeLabelsTable(
  store: ReadStore,
  file: string,
  { classes, labels }: { classes: readonly ClassRow[]; labels: readonly StoredLabel[] },
): StoredLabel[] {
  const target = resolve(file);
  requireOutside(target, listFolders(store));
  const nameOf = new Map(classes.map(({ id, name }) => [id, name]));
  const lines = [csvLine(["path", "label", "source"])];
  const written = labels.filter(({ contentId, classId, source }) => {
    const files = filesOfContent(store, contentId).filter(({ state }) => state === "image");
    for (const { path } of files) lines.push(csvLine([showPath(path), nameOf.get(classId) ?? "", source]));
    return files.length > 0;
  });
  writeWhole(target, lines.join(""));
  return written;
}
