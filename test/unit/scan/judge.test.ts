import { expect, test } from "vitest";

import { judge, type KnownFile } from "#engine/ingest/scan/judge.ts";
import type { FoundFile, Listing } from "#engine/ingest/scan/walk.ts";

const scanId = 7;

function found(path: string, change: Partial<FoundFile> = {}): FoundFile {
  return { path: Buffer.from(path), sizeBytes: 10, modifiedUs: 1000, isLink: false, isCandidate: true, problem: null, ...change };
}

function known(path: string, change: Partial<KnownFile> = {}): KnownFile {
  return {
    id: path.length,
    path: Buffer.from(path),
    size_bytes: 10,
    modified_us: 1000,
    state: "image",
    content_id: 1,
    scan_id: 1,
    outcome: "added",
    error_code: null,
    ...change,
  };
}

function run(files: FoundFile[], rows: KnownFile[], problems: Listing["problems"] = [], folders = ["/f"]) {
  return judge(
    { files, problems },
    rows,
    folders.map((folder) => Buffer.from(folder)),
    scanId,
    () => Promise.resolve(),
  );
}

test("each file has exactly one place in the judgement", async () => {
  const result = await run(
    [
      found("/f/new.jpg"),
      found("/f/same.jpg"),
      found("/f/changed.jpg", { sizeBytes: 11 }),
      found("/f/touched.jpg", { modifiedUs: 2000 }),
      found("/f/notes.txt", { isCandidate: false }),
      found("/f/broken.jpg", { problem: { code: "broken-link", message: "" } }),
      found("/f/back.jpg"),
    ],
    [
      known("/f/same.jpg"),
      known("/f/changed.jpg"),
      known("/f/touched.jpg"),
      known("/f/gone.jpg"),
      known("/f/back.jpg", { state: "missing" }),
    ],
  );
  const names = (items: readonly { path: Buffer }[]): string[] => items.map((item) => item.path.toString());
  expect(names(result.pending.map(({ file }) => file))).toEqual(["/f/new.jpg", "/f/changed.jpg", "/f/touched.jpg", "/f/back.jpg"]);
  expect(result.same.map(({ known: row, outcome }) => [row.path.toString(), outcome])).toEqual([["/f/same.jpg", "unchanged"]]);
  expect(names(result.unsupported)).toEqual(["/f/notes.txt"]);
  expect(names(result.unreadable.map(({ file }) => file))).toEqual(["/f/broken.jpg"]);
  expect(names(result.missing)).toEqual(["/f/gone.jpg"]);
  const total =
    result.pending.length +
    result.same.length +
    result.unsupported.length +
    result.unreadable.length +
    result.missing.length +
    result.hidden.length;
  expect(total).toBe(7 + 1);
});

test("missing is judged only inside the folders scanned, and once", async () => {
  const rows = [known("/f/gone.jpg"), known("/g/elsewhere.jpg"), known("/f2/like.jpg"), known("/f/long-gone.jpg", { state: "missing" })];
  expect((await run([], rows)).missing.map((row) => row.path.toString())).toEqual(["/f/gone.jpg"]);
});

test("what lies in a folder that cannot be read is hidden, not missing", async () => {
  const result = await run(
    [],
    [known("/f/closed/a.jpg"), known("/f/b.jpg")],
    [{ path: Buffer.from("/f/closed"), code: "permission", message: "" }],
  );
  expect(result.hidden.map(({ known: row }) => row.path.toString())).toEqual(["/f/closed/a.jpg"]);
  expect(result.missing.map((row) => row.path.toString())).toEqual(["/f/b.jpg"]);
});

test("a folder that vanished during the walk makes its files missing", async () => {
  const result = await run([], [known("/f/closed/a.jpg")], [{ path: Buffer.from("/f/closed"), code: "vanished", message: "" }]);
  expect(result.missing).toHaveLength(1);
});

test("unreadable and unsupported files stay so while they do not change", async () => {
  const result = await run(
    [found("/f/bad.jpg"), found("/f/a.txt", { isCandidate: false })],
    [known("/f/bad.jpg", { state: "unreadable" }), known("/f/a.txt", { state: "unsupported" })],
  );
  expect(result.same.map(({ outcome }) => outcome)).toEqual(["unreadable", "unsupported"]);
});

test("a row judged by the interrupted part of this scan keeps its outcome", async () => {
  const result = await run([found("/f/done.jpg")], [known("/f/done.jpg", { scan_id: scanId, outcome: "added" })]);
  expect(result.same.map(({ outcome }) => outcome)).toEqual(["keep"]);
});

test("a failure outside the file's bytes is tried again although size and time are as before", async () => {
  const rows = [
    known("/f/locked.jpg", { state: "unreadable", content_id: null, outcome: "unreadable", error_code: "permission" }),
    known("/f/corrupt.jpg", { state: "unreadable", content_id: null, outcome: "unreadable", error_code: "corrupt" }),
  ];
  const result = await run([found("/f/locked.jpg"), found("/f/corrupt.jpg")], rows);
  expect(result.pending.map(({ file }) => file.path.toString())).toEqual(["/f/locked.jpg"]);
  expect(result.same.map(({ known: row }) => row.path.toString())).toEqual(["/f/corrupt.jpg"]);
});
