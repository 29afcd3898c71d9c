import Database from "better-sqlite3";
import { expect, test } from "vitest";

import { migrate } from "#engine/store/migrations/table.ts";

test("contents are found by size as before, now without a look at their rows; the old index is gone", () => {
  const sqlite = new Database(":memory:");
  migrate(sqlite, "memory", 18);
  const insert = sqlite.prepare("INSERT INTO contents (hash, size_bytes, decode_version) VALUES (?, ?, 1)");
  insert.run(Buffer.from("0a", "hex"), 70);
  insert.run(Buffer.from("0b", "hex"), 70);
  insert.run(Buffer.from("0c", "hex"), 71);
  migrate(sqlite, "memory", 19);
  const ask = "SELECT hash FROM contents WHERE size_bytes = 70 LIMIT 3";
  expect(sqlite.prepare(ask).pluck().all()).toEqual([Buffer.from("0a", "hex"), Buffer.from("0b", "hex")]);
  expect(JSON.stringify(sqlite.prepare(`EXPLAIN QUERY PLAN ${ask}`).all())).toContain("USING COVERING INDEX contents_size_hash");
  expect(sqlite.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'contents_size'").pluck().get()).toBe(0);
});
