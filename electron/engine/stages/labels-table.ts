/**
 * @file A table of (path, label) that somebody brings, joined with the images of the collection. Paths are as they stand in the file system,
 * relative to the table, or relative to a folder of the collection. Copies of one file are one picture and count once. A table may come without
 * a place, as bytes that were dropped into a browser.
 */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";

import { readCsv } from "../base/csv.ts";
import { withoutGuard } from "../base/csv-text.ts";
import { UserError, messageOf } from "../base/errors.ts";
import { showPath, toPathBytes, type PathBytes } from "../base/path-bytes.ts";
import { knownFileSpelling, pathFromText } from "../ingest/scan/folders.ts";
import type { ReadStore } from "../store/database.ts";
import { fileByPath } from "../store/queries/files.ts";
import { listFolders } from "../store/queries/folders.ts";

export interface LabelledContents {
  /** Distinct, in the order of the table. */
  readonly contentIds: Int32Array;
  /** Of each content: its label's position in `names`. */
  readonly labels: Int32Array;
  readonly names: readonly string[];
  /** Paths of the table that are no images of the collection. */
  readonly unknown: readonly string[];
}

/** A table that lies somewhere, or the bytes of one with its name. */
export interface TableFile {
  readonly path: string;
  readonly bytes?: Uint8Array | undefined;
}

export interface MatchedTable extends LabelledContents {
  readonly rows: number;
  /** Rows whose path is an image of the collection. */
  readonly matched: number;
}

/** Fewer than this many classes cannot be told apart. */
const fewestToTell = 2;

/** Throws UserError `labels-file` where it is no such table, or too little of it is known. */
export function readLabelsTable(store: ReadStore, file: string | TableFile, fewestClasses = fewestToTell): LabelledContents {
  const table = typeof file === "string" ? { path: file } : file;
  const { contentIds, labels, names, unknown, rows } = matchLabelsTable(store, table);
  if (contentIds.length === 0)
    throw new UserError(
      "labels-file",
      `None of the ${rows} paths in ${table.path} is an image of the collection (the first: ${unknown[0] ?? ""}). Paths may be absolute, or relative to the table or to a folder of the collection.`,
    );
  if (names.length < fewestClasses)
    throw new UserError(
      "labels-file",
      `${table.path} has one label only ("${names[0]}") for images of the collection; expected at least ${fewestClasses}.`,
    );
  return { contentIds, labels, names, unknown };
}

/** The same however little is known. Throws UserError `labels-file` where it is no such table, or says two things of one picture. */
export function matchLabelsTable(store: ReadStore, file: TableFile): MatchedTable {
  const rows = readRows(file);
  const find = createFinder(store, file.bytes ? null : dirname(resolve(file.path)));
  const labelOf = new Map<number, string>();
  const names: string[] = [];
  const unknown: string[] = [];
  for (const { path, label } of rows) {
    const contentId = find(path);
    if (contentId === null) unknown.push(path);
    else {
      const known = labelOf.get(contentId);
      if (known !== undefined && known !== label)
        throw new UserError(
          "labels-file",
          `${file.path} calls ${path} "${label}" and the same picture "${known}" before; expected one label.`,
        );
      labelOf.set(contentId, label);
      if (!names.includes(label)) names.push(label);
    }
  }
  return {
    contentIds: Int32Array.from(labelOf.keys()),
    labels: Int32Array.from(labelOf.values(), (label) => names.indexOf(label)),
    names,
    unknown,
    rows: rows.length,
    matched: rows.length - unknown.length,
  };
}

interface Row {
  readonly path: string;
  readonly label: string;
}

const pathNames = /^(path|file|filename|file_name|image|image_path|img|name)$/i;
const labelNames = /^(label|class|class_name|category|target|tag|text|caption|title|description)$/i;

/** With a header the columns are found by name, without one they are the first two. */
function readRows({ path: file, bytes }: TableFile): Row[] {
  let rows: string[][];
  try {
    rows = readCsv(bytes ? new TextDecoder().decode(bytes) : readFileSync(file, "utf8"));
  } catch (thrown) {
    throw new UserError("labels-file", `${file} cannot be read: ${messageOf(thrown)}`, { cause: thrown });
  }
  const header = rows[0]?.map((name) => name.trim()) ?? [];
  const hasHeader = header.some((name) => pathNames.test(name)) && header.some((name) => labelNames.test(name));
  const [path, label] = hasHeader
    ? [header.findIndex((name) => pathNames.test(name)), header.findIndex((name) => labelNames.test(name))]
    : [0, 1];
  const told = (hasHeader ? rows.slice(1) : rows).map((row, index): Row => {
    const [its, what] = [row[path]?.trim() ?? "", row[label]?.trim() ?? ""];
    if (its === "" || what === "")
      throw new UserError(
        "labels-file",
        `${file}: row ${index + (hasHeader ? 2 : 1)} has ${row.length} fields, "${row.join('", "')}"; expected a path and a label`,
      );
    return { path: withoutGuard(its), label: withoutGuard(what) };
  });
  if (told.length === 0) throw new UserError("labels-file", `${file} has no rows; expected a path and a label in each.`);
  return told;
}

/** Path of a table -> content of the image there; null where it is none. @param folder that of the table; null where nobody knows it */
function createFinder(store: ReadStore, folder: string | null): (text: string) => number | null {
  const folders = listFolders(store);
  const contentAt = (path: PathBytes): number | null => {
    const file = fileByPath(store, path) ?? fileByPath(store, knownFileSpelling(path, folders));
    return file?.state === "image" ? file.content_id : null;
  };
  return (text) => {
    const base = folder ?? (isAbsolute(text) ? "/" : null);
    return (
      (base === null ? null : contentAt(toPathBytes(text, base))) ??
      folders.map((each) => contentAt(Buffer.concat([each, Buffer.from(`/${text}`)]))).find((id) => id !== null) ??
      (base === null ? null : contentAt(pathFromText(resolve(base, text)))) ??
      folders.map((each) => contentAt(pathFromText(`${showPath(each)}/${text}`))).find((id) => id !== null) ??
      null
    );
  };
}
