import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { matchLabelsTable, readLabelsTable, type LabelledContents } from "#engine/stages/labels-table.ts";
import { openForWriting, type WriteStore } from "#engine/store/database.ts";
import { saveContent } from "#engine/store/queries/contents.ts";
import { saveFile } from "#engine/store/queries/files.ts";
import { addFolder } from "#engine/store/queries/folders.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";

/** A collection of one folder with files whose contents are numbered 1 to 5; b.jpg and copy.jpg are one content. */
function collection(): { store: WriteStore; home: string; table: (text: string, name?: string) => string } {
  const home = temporaryFolder();
  const opened = openForWriting(join(home, "workspace"));
  onTestFinished(() => opened.close());
  const { store } = opened;
  const pictures = join(home, "pictures");
  mkdirSync(join(pictures, "sub"), { recursive: true });
  addFolder(store, Buffer.from(pictures), 1);
  const content = (hash: string): number =>
    saveContent(store, { hash: hash.repeat(32), sizeBytes: 1, decodeVersion: 1, error: null, decoded: null });
  const file = (name: string | Buffer, contentId: number, state: "image" | "missing" = "image"): void => {
    const path = Buffer.concat([Buffer.from(`${pictures}/`), Buffer.from(name)]);
    saveFile(store, { path, sizeBytes: 1, modifiedUs: 1, isLink: false, state, contentId, error: null, scanId: 1, outcome: "added" });
  };
  file("a.jpg", content("a"));
  file("b.jpg", content("b"));
  file("copy.jpg", content("b"));
  file("sub/c d.jpg", content("c"));
  file(Buffer.from([0x66, 0xff, 0x2e, 0x6a]), content("d"));
  file("gone.jpg", content("e"), "missing");
  return {
    store,
    home,
    table: (text, name = "labels.csv") => {
      writeFileSync(join(home, name), text);
      return join(home, name);
    },
  };
}

function told({ contentIds, labels, names, unknown }: LabelledContents): unknown {
  return { rows: Array.from(contentIds, (id, at) => [id, names[labels[at] as number]]), unknown };
}

test("paths are absolute, relative to the table, or relative to a folder of the collection; with a header or without", () => {
  const { store, home, table } = collection();
  const rows = [
    [1, "x"],
    [2, "y"],
    [3, "x"],
    [4, "y"],
  ];
  const text = `${join(home, "pictures/a.jpg")},x\npictures/b.jpg,y\n"sub/c d.jpg",x\nf\\xFF.j,y\nnowhere.jpg,x\ngone.jpg,y\n`;
  expect(told(readLabelsTable(store, table(text)))).toEqual({ rows, unknown: ["nowhere.jpg", "gone.jpg"] });
  expect(told(readLabelsTable(store, table(`path,label\n${text}`)))).toEqual({ rows, unknown: ["nowhere.jpg", "gone.jpg"] });
  // By the names of the columns, wherever they are.
  expect(told(readLabelsTable(store, table("split;Class;File\ntrain;x;a.jpg\ntest;y;b.jpg\n")))).toEqual({
    rows: rows.slice(0, 2),
    unknown: [],
  });
});

test("through a link to the folder too; copies count once", () => {
  const { store, home, table } = collection();
  symlinkSync(join(home, "pictures"), join(home, "link"));
  const { contentIds } = readLabelsTable(store, table(`${join(home, "link/a.jpg")},x\nb.jpg,y\ncopy.jpg,y\n`));
  expect([...contentIds]).toEqual([1, 2]);
});

test("a table that was dropped has no place: paths begin at a folder of the collection, or are whole", () => {
  const { store, home, table } = collection();
  const text = `pictures/a.jpg,x\na.jpg,x\n${join(home, "pictures/b.jpg")},y\n`;
  const bytes = Buffer.from(`\uFEFFpath,label\n${text}`);
  // Beside the pictures its first path would be known.
  expect(told(readLabelsTable(store, table(text)))).toMatchObject({ unknown: [] });
  expect(matchLabelsTable(store, { path: "labels.csv", bytes })).toMatchObject({ rows: 3, matched: 2, unknown: ["pictures/a.jpg"] });
  expect(() => readLabelsTable(store, { path: "mine.csv", bytes: Buffer.from("p.jpg,x") })).toThrow(/^None of the 1 paths in mine\.csv/);
});

test("a table of which nothing is known is matched all the same, and says how little", () => {
  const { store, table } = collection();
  const path = table("p.jpg,x\nq.jpg,y\n");
  const { contentIds, ...rest } = matchLabelsTable(store, { path });
  expect([[...contentIds], rest]).toEqual([[], expect.objectContaining({ rows: 2, matched: 0, names: [], unknown: ["p.jpg", "q.jpg"] })]);
});

test.each<[string, string, RegExp]>([
  ["no row", "path,label\n", /labels\.csv has no rows/],
  ["a row of one field", "a.jpg,x\nb.jpg\n", /row 2 has 1 fields, "b\.jpg"; expected a path and a label/],
  ["a row without its label, counted with the header", "path,label\na.jpg,\n", /row 2 has 2 fields/],
  ["one class", "a.jpg,x\nb.jpg,x\n", /has one label only \("x"\).*expected at least 2/],
  ["nothing that is known", "p.jpg,x\nq.jpg,y\n", /None of the 2 paths .*\(the first: p\.jpg\)/],
  ["two labels for one picture", "b.jpg,x\ncopy.jpg,y\n", /calls copy\.jpg "y" and the same picture "x" before/],
  ["an open quote", '"a.jpg,x\n', /cannot be read: A quote is opened in row 1/],
])("%s is refused", (_, text, message) => {
  const { store, table } = collection();
  expect(() => readLabelsTable(store, table(text))).toThrow(message);
});

test("a table that is not there", () => {
  const { store, home } = collection();
  expect(() => readLabelsTable(store, join(home, "none.csv"))).toThrow(/none\.csv cannot be read: ENOENT/);
});
