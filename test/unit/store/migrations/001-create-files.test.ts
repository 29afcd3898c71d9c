import { expect, test } from "vitest";

import { migratedTo } from "../../../helpers/migrated.ts";

const insertFile = "INSERT INTO files (path, size_bytes, modified_us, state, content_id, scan_id, outcome) VALUES (?, 1, 1, ?, ?, 1, ?)";

test("paths are bytes and unique, states and outcomes are closed sets, contents must exist", () => {
  const sqlite = migratedTo(1);
  sqlite.prepare("INSERT INTO contents (hash, size_bytes, decode_version) VALUES (x'00', 1, 1)").run();
  sqlite.prepare(insertFile).run(Buffer.from([0x2f, 0xff]), "image", 1, "added");
  expect(sqlite.prepare("SELECT path FROM files").pluck().get()).toEqual(Buffer.from([0x2f, 0xff]));
  expect(() => sqlite.prepare(insertFile).run(Buffer.from([0x2f, 0xff]), "image", 1, "added")).toThrow(/UNIQUE/);
  expect(() => sqlite.prepare(insertFile).run(Buffer.from("/a"), "odd", 1, "added")).toThrow(/CHECK/);
  expect(() => sqlite.prepare(insertFile).run(Buffer.from("/b"), "image", 1, "odd")).toThrow(/CHECK/);
  expect(() => sqlite.prepare(insertFile).run(Buffer.from("/c"), "image", 99, "added")).toThrow(/FOREIGN KEY/);
});

test("ids of deleted files are not given again", () => {
  const sqlite = migratedTo(1);
  const first = sqlite.prepare(insertFile).run(Buffer.from("/a"), "unsupported", null, "unsupported").lastInsertRowid;
  sqlite.prepare("DELETE FROM files").run();
  expect(Number(sqlite.prepare(insertFile).run(Buffer.from("/b"), "unsupported", null, "unsupported").lastInsertRowid)).toBeGreaterThan(
    Number(first),
  );
});
